"""Encrypts anew under the newest key what an older one encrypted, and says which keys nothing needs any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.apps import apps
from django.conf import settings
from django.db import models, transaction

from core.clock import now
from core.crypto import CannotOpen, Place, decrypt, encrypt, key_of
from core.models import ApiToken
from core.selectors import all_agencies
from core.tenancy.models import TenantModel
from core.tenancy.scope import tenant_scope


def encrypt_rows_anew() -> Counter[str]:
    """Goes over every ``sealed_…`` column of every agency; counts "encrypted", "fresh" and "broken" (does not open)."""
    found: Counter[str] = Counter()
    for agency in all_agencies():
        with tenant_scope(agency.id):
            for model, column in _columns():
                for row in model.objects.exclude(**{column: None}).only("id", "agency_id", column):
                    found[_encrypt_anew(model, column, row)] += 1
    return found


def tokens_by_pepper() -> Counter[str]:
    """How many tokens that still work need which pepper. Their secrets are not known, so that none can be rehashed."""
    found: Counter[str] = Counter()
    for agency in all_agencies():
        with tenant_scope(agency.id):
            live = ApiToken.objects.filter(revoked_at=None, expires_at__gt=now())
            found.update(live.values_list("pepper_id", flat=True))
    return found


def _columns() -> Iterator[tuple[type[TenantModel], str]]:
    for model in apps.get_models():
        if not issubclass(model, TenantModel):
            # A secret is bound to its agency, so that only a table of agencies' holds one.
            continue
        for field in model._meta.concrete_fields:
            if isinstance(field, models.BinaryField) and field.name.startswith("sealed_"):
                yield model, field.name


def _encrypt_anew(model: type[TenantModel], column: str, row: TenantModel) -> str:
    place: Place = {"agency_id": row.agency_id, "table": model._meta.db_table, "column": column, "row_id": row.id}
    with transaction.atomic():
        # Whoever writes a new secret meanwhile keeps it: it is read again under the lock.
        encrypted = getattr(model.objects.select_for_update(of=("self",)).get(id=row.id), column)
        if encrypted is None or key_of(encrypted) == list(settings.ENCRYPTION_KEYS)[-1]:
            return "fresh"
        try:
            fresh = encrypt(decrypt(encrypted, **place), **place)
        except CannotOpen:
            return "broken"
        model.objects.filter(id=row.id).update(**{column: fresh})
    return "encrypted"
