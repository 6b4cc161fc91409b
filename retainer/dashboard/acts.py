"""What a person can do on the workbench: one act is next, the others stand under More; each says what it shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.forms import Form
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.next_action import UPDATE
from incidents.states import Action, allowed

if TYPE_CHECKING:
    from incidents.models import Incident

CLIENT_MESSAGE, AGREE, SEVERITY, ASSIGN = "client_message", "agree", "severity", "assign"
# Acts that move or explain what still runs; they go wherever a pause may.
WHILE_OPEN = (Action.PAUSE, CLIENT_MESSAGE, AGREE, SEVERITY)
# The row of "More": the client first, then the work, then whose it is, and last what ends it another way.
ORDER = (
    Action.ACKNOWLEDGE,
    Action.CONFIRM,
    UPDATE,
    CLIENT_MESSAGE,
    Action.PAUSE,
    Action.RESUME,
    Action.MITIGATE,
    Action.RESOLVE,
    Action.CLOSE,
    AGREE,
    SEVERITY,
    ASSIGN,
    Action.REOPEN,
    Action.MERGE,
    Action.FALSE_ALARM,
)


@dataclass(frozen=True, slots=True)
class Audience:
    """Who at the client notices: its name, how many get mail, and whether they see the incident."""

    client: str
    people: int = 0
    sees: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """One button. ``effect`` is what it does to the client; with a form it opens a dialog, whose button is ``verb``."""

    key: str
    label: str
    icon: str
    url: str
    effect: str = ""
    verb: str = ""
    form: Form | None = None
    shortcut: str = ""
    danger: bool = False


def offered(key: str, row: Incident) -> bool:
    """Whether the act makes sense now. What the client has seen is resolved, not called a false alarm."""
    if key in (UPDATE, *WHILE_OPEN):
        return allowed(Action.PAUSE, row.state) and not (key == Action.PAUSE and row.waiting_on)
    if key == ASSIGN:
        return True
    if key == Action.CONFIRM and row.confirmed_at:
        return False
    if key == Action.RESUME and not row.waiting_on:
        return False
    return allowed(Action(key), row.state) and not (key == Action.FALSE_ALARM and row.published_at)


def acts_of(agency: str, row: Incident, audience: Audience, forms: dict[str, Form | None]) -> list[Act]:
    """Every act with its words; one whose form is None is impossible here and left out."""
    made = _plain(agency, row, audience) | _asking(agency, row, audience, forms)
    return [made[key] for key in ORDER if key in made and not (key in forms and forms[key] is None)]


def send_words(audience: Audience) -> str:
    """What the composer's button for the client does."""
    if not audience.people:
        return _("Show to %(client)s") % {"client": audience.client}
    people = ngettext("Send to %(count)s person", "Send to %(count)s people", audience.people)
    return people % {"count": audience.people}


def _told(audience: Audience, quiet: str, shown: str, mailed: str) -> str:
    """One of three words: nobody at the client notices, they can read it, or they get mail."""
    if not audience.sees:
        return quiet
    return mailed if audience.people else shown


def _people(audience: Audience) -> str:
    return ngettext("%(count)s person", "%(count)s people", audience.people) % {"count": audience.people}


def _plain(agency: str, row: Incident, audience: Audience) -> dict[str, Act]:
    """The acts of one press."""
    name = {"client": audience.client}
    reads = _("%(client)s reads this.") % name if audience.sees else _("%(client)s does not see this yet.") % name

    def act(step: Action, label: str, icon: str, effect: str = "", shortcut: str = "") -> Act:
        url = reverse("incidents:step", args=[agency, row.number, step.value])
        return Act(step.value, label, icon, url, effect, shortcut=shortcut)

    mailed = _("%(people)s get mail.") % {"people": _people(audience)}
    to_write = "" if audience.sees else _("It also shows the incident to %(client)s.") % name
    return {
        Action.ACKNOWLEDGE: act(Action.ACKNOWLEDGE, _("Acknowledge"), "check", reads, shortcut="a"),
        Action.CONFIRM: act(
            Action.CONFIRM,
            _("Confirm") if audience.sees else _("Confirm and show to %(client)s") % name,
            "eye",
            "" if audience.sees else mailed if audience.people else _("Nobody gets mail."),
        ),
        Action.RESUME: act(Action.RESUME, _("Let the clocks run again"), "play", reads),
        Action.MITIGATE: act(Action.MITIGATE, _("Mark workaround in place"), "shield", reads),
        Action.CLOSE: act(Action.CLOSE, _("Close"), "lock", _("%(client)s is not told.") % name),
        UPDATE: Act(UPDATE, _("Send update"), "send", "#composer-update", to_write),
    }


def _asking(agency: str, row: Incident, audience: Audience, forms: dict[str, Form | None]) -> dict[str, Act]:
    """The acts that ask for something first, each in a dialog."""
    name, people = {"client": audience.client}, {"people": _people(audience)}
    step = {key: reverse("incidents:step", args=[agency, row.number, key]) for key in Action.values}

    def url(route: str) -> str:
        return reverse(f"incidents:{route}", args=[agency, row.number])

    def act(key: str, label: str, icon: str, where: str, effect: str, verb: str, *, danger: bool = False) -> Act:
        return Act(str(key), label, icon, where, effect, verb, forms.get(key), danger=danger)

    mailed = _("%(people)s get mail.") % people
    reads = _told(audience, "", _("%(client)s reads this.") % name, mailed)
    asked = _("%(client)s is asked by mail if you wait for them.") % name if audience.people else ""
    asked = asked if audience.sees else _("%(client)s does not see this yet, so you cannot wait for them.") % name
    rows = [
        act(
            CLIENT_MESSAGE,
            _("Add what the client wrote"),
            "message-square",
            url(CLIENT_MESSAGE),
            "",
            _("Keep message"),
        ),
        act(Action.PAUSE, _("Pause the clocks"), "pause", url("pause"), asked, _("Pause clocks")),
        act(
            Action.RESOLVE,
            _("Resolve"),
            "circle-check",
            step[Action.RESOLVE],
            reads,
            _told(
                audience,
                _("Resolve"),
                _("Resolve and show to %(client)s") % name,
                _("Resolve and tell %(people)s") % people,
            ),
        ),
        act(AGREE, _("Agree a date"), "calendar-check", url(AGREE), "", _("Agree date")),
        act(SEVERITY, _("Change severity"), "gauge", url(SEVERITY), "", _("Change severity")),
        act(ASSIGN, _("Change owner"), "user", url(ASSIGN), _("Only your team sees this."), _("Change owner")),
        act(
            Action.REOPEN,
            _("Reopen"),
            "rotate-ccw",
            step[Action.REOPEN],
            reads,
            _told(
                audience,
                _("Reopen"),
                _("Reopen and show to %(client)s") % name,
                _("Reopen and tell %(people)s") % people,
            ),
        ),
        act(Action.MERGE, _("Merge"), "merge", url("merge"), "", _("Merge incident")),
        act(
            Action.FALSE_ALARM,
            _("Call it a false alarm"),
            "circle-slash",
            step[Action.FALSE_ALARM],
            _("%(client)s never sees it.") % name,
            _("Call it a false alarm"),
            danger=True,
        ),
    ]
    return {row.key: row for row in rows}
