"""What the pages of this app share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from core.errors import NotFound

Row = TypeVar("Row")


def found(find: Callable[[], Row]) -> Row:
    """What is looked for, or the page that says there is none."""
    try:
        return find()
    except NotFound as error:
        raise Http404 from error


def crumbs(agency: str, label: str = "") -> list[dict[str, str]]:
    """Where one is, below the settings."""
    crumbs = [
        {"label": _("Settings"), "url": reverse("settings:home", args=[agency])},
        {"label": _("Response times and calendars"), "url": reverse("slas:policies", args=[agency])},
    ]
    return [*crumbs, {"label": label, "url": ""}] if label else crumbs
