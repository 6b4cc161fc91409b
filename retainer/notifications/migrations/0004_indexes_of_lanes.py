"""The indexes that a claim leaps over, made beside what still runs."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


def index(name: str, *fields: str) -> AddIndexConcurrently:
    return AddIndexConcurrently(
        "delivery",
        models.Index(fields=list(fields), name=name, condition=models.Q(next_due_at__isnull=False)),
    )


class Migration(migrations.Migration):
    # An index that is made concurrently is made outside a transaction.
    atomic = False
    dependencies = [("notifications", "0003_lanes_and_rates")]

    operations = [
        index("notifications_agency_due", "channel", "agency", "next_due_at"),
        index("notifications_lane_due", "channel", "agency", "lane", "next_due_at"),
    ]
