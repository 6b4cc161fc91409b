"""The fixed words of approvals."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.vocabulary import Look, Vocabulary


class ApprovalState(Vocabulary):
    """The state words of an approval. All but the first are its end."""

    OPEN = "open", Look("info", "send", client=_("Waits for an answer")), _("Waits for the client")
    APPROVED = "approved", Look("good", "circle-check"), _("Approved")
    DECLINED = "declined", Look("bad", "circle-slash"), _("Declined")
    SUPERSEDED = "superseded", Look("neutral", "arrow-right"), _("Replaced")
    EXPIRED = "expired", Look("neutral", "calendar-clock"), _("Expired")
    WITHDRAWN = "withdrawn", Look("neutral", "rotate-ccw"), _("Withdrawn")


class ApprovalAct(Vocabulary):
    """What can happen to an approval; each is a line of its record."""

    ASKED = "asked", Look("info", "send"), _("Asked")
    SEEN = "seen", Look("neutral", "eye"), _("Opened")
    QUESTIONED = "questioned", Look("warn", "circle-help"), _("Question")
    ANSWERED = "answered", Look("info", "reply"), _("Answer")
    DELEGATED = "delegated", Look("info", "users"), _("Asked somebody else too")
    REMINDED = "reminded", Look("neutral", "bell"), _("Reminded")
    APPROVED = "approved", Look("good", "circle-check"), _("Approved")
    DECLINED = "declined", Look("bad", "circle-slash"), _("Declined")
    OFFLINE = "offline", Look("good", "file-check"), _("Agreed outside the portal")
    SUPERSEDED = "superseded", Look("neutral", "arrow-right"), _("Replaced by a newer version")
    EXPIRED = "expired", Look("neutral", "calendar-clock"), _("Expired")
    WITHDRAWN = "withdrawn", Look("neutral", "rotate-ccw"), _("Withdrawn")
