"""What the four severities mean unless a policy says it in its own words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DEFINITIONS: dict[str, str | Promise] = {
    "critical": _("Nobody can use the system, or it does harm. There is no way around it."),
    "high": _("An important part does not work, or many people are affected. A way around is hard."),
    "medium": _("Part of it works worse than agreed. There is a way around."),
    "low": _("A small fault or a question. Work goes on."),
}


def in_words(own: Mapping[str, str]) -> dict[str, str]:
    """What each severity means, critical first: the policy's own words where it has some."""
    return {severity: own.get(severity) or str(text) for severity, text in DEFINITIONS.items()}
