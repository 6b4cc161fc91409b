"""Each word is one of its vocabulary. New rows are held to it at once, old ones are read under a light lock."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


def word(column, values, name):
    return models.CheckConstraint(condition=models.Q((f"{column}__in", values)), name=name)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("agreements", "0003_ends")]

    operations = [
        AddConstraintNotValid(
            "tierinclusion", word("kind", ["deliverable", "entitlement", "right"], "agreements_inclusion_kind")
        ),
        AddConstraintNotValid(
            "tierinclusion",
            word("cadence", ["continuous", "weekly", "monthly", "quarterly"], "agreements_inclusion_cadence"),
        ),
        AddConstraintNotValid("tiertemplate", word("family", ["tier", "plan", "starter"], "agreements_tier_family")),
        ValidateConstraint("tierinclusion", "agreements_inclusion_kind"),
        ValidateConstraint("tierinclusion", "agreements_inclusion_cadence"),
        ValidateConstraint("tiertemplate", "agreements_tier_family"),
    ]
