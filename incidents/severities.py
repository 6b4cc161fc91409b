"""The four severities in words that a client reads too."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from slas.policies.severities import DEFINITIONS

LABELS: dict[str, str | Promise] = {
    "critical": _("Critical"),
    "high": _("High"),
    "medium": _("Medium"),
    "low": _("Low"),
}

# Those that the client learns of after a while even if nobody has judged them.
SERIOUS = ("critical", "high")

__all__ = ["DEFINITIONS", "LABELS", "SERIOUS"]
