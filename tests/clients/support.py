"""What the tests of clients share: refusals by field, and what was written down."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from core.errors import DomainError
from core.models import AuditEvent, OutboxEvent


@contextmanager
def refused(field: str | None, kind: type[DomainError] = DomainError) -> Iterator[None]:
    """The block is refused with words for people, beside this field."""
    with pytest.raises(DomainError) as caught:
        yield
    assert type(caught.value) is kind
    assert caught.value.field == field
    assert caught.value.message


def audited(row_id: uuid.UUID) -> list[str]:
    """The acts recorded for the row, in order. Call it inside a scope."""
    return list(AuditEvent.objects.filter(object_id=row_id).order_by("id").values_list("action", flat=True))


def told(row_id: uuid.UUID) -> list[str]:
    """The news announced of the row, in order. Call it inside a scope."""
    return list(OutboxEvent.objects.filter(payload__id=str(row_id)).order_by("id").values_list("name", flat=True))
