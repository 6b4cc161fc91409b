"""Each word is one of its vocabulary. New rows are held to it at once, old ones are read under a light lock."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


def word(column, values, name):
    return models.CheckConstraint(condition=models.Q((f"{column}__in", values)), name=name)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("slas", "0005_names_once")]

    operations = [
        AddConstraintNotValid(
            "clock",
            word(
                "metric",
                ["triage", "first_response", "next_response", "periodic_update", "mitigation", "resolution"],
                "slas_clock_metric",
            ),
        ),
        AddConstraintNotValid("clock", word("severity", ["critical", "high", "medium", "low"], "slas_clock_severity")),
        AddConstraintNotValid(
            "policyversion", word("response_rule", ["acknowledge", "message"], "slas_policy_response_rule")
        ),
        ValidateConstraint("clock", "slas_clock_metric"),
        ValidateConstraint("clock", "slas_clock_severity"),
        ValidateConstraint("policyversion", "slas_policy_response_rule"),
    ]
