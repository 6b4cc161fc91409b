"""Each word is one of its vocabulary. New rows are held to it from now on, old ones by the next step."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


def word(column, values, name):
    return models.CheckConstraint(condition=models.Q((f"{column}__in", values)), name=name)


class Migration(migrations.Migration):
    dependencies = [("incidents", "0005_reminder_index")]

    operations = [
        AddConstraintNotValid(
            "incident", word("source", ["alert", "staff", "client", "api"], "incidents_incident_source")
        ),
        AddConstraintNotValid(
            "incident", word("severity", ["critical", "high", "medium", "low"], "incidents_incident_severity")
        ),
        AddConstraintNotValid(
            "incident",
            word("waiting_on", ["", "client", "vendor", "provider", "window"], "incidents_incident_waiting_on"),
        ),
        AddConstraintNotValid(
            "incidententry",
            word(
                "kind",
                [
                    "opened",
                    "confirmed",
                    "false_alarm",
                    "acknowledged",
                    "paused",
                    "resumed",
                    "note",
                    "update",
                    "mitigated",
                    "resolved",
                    "reopened",
                    "closed",
                    "merged",
                    "took_in",
                    "severity",
                    "assigned",
                    "published",
                    "alert_fired",
                    "alert_recovered",
                    "clock_warned",
                    "clock_breached",
                    "escalated",
                    "client_message",
                    "agreed",
                    "policy",
                    "disputed",
                    "decided",
                    "reminded",
                ],
                "incidents_entry_kind",
            ),
        ),
    ]
