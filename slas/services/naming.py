"""Names and numbers of calendars and policies."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext as _

from core.errors import DomainError
from slas.models import Calendar, Policy

# Words that stand in an address where a slug could.
_RESERVED = {"new", "calendars", "all", "moves"}


def title_and_slug(name: str, model: type[Calendar] | type[Policy], kind: str) -> tuple[str, str]:
    """The name without needless space, and a slug that no other row of the model has."""
    title = " ".join(name.split())
    if not title:
        raise DomainError(_("Give it a name."), field="name")
    if len(title) > 80:
        raise DomainError(_("A name has at most 80 characters."), field="name")
    slug = slugify(title)[:40].strip("-")
    if not slug or slug in _RESERVED:
        slug = f"{slug or kind}-{secrets.token_hex(3)}"
    if model.objects.filter(slug=slug).exists():
        raise DomainError(_("There is one of this name already. Choose another."), field="name", code="conflict")
    return title, slug


def next_number(versions: Any) -> int:
    """One more than the highest of the versions."""
    highest: int | None = versions.aggregate(highest=models.Max("number"))["highest"]
    return (highest or 0) + 1
