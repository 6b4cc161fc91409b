"""What happens to accounts waits here until it stands in the audit trail of each agency that it concerns."""

from django.db import migrations, models

import core.clock
import core.ids
from core.tenancy.operations import GrantGlobal


class Migration(migrations.Migration):
    dependencies = [("core", "0006_order_index")]

    operations = [
        migrations.CreateModel(
            name="AccountEvent",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(default=core.clock.now)),
                ("user_id", models.UUIDField(null=True)),
                ("action", models.CharField(max_length=80)),
                ("by_the_person", models.BooleanField(default=True)),
                ("changes", models.JSONField(default=dict)),
                ("request_id", models.CharField(blank=True, max_length=64)),
                ("ip", models.GenericIPAddressField(null=True)),
            ],
        ),
        GrantGlobal(["core_accountevent"]),
    ]
