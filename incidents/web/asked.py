"""What the address of the list of incidents asks for, and the filters that say so."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients import selectors as clients
from core.errors import NotFound
from core.saved import FilteredList, known_list
from core.tenancy.context import require_scope
from incidents import selectors
from incidents.models import Incident
from incidents.severities import LABELS
from incidents.states import IncidentState

LIST = known_list(
    FilteredList(
        name="incidents",
        route="incidents:list",
        start=gettext_lazy("Open incidents"),
        keys=("q", "state", "severity", "client", "owner", "sort"),
        at_first={"state": "open"},
    )
)
STATE_FILTER = [("open", gettext_lazy("Open")), ("all", gettext_lazy("All states")), *IncidentState.choices]
SEVERITY_FILTER = [("", gettext_lazy("Any severity")), *LABELS.items()]
ME, NOBODY = "me", "nobody"


@dataclass(frozen=True, slots=True)
class Asked:
    """The words, the state, the severity, the client by its slug, the owner by id or word, and the order."""

    words: str
    state: str
    severity: str
    client: str
    owner: str
    sort: str


def asked(request: HttpRequest) -> Asked:
    """As the address says it. One starts with the open ones, and searches among all."""
    said = {key: request.GET.get(key, "").strip() for key in LIST.keys}
    state = request.GET.get("state", "all" if said["q"] else "open")
    return Asked(said["q"], state, said["severity"], said["client"], said["owner"], said["sort"])


def rows_of(wanted: Asked) -> QuerySet[Incident]:
    """The incidents that are asked for. Of a client or an owner whom nobody knows there are none."""
    rows = selectors.search(wanted.words) if wanted.words else selectors.incidents()
    if wanted.state == "open":
        rows = rows.filter(state__in=IncidentState.open_values())
    elif wanted.state in IncidentState.values:
        rows = rows.filter(state=wanted.state)
    if wanted.severity in LABELS:
        rows = rows.filter(severity=wanted.severity)
    if wanted.client:
        rows = rows.filter(client__slug=wanted.client)
    return _of_owner(rows, wanted.owner) if wanted.owner else rows


def _of_owner(rows: QuerySet[Incident], owner: str) -> QuerySet[Incident]:
    if owner == NOBODY:
        return rows.filter(owner_id=None)
    if owner == ME:
        return rows.filter(owner_id=require_scope().actor.user_id)
    try:
        return rows.filter(owner_id=uuid.UUID(owner))
    except ValueError:
        return rows.none()


def filters_of(wanted: Asked) -> list[dict[str, object]]:
    """The fields of the filter bar, each with what it stands on."""
    return [
        {"name": "state", "label": _("State"), "value": wanted.state, "choices": STATE_FILTER},
        {"name": "severity", "label": _("Severity"), "value": wanted.severity, "choices": SEVERITY_FILTER},
        {"name": "client", "label": _("Client"), "value": wanted.client, "choices": _clients(wanted)},
        {"name": "owner", "label": _("Owner"), "value": wanted.owner, "choices": _owners(wanted)},
        {"name": "sort", "label": _("Order"), "value": wanted.sort, "choices": selectors.ORDERS},
    ]


def _clients(wanted: Asked) -> list[tuple[str, str]]:
    rows = [(row.slug, row.name) for row in clients.clients()]
    return [("", _("Any client")), *_standing(rows, wanted.client, _("Another client"))]


def _owners(wanted: Asked) -> list[tuple[str, str]]:
    me = require_scope().actor.user_id
    people = [(str(row.user_id), str(row.user)) for row in selectors.possible_owners() if row.user_id != me]
    known = [(ME, _("Me")), (NOBODY, _("Nobody")), *people]
    return [("", _("Any owner")), *_standing(known, wanted.owner, _("Somebody else"))]


def _standing(choices: list[tuple[str, str]], value: str, otherwise: str) -> list[tuple[str, str]]:
    """With the value that is asked for, so that the next change of another filter does not lose it unseen."""
    return choices if not value or value in dict(choices) else [*choices, (value, otherwise)]


def notices_of(wanted: Asked) -> list[tuple[str, str]]:
    """What a view asks for that is not there any more: a client, or somebody on the staff."""
    found = [_of_client(wanted.client) if wanted.client else None, _of_person(wanted.owner) if wanted.owner else None]
    return [notice for notice in found if notice]


def _of_client(slug: str) -> tuple[str, str] | None:
    try:
        row = clients.client_by_slug(slug)
    except NotFound:
        return _("This client is not here any more."), _("Choose another client, or clear the filters.")
    if row.archived_at is None:
        return None
    return _("%(name)s is archived.") % {"name": row.name}, _("The list shows what happened before that.")


def _of_person(owner: str) -> tuple[str, str] | None:
    if owner in (ME, NOBODY) or owner in {str(row.user_id) for row in selectors.possible_owners()}:
        return None
    return _("This owner is not on your staff any more."), _("Choose another owner, or clear the filters.")
