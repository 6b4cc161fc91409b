"""The improvement backlog for programs."""

from __future__ import annotations

import uuid
from typing import TypedDict, Unpack

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backlog import permissions, selectors, services
from backlog.words import BacklogKind, BacklogState
from core.access.views import api
from core.web.rest import Endpoint, InputSerializer, Moment, OutputSerializer, Query, verb


class ScoreOptions(TypedDict, total=False):
    """What a score is where none is sent."""

    default: int | None


class Score(serializers.IntegerField):
    """1 to 5."""

    def __init__(self, **options: Unpack[ScoreOptions]) -> None:
        super().__init__(min_value=1, max_value=5, required=False, allow_null=True, **options)


class ItemOut(OutputSerializer):
    """One possible improvement, weighed by impact and by the risk of leaving it."""

    id = serializers.UUIDField()
    client = serializers.UUIDField(source="client_id")
    system = serializers.UUIDField(source="system_id", allow_null=True)
    incident = serializers.UUIDField(source="incident_id", allow_null=True)
    title = serializers.CharField()
    detail = serializers.CharField()
    kind = serializers.ChoiceField(BacklogKind.choices)
    impact = serializers.IntegerField(allow_null=True)
    risk = serializers.IntegerField(allow_null=True)
    state = serializers.ChoiceField(BacklogState.choices)
    created_at = Moment()


class ItemIn(InputSerializer):
    """What an incident taught. With both scores it is scored."""

    incident = serializers.UUIDField(source="incident_id")
    title = serializers.CharField(max_length=160)
    detail = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    kind = serializers.ChoiceField(BacklogKind.choices)
    impact = Score()
    risk = Score()


class ItemPatch(ItemIn):
    """What can change about an item."""

    fixed = frozenset({"incident"})


class MoveIn(InputSerializer):
    """One step along, or back to an idea."""

    state = serializers.ChoiceField(BacklogState.choices)


class ItemQuery(Query):
    """Filters of the backlog."""

    client = serializers.UUIDField(source="client_id", required=False)
    system = serializers.UUIDField(source="system_id", required=False)
    incident = serializers.UUIDField(source="incident_id", required=False)
    kind = serializers.ChoiceField(BacklogKind.choices, required=False)
    state = serializers.ChoiceField(BacklogState.choices, required=False)


@api(permissions.API)
class BacklogItems(Endpoint):
    """What was learned and is to be done."""

    answer = ItemOut
    queries = {"list": ItemQuery}
    bodies = {"create": ItemIn, "partial_update": ItemPatch, "move": MoveIn}

    def list(self, request: Request) -> Response:
        """All items, newest first."""
        return self.page(selectors.items())

    def retrieve(self, request: Request, id: uuid.UUID) -> Response:
        """One item."""
        return self.one(selectors.item(id))

    def create(self, request: Request) -> Response:
        """Adds what an incident taught."""
        return self.one(services.create_from_incident(**self.body()), status=201)

    def partial_update(self, request: Request, id: uuid.UUID) -> Response:
        """Changes an item and its score."""
        return self.one(services.update_item(item_id=id, **self.changed(selectors.item(id))))

    move = verb("move", services.move_item, "item_id", "Moves an item one step along, or back to an idea.")
