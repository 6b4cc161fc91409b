"""Finds the clients who are due to be reminded; built beside the writes of the version before."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("incidents", "0004_reminders")]

    operations = [
        AddIndexConcurrently(
            "incident",
            models.Index(fields=["remind_at"], name="incidents_remind_due", condition=Q(remind_at__isnull=False)),
        ),
    ]
