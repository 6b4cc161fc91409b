"""Lets the sweep find the retainers whose end has come; built beside the writes of the version before."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("agreements", "0002_decimals_of_currencies")]

    operations = [
        migrations.RunSQL(
            [
                'CREATE POLICY sweeper ON "agreements_retainer" TO retainer_sweeper USING (true)',
                # When it ends, and no word of what it costs.
                'GRANT SELECT ("id", "agency_id", "state", "ends_on", "time_zone") ON "agreements_retainer"'
                " TO retainer_sweeper",
            ],
            [
                'REVOKE SELECT ("id", "agency_id", "state", "ends_on", "time_zone") ON "agreements_retainer"'
                " FROM retainer_sweeper",
                'DROP POLICY sweeper ON "agreements_retainer"',
            ],
        ),
        AddIndexConcurrently(
            "retainer",
            models.Index(
                fields=["ends_on"],
                name="agreements_retainer_ends",
                condition=Q(state__in=("active", "ending"), ends_on__isnull=False),
            ),
        ),
    ]
