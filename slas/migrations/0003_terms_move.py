"""Open clocks can be moved to a newer version of their policy or of their hours."""

from django.db import migrations, models
from django.db.models import PROTECT

import core.clock
import core.ids
import core.tenancy.fields
from core.tenancy.operations import SecureTable

STATES = [
    ("counting", "Counting"),
    ("ready", "Ready"),
    ("applying", "Moving"),
    ("done", "Done"),
    ("discarded", "Discarded"),
]


class Migration(migrations.Migration):
    dependencies = [("core", "0004_audit_seal"), ("slas", "0002_fewer_indexes")]

    operations = [
        migrations.CreateModel(
            name="TermsMove",
            fields=[
                (
                    "id",
                    models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                ("state", models.CharField(choices=STATES, default="counting", max_length=10)),
                ("total", models.PositiveIntegerField(default=0)),
                ("dealt_with", models.PositiveIntegerField(default=0)),
                ("cursor", models.UUIDField(null=True)),
                ("counts", models.JSONField(default=dict)),
                ("asked_by_id", models.UUIDField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("next_due_at", models.DateTimeField(default=core.clock.now, null=True)),
                (
                    "agency",
                    models.ForeignKey(
                        db_index=False, editable=False, on_delete=PROTECT, related_name="+", to="core.agency"
                    ),
                ),
                (
                    "calendar_version",
                    core.tenancy.fields.TenantForeignKey(
                        null=True, on_delete=PROTECT, related_name="+", to="slas.calendarversion"
                    ),
                ),
                (
                    "policy_version",
                    core.tenancy.fields.TenantForeignKey(
                        null=True, on_delete=PROTECT, related_name="+", to="slas.policyversion"
                    ),
                ),
            ],
            options={"abstract": False, "base_manager_name": "objects"},
        ),
        migrations.AddIndex(
            "termsmove",
            models.Index(fields=["next_due_at"], name="slas_move_due", condition=models.Q(next_due_at__isnull=False)),
        ),
        migrations.AddIndex("termsmove", models.Index(fields=["agency", "-created_at"], name="slas_move_newest")),
        migrations.AddConstraint(
            "termsmove",
            models.CheckConstraint(
                condition=models.Q(state__in=[word for word, _label in STATES]), name="slas_move_state"
            ),
        ),
        migrations.AddConstraint(
            "termsmove",
            models.CheckConstraint(
                condition=models.Q(policy_version__isnull=True) ^ models.Q(calendar_version__isnull=True),
                name="slas_move_to_one",
            ),
        ),
        SecureTable("TermsMove", sweeper="SELECT, UPDATE"),
    ]
