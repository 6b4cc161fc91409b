"""A message knows its lane, and an agency how much of its allowance it has used."""

import django.db.models.deletion
from django.db import migrations, models

import core.clock
import core.ids
from core.tenancy.operations import SecureTable

CHANNELS = [("email", "E-mail"), ("webhook", "Webhook")]


class Migration(migrations.Migration):
    dependencies = [("core", "0004_audit_seal"), ("notifications", "0002_two_secrets")]

    operations = [
        migrations.AddField("delivery", "lane", models.CharField(db_default="", default="", max_length=40)),
        migrations.CreateModel(
            name="DeliveryRate",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                ("channel", models.CharField(choices=CHANNELS, max_length=8)),
                ("free_at", models.DateTimeField(null=True)),
                ("claimed_at", models.DateTimeField(null=True)),
                (
                    "agency",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.agency",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("agency", "channel"), name="notifications_rate_once")],
            },
        ),
        SecureTable("DeliveryRate", sweeper="SELECT, INSERT, UPDATE"),
    ]
