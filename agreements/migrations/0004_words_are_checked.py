"""Each word is one of its vocabulary. New rows are held to it from now on, old ones by the next step."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


def word(column, values, name):
    return models.CheckConstraint(condition=models.Q((f"{column}__in", values)), name=name)


class Migration(migrations.Migration):
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
    ]
