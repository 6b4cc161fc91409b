"""An interval of more than twenty-four days is allowed, and was refused by a sum that did not fit."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Cast

NAME = "monitoring_check_timeout"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("monitoring", "0009_indexes_of_serials")]

    operations = [
        migrations.RemoveConstraint("check", NAME),
        AddConstraintNotValid(
            "check",
            models.CheckConstraint(
                condition=Q(timeout_ms__gte=100)
                & Q(timeout_ms__lte=Cast("interval_seconds", models.BigIntegerField()) * 1000),
                name=NAME,
            ),
        ),
        ValidateConstraint("check", NAME),
    ]
