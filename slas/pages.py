"""What the pages of this app share."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _


def crumbs(agency: str, label: str = "") -> list[dict[str, str]]:
    """Where one is, below the settings."""
    crumbs = [
        {"label": _("Settings"), "url": reverse("settings:home", args=[agency])},
        {"label": _("Response times and calendars"), "url": reverse("slas:policies", args=[agency])},
    ]
    return [*crumbs, {"label": label, "url": ""}] if label else crumbs
