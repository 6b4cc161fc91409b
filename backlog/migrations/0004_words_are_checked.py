"""Each word is one of its vocabulary. New rows are held to it at once, old ones are read under a light lock."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


def word(column, values, name):
    return models.CheckConstraint(condition=models.Q((f"{column}__in", values)), name=name)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("backlog", "0003_maintenance_is_monitorings")]

    operations = [
        AddConstraintNotValid(
            "backlogitem", word("kind", ["feature", "data_quality", "integration"], "backlog_item_kind")
        ),
        ValidateConstraint("backlogitem", "backlog_item_kind"),
    ]
