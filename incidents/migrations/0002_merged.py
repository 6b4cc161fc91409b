"""An incident can end as the same failure as an older one."""

from django.db import migrations, models
from django.db.models import PROTECT

import core.tenancy.fields
from core.tenancy.operations import AddTenantKey

STATES = ["new", "acknowledged", "mitigated", "resolved", "closed", "false_alarm", "merged"]
WORDS = ["New", "Acknowledged", "Mitigated", "Resolved", "Closed", "False alarm", "Merged"]
KINDS = [
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
]


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_initial")]

    operations = [
        migrations.RemoveConstraint("incident", "incidents_incident_state"),
        migrations.AddField(
            "incident",
            "merged_into",
            core.tenancy.fields.TenantForeignKey(
                null=True, on_delete=PROTECT, related_name="+", to="incidents.incident"
            ),
        ),
        AddTenantKey("Incident", "merged_into"),
        migrations.AlterField(
            "incident",
            "state",
            models.CharField(choices=list(zip(STATES, WORDS, strict=True)), default="new", max_length=12),
        ),
        migrations.AlterField("incidententry", "kind", models.CharField(choices=KINDS, max_length=16)),
        migrations.AddConstraint(
            "incident",
            models.CheckConstraint(condition=models.Q(state__in=STATES), name="incidents_incident_state"),
        ),
        migrations.AddConstraint(
            "incident",
            models.CheckConstraint(
                condition=models.Q(("merged_into__isnull", False), ("state", "merged"))
                | models.Q(models.Q(("state", "merged"), _negated=True), ("merged_into__isnull", True)),
                name="incidents_incident_merged",
            ),
        ),
    ]
