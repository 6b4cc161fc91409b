"""Each word is one of its vocabulary. New rows are held to it from now on, old ones by the next step."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


def word(column, values, name):
    return models.CheckConstraint(condition=models.Q((f"{column}__in", values)), name=name)


class Migration(migrations.Migration):
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
    ]
