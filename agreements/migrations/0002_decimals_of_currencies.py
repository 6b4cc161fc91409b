"""Sums in fourteen currencies were counted with the wrong number of decimals; each keeps what every page showed of it.

"1200" typed in XOF was stored as 120,000, a hundredth each, and shown as 1,200.00; ISO 4217 has no hundredths of it, so
1,200 is stored from now on. In JOD it is the other way: 1,200.00 was 120,000 hundredths and is 1,200,000 thousandths.

What only a program wrote stays as it is: the API asks for the currency's smallest unit, so that number was right, and
the pages showed it a hundred times too small or ten times too large. A hundredth that a currency does not have is rounded.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.models import Exists, F, OuterRef, Q, QuerySet

# Their decimals by ISO 4217; all of them were taken for two.
WITHOUT = ("BIF", "DJF", "GNF", "KMF", "PYG", "RWF", "UGX", "VUV", "XAF", "XOF", "XPF")
THREE = ("IQD", "JOD", "LYD")
WRITES = ("agreements.retainer.created", "agreements.retainer.updated")


def forwards(apps: Any, schema_editor: Any) -> None:
    """Hundredths become whole units, or thousandths."""
    for sums, currency, fields in _stored(apps):
        whole = {name: (F(name) + 50) / 100 for name in fields}
        _change(apps, sums, Q(**{f"{currency}__in": WITHOUT}), whole)
        _change(apps, sums, Q(**{f"{currency}__in": THREE}), {name: F(name) * 10 for name in fields})


def backwards(apps: Any, schema_editor: Any) -> None:
    """Back to hundredths for all."""
    for sums, currency, fields in _stored(apps):
        _change(apps, sums, Q(**{f"{currency}__in": WITHOUT}), {name: F(name) * 100 for name in fields})
        _change(apps, sums, Q(**{f"{currency}__in": THREE}), {name: (F(name) + 5) / 10 for name in fields})


def _stored(apps: Any) -> list[tuple[QuerySet[Any], str, list[str]]]:
    """Every sum that is stored, with where its currency stands: of retainers, and the ranges of plans."""
    events = apps.get_model("core", "AuditEvent").objects.filter(object_id=OuterRef("id"), action__in=WRITES)
    retainers = apps.get_model("agreements", "Retainer").objects.exclude(price_minor=None)
    by_programs_alone = Exists(events.filter(actor_kind="token")) & ~Exists(events.exclude(actor_kind="token"))
    tiers = apps.get_model("agreements", "TierTemplate").objects.exclude(price_min_minor=None)
    return [
        (retainers.exclude(by_programs_alone), "currency", ["price_minor"]),
        (tiers, "agency__currency", ["price_min_minor", "price_max_minor"]),
    ]


def _change(apps: Any, sums: QuerySet[Any], which: Q, values: dict[str, Any]) -> None:
    """Changes the rows, with an audit row for each retainer among them."""
    rows = list(sums.filter(which).select_for_update(of=("self",)))
    sums.model.objects.filter(id__in=[row.id for row in rows]).update(**values)
    audit = apps.get_model("core", "AuditEvent")
    audit.objects.bulk_create(
        audit(
            agency_id=row.agency_id,
            client_id=row.client_id,
            actor_kind="system",
            action="agreements.retainer.recounted",
            object_type="retainer",
            object_id=row.id,
            changes={"currency": row.currency},
        )
        for row in rows
        if hasattr(row, "client_id")
    )


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0001_initial"),
        ("core", "0004_audit_seal"),
    ]

    operations = [migrations.RunPython(forwards, backwards)]
