"""Client updates, written in full: impact first, then what we do.

None names an hour. When the next update is due says the clock of that promise, which stands beside it on the portal.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEMPLATES: dict[str, tuple[str | Promise, str | Promise]] = {
    "looking": (
        _("Looking into it"),
        _("Some answers are not as good as you are used to. We are looking into it."),
    ),
    "cause": (_("Cause found"), _("We have found the cause and are working on the repair.")),
    "workaround": (
        _("Workaround"),
        _("A workaround is in place: the system works again, in part by hand. The repair follows."),
    ),
    "watching": (_("Watching"), _("The repair is in. We keep watching before we call it solved.")),
    "fixed": (_("Fixed"), _("It works again. We have checked it and go on watching.")),
    "no_news": (_("No news yet"), _("We are still at it and have nothing new to tell.")),
    "false_alarm": (_("False alarm"), _("What we noticed turned out to be harmless. Nothing was affected.")),
    "provider": (
        _("Provider outage"),
        _("A provider that the system depends on has an outage. We are following it."),
    ),
    "waiting": (_("Waiting on you"), _("To go on we need something from you.")),
}
