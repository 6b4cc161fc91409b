"""Reads the old rows too, under a lock that neither readers nor writers notice."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0014_words_are_checked")]

    operations = [
        ValidateConstraint("alert", "monitoring_alert_health"),
        ValidateConstraint("check", "monitoring_check_kind"),
        ValidateConstraint("threshold", "monitoring_threshold_comparison"),
        ValidateConstraint("threshold", "monitoring_threshold_health"),
    ]
