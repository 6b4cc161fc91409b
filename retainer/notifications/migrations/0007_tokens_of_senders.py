"""Agencies that have named a sender get the token for its domain."""

import secrets

from django.db import migrations


def give_tokens(apps, schema_editor):
    """Until they have proven it, their mail leaves by the operator's address."""
    made = apps.get_model("notifications", "SenderDomain").objects
    for agency in apps.get_model("core", "Agency").objects.exclude(mail_from=""):
        domain = agency.mail_from.rpartition("@")[2].rstrip(".").lower()
        try:
            domain = domain.encode("idna").decode()
        except UnicodeError:
            continue
        if "." in domain and not domain.startswith("["):
            made.create(agency_id=agency.id, domain=domain, token=secrets.token_urlsafe(24))


class Migration(migrations.Migration):
    dependencies = [("notifications", "0006_sender_domains")]

    operations = [migrations.RunPython(give_tokens, migrations.RunPython.noop)]
