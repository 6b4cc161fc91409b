"""What a client is asked to agree to: frozen from the start, and wholly so once it is decided."""

import core.clock
import core.ids
import core.tenancy.fields
import django.db.models.deletion
from django.db import migrations, models

from core.tenancy.operations import SecureTable

FROZEN = ["agency_id", "client_id", "created_at", "subject_type", "subject_id", "version", "title", "content"]
FROZEN += ["content_hash", "asked_by_id", "expires_at"]


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0002_archived_systems"),
        ("core", "0008_saved_views"),
    ]

    operations = [
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                ("subject_type", models.CharField(max_length=20)),
                ("subject_id", models.UUIDField()),
                ("version", models.PositiveIntegerField()),
                ("title", models.CharField(max_length=160)),
                ("content", models.JSONField()),
                ("content_hash", models.CharField(max_length=64)),
                ("asked_by_id", models.UUIDField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Waits for the client"),
                            ("approved", "Approved"),
                            ("declined", "Declined"),
                            ("superseded", "Replaced"),
                            ("expired", "Expired"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("reminders", models.PositiveSmallIntegerField(default=0)),
                ("next_due_at", models.DateTimeField(null=True)),
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
            ],
            options={
                "ordering": ["-created_at"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="ApprovalEvent",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("asked", "Asked"),
                            ("seen", "Opened"),
                            ("questioned", "Question"),
                            ("answered", "Answer"),
                            ("delegated", "Asked somebody else too"),
                            ("reminded", "Reminded"),
                            ("approved", "Approved"),
                            ("declined", "Declined"),
                            ("offline", "Agreed outside the portal"),
                            ("superseded", "Replaced by a newer version"),
                            ("expired", "Expired"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("actor_kind", models.CharField(max_length=10)),
                ("actor_id", models.UUIDField(null=True)),
                ("ip", models.GenericIPAddressField(null=True)),
                ("words", models.CharField(blank=True, max_length=2000)),
                ("agreed_on", models.DateField(null=True)),
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
                    "approval",
                    core.tenancy.fields.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="clients.approval"
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
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.contact"
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Approver",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
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
                    "approval",
                    core.tenancy.fields.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="approvers", to="clients.approval"
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
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddIndex(
            model_name="approval",
            index=models.Index(
                condition=models.Q(("next_due_at__isnull", False)), fields=["next_due_at"], name="clients_approval_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["open", "approved", "declined", "superseded", "expired", "withdrawn"])
                ),
                name="clients_approval_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.UniqueConstraint(
                fields=("agency", "subject_type", "subject_id", "version"), name="clients_approval_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("agency", "subject_type", "subject_id"),
                name="clients_approval_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("state", "open")),
                    models.Q(models.Q(("state", "open"), _negated=True), ("decided_at__isnull", False)),
                    _connector="OR",
                ),
                name="clients_approval_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at", None), ("expires_at__gt", models.F("created_at")), _connector="OR"),
                name="clients_approval_expires",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "asked",
                            "seen",
                            "questioned",
                            "answered",
                            "delegated",
                            "reminded",
                            "approved",
                            "declined",
                            "offline",
                            "superseded",
                            "expired",
                            "withdrawn",
                        ],
                    )
                ),
                name="clients_approval_event_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalevent",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("kind__in", ("approved", "declined", "offline", "superseded", "expired", "withdrawn"))
                ),
                fields=("agency", "approval"),
                name="clients_approval_ends_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="approver",
            constraint=models.UniqueConstraint(fields=("agency", "approval", "contact"), name="clients_approver_once"),
        ),
        SecureTable(
            "Approval",
            portal="client",
            sweeper="SELECT",
            frozen_when="OLD.state <> 'open'",
            frozen_columns=FROZEN,
        ),
        SecureTable(
            "Approver", portal="client", frozen_columns=["agency_id", "client_id", "approval_id", "contact_id"]
        ),
        SecureTable("ApprovalEvent", append_only=True),
    ]
