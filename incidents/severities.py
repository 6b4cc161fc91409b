"""What the four severities mean, in words that a client reads too."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DEFINITIONS: dict[str, str | Promise] = {
    "critical": _("Nobody can use the system, or it does harm. There is no way around it."),
    "high": _("An important part does not work, or many people are affected. A way around is hard."),
    "medium": _("Part of it works worse than agreed. There is a way around."),
    "low": _("A small fault or a question. Work goes on."),
}

LABELS: dict[str, str | Promise] = {
    "critical": _("Critical"),
    "high": _("High"),
    "medium": _("Medium"),
    "low": _("Low"),
}

# Those that the client learns of after a while even if nobody has judged them.
SERIOUS = ("critical", "high")
