"""Finds the first event of a key that still waits; built beside the writes of the version before."""

from django.db import migrations, models
from django.db.models import Q

NAME = "core_outbox_in_order"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("core", "0005_order_of_news")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f'CREATE INDEX CONCURRENTLY "{NAME}" ON "core_outboxevent" ("agency_id", "order_key", "order_seq")'
                    ' WHERE "ordered_at" IS NULL AND NOT ("order_key" = \'\')',
                    f'DROP INDEX CONCURRENTLY "{NAME}"',
                )
            ],
            state_operations=[
                migrations.AddIndex(
                    "outboxevent",
                    models.Index(
                        fields=["agency", "order_key", "order_seq"],
                        name=NAME,
                        condition=Q(ordered_at__isnull=True) & ~Q(order_key=""),
                    ),
                )
            ],
        ),
    ]
