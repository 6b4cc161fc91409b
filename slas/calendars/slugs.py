"""Names and numbers of calendars and policies."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, TypeAlias

from django.db import IntegrityError, models, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from core.errors import DomainError

if TYPE_CHECKING:
    from slas.calendars.models import Calendar
    from slas.policies.models import Policy

    # A row with a ``name`` and a ``slug``.
    Named: TypeAlias = Calendar | Policy

# Words that stand in an address where a slug could.
_RESERVED = {"new", "calendars", "all", "moves"}


def title_and_slug(name: str, model: type[Calendar] | type[Policy], kind: str) -> tuple[str, str]:
    """The name without needless space, and a slug that no other row of the model has."""
    title = _title(name)
    if model.objects.filter(name__iexact=title).exists():
        raise _taken()
    slug = slugify(title)[:40].strip("-")
    # Another may have had this name when its address was made.
    if not slug or slug in _RESERVED or model.objects.filter(slug=slug).exists():
        slug = f"{slug[:33] or kind}-{secrets.token_hex(3)}"
    return title, slug


def save_named(row: Named) -> None:
    """Saves it, unless somebody has taken its name in the same moment."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise _taken() from error


def free_title(name: str, row: Named) -> str:
    """The name without needless space, if no other row has it."""
    title = _title(name)
    if type(row).objects.filter(name__iexact=title).exclude(id=row.id).exists():
        raise _taken()
    return title


def _title(name: str) -> str:
    title = " ".join(name.split())
    if not title:
        raise DomainError(_("Give it a name."), field="name")
    if len(title) > 80:
        raise DomainError(_("A name has at most 80 characters."), field="name")
    return title


def _taken() -> DomainError:
    # It may be an archived one, which does not stand in the list.
    message = _("There is one of this name already, perhaps an archived one. Choose another.")
    return DomainError(message, field="name", code="conflict")


def next_number(versions: models.Manager[models.Model]) -> int:
    """One more than the highest of the versions."""
    highest: int | None = versions.aggregate(highest=models.Max("number"))["highest"]
    return (highest or 0) + 1
