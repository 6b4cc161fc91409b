"""Drops a column that said what the lease itself says already: which run of which check."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0005_no_index_of_the_latest")]

    operations = [migrations.RemoveField("check", "lease_slot")]
