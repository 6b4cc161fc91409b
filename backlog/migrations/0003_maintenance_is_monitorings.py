"""Planned maintenance belongs to monitoring. The table stays as it is."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("backlog", "0002_maintenance"), ("monitoring", "0013_maintenance")]

    operations = [migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("MaintenanceWindow")])]
