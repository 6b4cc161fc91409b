"""Reads the old rows too, under a lock that neither readers nor writers notice."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("incidents", "0006_words_are_checked")]

    operations = [
        ValidateConstraint("incident", "incidents_incident_source"),
        ValidateConstraint("incident", "incidents_incident_severity"),
        ValidateConstraint("incident", "incidents_incident_waiting_on"),
        ValidateConstraint("incidententry", "incidents_entry_kind"),
    ]
