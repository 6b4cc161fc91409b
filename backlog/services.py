"""Writes of the improvement backlog."""

from __future__ import annotations

import uuid
from typing import Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from backlog import events
from backlog.content import ItemFields
from backlog.models import BacklogItem
from backlog.words import BacklogKind, BacklogState
from core.audit import record_and_announce
from core.errors import Conflict, DomainError, NotFound
from incidents import selectors as incidents

# Which state may follow which; an item may always fall back to an idea.
NEXT: dict[str, frozenset[str]] = {
    BacklogState.IDEA: frozenset({BacklogState.SCORED}),
    BacklogState.SCORED: frozenset({BacklogState.READY, BacklogState.IDEA}),
    BacklogState.READY: frozenset({BacklogState.PLANNED, BacklogState.IDEA}),
    BacklogState.PLANNED: frozenset({BacklogState.DOING, BacklogState.IDEA}),
    BacklogState.DOING: frozenset({BacklogState.VERIFY, BacklogState.IDEA}),
    BacklogState.VERIFY: frozenset({BacklogState.DONE, BacklogState.DOING}),
    BacklogState.DONE: frozenset(),
}


def create_from_incident(*, incident_id: uuid.UUID, **content: Unpack[ItemFields]) -> BacklogItem:
    """What an incident taught, as an item of the same client and system. With both scores it is scored."""
    incident = incidents.incident(incident_id)
    with transaction.atomic():
        item = BacklogItem(client_id=incident.client_id, system_id=incident.system_id, incident_id=incident.id)
        _fill(item, content)
        item.save(force_insert=True)
        _emit(events.ITEM_CREATED, item)
    return item


def update_item(*, item_id: uuid.UUID, **content: Unpack[ItemFields]) -> BacklogItem:
    """Changes an item and its score."""
    with transaction.atomic():
        item = _item(item_id)
        _fill(item, content)
        item.save()
        _emit(events.ITEM_UPDATED, item)
    return item


def move_item(*, item_id: uuid.UUID, state: str) -> BacklogItem:
    """Moves an item one step along, or back to an idea."""
    with transaction.atomic():
        item = _item(item_id)
        if state not in NEXT[item.state]:
            raise Conflict(_("An item moves one step at a time."))
        if state != BacklogState.IDEA and (item.impact is None or item.risk is None):
            raise Conflict(_("Score its impact and risk first."))
        item.state = state
        item.save(update_fields=["state"])
        _emit(events.ITEM_MOVED, item)
    return item


def _fill(item: BacklogItem, content: ItemFields) -> None:
    title, kind, scores = " ".join(content["title"].split()), content["kind"], _scores(content)
    if not title or len(title) > 160:
        raise DomainError(_("Give it a title of at most 160 characters."), field="title")
    if kind not in BacklogKind.values:
        raise DomainError(_("Choose what it would change."), field="kind")
    for name, value in scores.items():
        if value is not None and not 1 <= value <= 5:
            raise DomainError(_("Use a number from 1 to 5."), field=name)
        if value is None and item.state != BacklogState.IDEA:
            raise DomainError(_("Move the item back to an idea before you clear a score."), field=name)
    item.title, item.detail, item.kind = title, content.get("detail", "").strip(), kind
    item.impact, item.risk = scores["impact"], scores["risk"]
    if item.state == BacklogState.IDEA and all(scores.values()):
        item.state = BacklogState.SCORED


def _scores(content: ItemFields) -> dict[str, int | None]:
    return {"impact": content.get("impact"), "risk": content.get("risk")}


def _item(item_id: uuid.UUID) -> BacklogItem:
    item = BacklogItem.objects.select_for_update(of=("self",)).filter(id=item_id).first()
    if item is None:
        raise NotFound(_("There is no such item."))
    return item


def _emit(action: str, item: BacklogItem) -> None:
    record_and_announce(
        action=action,
        object_type="backlog_item",
        object_id=item.id,
        client_id=item.client_id,
        changes={"state": item.state, "impact": item.impact, "risk": item.risk},
    )
