"""The fixed words of plans and retainers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.vocabulary import Look, Vocabulary


class TierFamily(Vocabulary):
    """The three ways in which the catalogue's tiers are meant."""

    TIER = "tier", _("Tier")
    PLAN = "plan", _("Criticality plan")
    STARTER = "starter", _("Starter")


class InclusionKind(Vocabulary):
    """A deliverable is owed on a date; an entitlement is a counter that may be used or not; a right is a rule."""

    DELIVERABLE = "deliverable", _("Deliverable")
    ENTITLEMENT = "entitlement", _("Included")
    RIGHT = "right", _("Rule")


class Cadence(Vocabulary):
    """How often an inclusion recurs."""

    CONTINUOUS = "continuous", _("All the time")
    WEEKLY = "weekly", _("Every week")
    MONTHLY = "monthly", _("Every month")
    QUARTERLY = "quarterly", _("Every quarter")


class RetainerState(Vocabulary):
    """The state words of a retainer."""

    DRAFT = "draft", Look("neutral", "pencil"), _("Draft")
    PROPOSED = "proposed", Look("info", "send"), _("Proposed")
    ACCEPTED = "accepted", Look("info", "file-check"), _("Accepted")
    ACTIVE = "active", Look("good", "circle-check"), _("Active")
    ENDING = "ending", Look("warn", "calendar-clock"), _("Ending")
    ENDED = "ended", Look("neutral", "lock"), _("Ended")
