"""An agency proves the domain in whose name it sends."""

import django.db.models.deletion
from django.db import migrations, models

import core.clock
import core.ids
from core.tenancy.operations import SecureTable

OUTCOMES = [
    ("found", "The record is there."),
    ("missing", "There is no such record."),
    ("other", "There is a record of this name with another value."),
    ("no_word", "The DNS of this domain did not answer."),
]


class Migration(migrations.Migration):
    dependencies = [("core", "0006_order_index"), ("notifications", "0005_sealed_letters")]

    operations = [
        migrations.CreateModel(
            name="SenderDomain",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                ("domain", models.CharField(max_length=253)),
                ("token", models.CharField(max_length=64)),
                ("proven_at", models.DateTimeField(null=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("checked_at", models.DateTimeField(null=True)),
                ("outcome", models.CharField(blank=True, choices=OUTCOMES, max_length=8)),
                ("next_check_at", models.DateTimeField(default=core.clock.now, null=True)),
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_check_at__isnull", False)),
                        fields=["next_check_at"],
                        name="notifications_sender_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("agency", "domain"), name="notifications_sender_domain_once"),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["", *(word for word, _label in OUTCOMES)])),
                        name="notifications_sender_outcome",
                    ),
                ],
            },
        ),
        SecureTable("SenderDomain", sweeper="SELECT, UPDATE"),
    ]
