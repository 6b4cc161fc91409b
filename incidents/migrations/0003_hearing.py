"""Messages of the client, agreed dates, and waits that a client asks to look at again."""

import core.clock
import core.ids
import core.tenancy.fields
import django.db.models.deletion
from django.db import migrations, models

from core.tenancy.operations import SecureTable


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0001_initial"),
        ("core", "0004_audit_seal"),
        ("incidents", "0002_merged"),
    ]

    operations = [
        migrations.AlterField(
            model_name="incidententry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("opened", "Opened"),
                    ("confirmed", "Confirmed"),
                    ("false_alarm", "False alarm"),
                    ("acknowledged", "Acknowledged"),
                    ("paused", "Paused"),
                    ("resumed", "Resumed"),
                    ("note", "Internal note"),
                    ("update", "Update to the client"),
                    ("mitigated", "Mitigated"),
                    ("resolved", "Resolved"),
                    ("reopened", "Reopened"),
                    ("closed", "Closed"),
                    ("merged", "Merged"),
                    ("took_in", "Took in another incident"),
                    ("severity", "Severity changed"),
                    ("assigned", "Owner changed"),
                    ("published", "Shown to the client"),
                    ("alert_fired", "Alert fired"),
                    ("alert_recovered", "Alert recovered"),
                    ("clock_warned", "Deadline near"),
                    ("clock_breached", "Deadline missed"),
                    ("escalated", "Escalated"),
                    ("client_message", "Message from the client"),
                    ("agreed", "Date agreed"),
                    ("policy", "Response times changed"),
                    ("disputed", "Review of a wait asked for"),
                    ("decided", "Wait reviewed"),
                ],
                max_length=16,
            ),
        ),
        migrations.CreateModel(
            name="PauseDispute",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                ("reason", models.CharField(max_length=500)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "To be reviewed"), ("accepted", "Taken back"), ("declined", "Kept")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("answer", models.CharField(blank=True, max_length=500)),
                ("decided_by_id", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
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
                (
                    "client",
                    core.tenancy.fields.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.client"
                    ),
                ),
                (
                    "contact",
                    core.tenancy.fields.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.contact"
                    ),
                ),
                (
                    "entry",
                    core.tenancy.fields.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disputes",
                        to="incidents.incidententry",
                    ),
                ),
                (
                    "incident",
                    core.tenancy.fields.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="disputes", to="incidents.incident"
                    ),
                ),
            ],
            options={
                "ordering": ["created_at"],
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("agency", "entry"), name="incidents_dispute_once"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "accepted", "declined"])),
                        name="incidents_dispute_state",
                    ),
                ],
            },
        ),
        SecureTable("PauseDispute", portal="client"),
    ]
