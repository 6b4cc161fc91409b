"""Each word is one of its vocabulary. New rows are held to it from now on, old ones by the next step."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


def word(column, values, name):
    return models.CheckConstraint(condition=models.Q((f"{column}__in", values)), name=name)


class Migration(migrations.Migration):
    dependencies = [("backlog", "0003_maintenance_is_monitorings")]

    operations = [
        AddConstraintNotValid(
            "backlogitem", word("kind", ["feature", "data_quality", "integration"], "backlog_item_kind")
        ),
    ]
