"""What may stand in fields of clients, contacts and systems. Each check returns the clean value or names the field."""

from __future__ import annotations

import uuid
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.text import slugify
from django.utils.translation import gettext as _
from holidays import list_supported_countries

from clients.words import Criticality
from core.access.roles import Right
from core.errors import DomainError
from core.text import is_quoted, printable

MOST_EMAIL = 254
# What a slug may be long, with room for a number behind it.
_STEM = 36


def text(value: str, field: str, most: int) -> str:
    """At least one and at most ``most`` characters."""
    value = optional_text(value, field, most)
    if not value:
        raise DomainError(_("This is needed."), field=field)
    return value


def optional_text(value: str, field: str, most: int) -> str:
    """At most ``most`` characters; may be empty."""
    value = printable(value)
    if len(value) > most:
        raise DomainError(_("Use at most %(most)s characters.") % {"most": most}, field=field)
    return value


def email(value: str) -> str:
    """An address in lower case, so that one person is not two."""
    value = value.strip()
    try:
        validate_email(value)
    except ValidationError as error:
        raise DomainError(_("Write an e-mail address like name@example.com."), field="email") from error
    if is_quoted(value):
        raise DomainError(_("Write the address without quotation marks."), field="email")
    if len(value) > MOST_EMAIL:
        raise DomainError(_("Use at most %(most)s characters.") % {"most": MOST_EMAIL}, field="email")
    return value.lower()


def rights(values: list[str]) -> list[str]:
    """At least one right, each once, in the order in which they are shown."""
    if not values or set(values) - set(Right.values):
        raise DomainError(_("Choose at least one right."), field="rights")
    return [right for right in Right.values if right in values]


def criticality(value: str) -> str:
    """Low, medium or high."""
    if value not in Criticality.values:
        raise DomainError(_("Choose how critical the system is."), field="criticality")
    return value


def country(value: str) -> str:
    """Two letters of ISO 3166, or nothing."""
    value = value.strip().upper()
    if value and value not in list_supported_countries(include_aliases=False):
        raise DomainError(_("There is no such country. Use its two letters, such as DE."), field="country")
    return value


def zone(name: str) -> str:
    """A name of the IANA time zone database."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise DomainError(
            _("There is no time zone called %(name)s. Use a name such as Europe/Berlin.") % {"name": printable(name)},
            field="time_zone",
        ) from error
    return name


def row_id(value: uuid.UUID | str) -> uuid.UUID | None:
    """The id, or None where this cannot be one."""
    try:
        return uuid.UUID(str(value))
    except ValueError:
        return None


def slug_stem(name: str, otherwise: str) -> str:
    """The name as part of an address; ``otherwise`` where nothing of it can stand in one."""
    return slugify(name)[:_STEM].strip("-_") or otherwise
