"""Views of lists that people keep: which lists there are, and how a view is saved, changed, found and deleted."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.access.roles import Capability, may
from core.audit import record
from core.errors import Conflict, DomainError, Forbidden, Full, NotFound
from core.models import SavedView
from core.tenancy.context import require_scope
from core.text import printable

# So many that nobody honest meets it, for all lists together.
MOST_OF_ONE_PERSON = 30
MOST_NAME, MOST_VALUE, MOST_QUERY = 60, 120, 1000
# Whoever sets up what others work with may show them a view; whoever rules the agency may take one away.
MAY_SHARE, MAY_RULE = Capability.CONFIGURE, Capability.SETTINGS


@dataclass(frozen=True, slots=True)
class FilteredList:
    """A list that can be narrowed: its route, what it is called as it starts, the keys of its address that it knows,
    and what those say where the address says nothing."""

    name: str
    route: str
    start: str | Promise
    keys: tuple[str, ...]
    at_first: Mapping[str, str] = field(default_factory=dict)

    def kept(self, asked: QueryDict, *more: str) -> str:
        """Of an address only what this list knows, always in the same order; ``more`` are keys to keep besides."""
        said = {key: printable(asked.get(key) or "")[:MOST_VALUE] for key in (*self.keys, *more)}
        return urlencode({key: value for key, value in said.items() if value})

    def is_start(self, query: str) -> bool:
        """Whether the address asks for no more than the list shows by itself."""
        return all(self.at_first.get(key) == value for key, value in QueryDict(query).items())

    def address(self, agency: str, query: str, *more: str) -> str:
        """Where the list stands as the query asks for it."""
        kept = self.kept(QueryDict(query), *more)
        return reverse(self.route, args=[agency]) + (f"?{kept}" if kept else "")


_known: dict[str, FilteredList] = {}


def known_list(page: FilteredList) -> FilteredList:
    """Makes the list one of which views can be kept."""
    _known[page.name] = page
    return page


def list_called(name: str) -> FilteredList:
    """The list of this name; NotFound otherwise."""
    if name not in _known:
        raise NotFound(_("There is no such list."))
    return _known[name]


def views_of(list_name: str) -> list[SavedView]:
    """What the scope's person sees of a list: their own views, then those that others share, each by name."""
    me = require_scope().actor.user_id
    rows = _seen().filter(list_name=list_name)
    return sorted(rows, key=lambda row: (row.person_id != me, row.name.lower()))


def view(view_id: uuid.UUID) -> SavedView:
    """One that the scope's person sees; NotFound otherwise."""
    row = _seen().filter(id=view_id).first()
    if row is None:
        raise NotFound(_("There is no such view."))
    return row


def may_share() -> bool:
    """Whether the scope's person may show a view to the whole agency."""
    return may(require_scope().actor.role, MAY_SHARE)


def may_change(row: SavedView) -> bool:
    """Whether the scope's person may rename or delete it: it is their own, or they rule the agency."""
    actor = require_scope().actor
    return row.person_id == actor.user_id or (row.shared and may(actor.role, MAY_RULE))


def own_view(view_id: uuid.UUID) -> SavedView:
    """One that the scope's person may change; NotFound where they see none, Forbidden where it is somebody else's."""
    row = view(view_id)
    if not may_change(row):
        raise Forbidden(_("Somebody else shares this view. They or an owner can change it."))
    return row


def save_view(*, list_name: str, name: str, query: str, shared: bool = False) -> SavedView:
    """Keeps these filters of the list under a name, for the scope's person or for the whole agency."""
    page, me = list_called(list_name), require_scope().actor.user_id
    if me is None:
        raise Forbidden(_("Views are kept by people."))
    kept = page.kept(QueryDict(query))
    if len(kept) > MOST_QUERY:
        raise DomainError(_("These filters are too long to be kept. Search for fewer words."))
    _refuse_more_of(me)
    row = SavedView(person_id=me, list_name=list_name, query=kept)
    return _written(row, name=name, shared=shared, action="core.view.saved")


def change_view(*, view_id: uuid.UUID, name: str, shared: bool) -> SavedView:
    """Gives a view another name, or shares it or not."""
    return _written(own_view(view_id), name=name, shared=shared, action="core.view.changed")


def delete_view(*, view_id: uuid.UUID) -> SavedView:
    """Deletes a view. The list itself stays as it is."""
    row = own_view(view_id)
    record(action="core.view.deleted", object_type="view", object_id=row.id, changes=_about(row))
    SavedView.objects.filter(id=row.id).delete()
    return row


def _seen() -> QuerySet[SavedView]:
    me = require_scope().actor.user_id
    return SavedView.objects.filter(Q(person_id=me) | Q(shared=True))


def _refuse_more_of(person_id: uuid.UUID) -> None:
    if SavedView.objects.filter(person_id=person_id).count() >= MOST_OF_ONE_PERSON:
        message = _("You have %(most)s saved views, which is as many as one person may have. Delete one first.")
        raise Full(message % {"most": MOST_OF_ONE_PERSON})


def _written(row: SavedView, *, name: str, shared: bool, action: str) -> SavedView:
    if shared and not row.shared and not may_share():
        raise Forbidden(_("Your role shares no views. Save it for yourself."), field="shared")
    row.name, row.shared = _free_name(row, name), shared
    try:
        # Two windows may save the same name at once; the key of the table lets one through.
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise _taken() from error
    record(action=action, object_type="view", object_id=row.id, changes=_about(row))
    return row


def _about(row: SavedView) -> dict[str, str | bool]:
    return {"list": row.list_name, "shared": row.shared}


def _free_name(row: SavedView, name: str) -> str:
    name = printable(name)
    if not name:
        raise DomainError(_("Give the view a name."), field="name")
    if len(name) > MOST_NAME:
        raise DomainError(_("Use at most %(most)s characters.") % {"most": MOST_NAME}, field="name")
    others = SavedView.objects.filter(person_id=row.person_id, list_name=row.list_name, name__iexact=name)
    if others.exclude(id=row.id).exists():
        raise _taken()
    return name


def _taken() -> Conflict:
    return Conflict(_("There is a view of this name already. Choose another name."), field="name")
