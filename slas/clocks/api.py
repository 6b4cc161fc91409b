"""Clocks for programs, and the engine as a calculator."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from core.access.views import api
from core.clock import now
from core.selectors import agency
from core.web.rest import Endpoint, InputSerializer, Json, Moment, OutputSerializer, Query
from slas import permissions
from slas.clocks import selectors, simulation
from slas.clocks.models import Clock
from slas.clocks.selectors import ClockView
from slas.states import ClockState
from slas.warnings import WarnIn
from slas.words import Metric, Severity


class SegmentOut(OutputSerializer):
    """One stretch of a clock's time; the stretches of one kind add up to what the clock counted."""

    kind = serializers.CharField()
    starts_at = Moment()
    ends_at = Moment()
    seconds = serializers.IntegerField()
    waiting_on = serializers.CharField(allow_blank=True)


class ClockOut(OutputSerializer):
    """A running promise, with the numbers that dashboard and portal show at the same moment."""

    id = serializers.UUIDField()
    incident = serializers.UUIDField(source="subject_id")
    client = serializers.UUIDField(source="client_id")
    severity = serializers.ChoiceField(Severity.choices)
    metric = serializers.ChoiceField(Metric.choices)
    label = serializers.CharField()  # type: ignore[assignment]
    state = serializers.ChoiceField(ClockState.choices)
    started_at = Moment()
    due_at = Moment(allow_null=True, help_text=_("Of a paused clock: as if it were resumed now."))
    remaining_seconds = serializers.IntegerField(help_text=_("Open seconds of its calendar, as all of these."))
    consumed_seconds = serializers.IntegerField()
    target_seconds = serializers.IntegerField()
    used_percent = serializers.IntegerField()
    warn_percent = serializers.IntegerField(allow_null=True, help_text=_("Where its first warning stands."))
    breached_at = Moment(allow_null=True)
    satisfied_at = Moment(allow_null=True)
    ended_at = Moment(allow_null=True)
    overrun_seconds = serializers.IntegerField(allow_null=True)
    waiting_on = serializers.CharField(allow_blank=True)
    is_guarantee = serializers.BooleanField()
    zone = serializers.CharField(help_text=_("The zone of its calendar."))
    sentence = serializers.CharField(help_text=_("Why it is due when it is, in the agency's zone."))
    segments = SegmentOut(many=True)


class ClockQuery(Query):
    """Filters of clocks."""

    incident = serializers.UUIDField(source="subject_id", required=False)
    client = serializers.UUIDField(source="client_id", required=False)
    state = serializers.ChoiceField(ClockState.choices, required=False)
    metric = serializers.ChoiceField(Metric.choices, required=False)


@api(permissions.READ_CLOCKS)
class Clocks(Endpoint):
    """The clocks of incidents."""

    answer = ClockOut
    queries = {"list": ClockQuery}

    def list(self, request: Request) -> Response:
        """All clocks, newest first."""
        return self.page(selectors.clocks(), _as_people_see_them)

    def retrieve(self, request: Request, id: uuid.UUID) -> Response:
        """One clock."""
        return self.one(_as_people_see_them([selectors.clock(id)])[0])


def _as_people_see_them(clocks: list[Clock]) -> list[ClockView]:
    return list(selectors.clock_views(clocks, now(), ZoneInfo(agency().time_zone)))


class SimulatedEvent(InputSerializer):
    """Something that happens to the clock. A resume ends the oldest open pause of its party, or of all."""

    at = Moment()
    kind = serializers.ChoiceField([(kind, kind) for kind in simulation.KINDS])
    party = serializers.CharField(required=False)
    reason = serializers.CharField(required=False)


class SimulationIn(InputSerializer):
    """A promise and what happens to it, all in one request."""

    calendar = serializers.JSONField(
        help_text=_(
            "“24x7”, or an object with zone, weekly hours (mon to sun) and dates, each a list of pairs of times; an"
            " interval whose end is not after its start runs over midnight."
        )
    )
    target_seconds = serializers.IntegerField(min_value=0, help_text=_("Open seconds of the calendar."))
    start = Moment()
    warn = WarnIn(many=True, required=False)
    events = SimulatedEvent(many=True, required=False)
    now = Moment(required=False, help_text=_("The present, where it is not named."))


class SimulatedWarning(OutputSerializer):
    """A warning and when it is due."""

    percent = serializers.IntegerField(required=False)
    seconds_before = serializers.IntegerField(required=False)
    at = Moment()
    passed = serializers.BooleanField()


class SimulatedSegment(OutputSerializer):
    """One stretch of the clock's time."""

    to = Moment()
    kind = serializers.CharField()
    seconds = serializers.IntegerField()
    party = serializers.CharField(required=False)

    def get_fields(self) -> dict[str, Any]:
        """With the field whose name is a word of Python's."""
        return {"from": Moment(), **super().get_fields()}


class SimulationOut(OutputSerializer):
    """What the clock says; instants in UTC, whole seconds."""

    state = serializers.ChoiceField(ClockState.choices)
    due_at = Moment(help_text=_("Of a paused clock: as if it were resumed now."))
    breached_at = Moment(allow_null=True)
    satisfied_at = Moment(allow_null=True)
    consumed_seconds = serializers.IntegerField()
    remaining_seconds = serializers.IntegerField()
    warnings = SimulatedWarning(many=True)
    segments = SimulatedSegment(many=True)


class CalculationJson(Json):
    """As many bytes as a calendar and a list of events at their largest need."""

    most = 512 * 1024


@api(permissions.CALCULATE)
class Simulations(Endpoint):
    """The engine as a calculator."""

    answer = SimulationOut
    bodies = {"simulate": SimulationIn}
    pure = frozenset({"simulate"})
    parser_classes = (CalculationJson,)

    @action(detail=False, methods=["post"])
    def simulate(self, request: Request) -> Response:
        """What a clock would say of a promise and its events. Nothing is stored, and nothing of yours is read."""
        if not isinstance(request.data, Mapping):
            raise ParseError(_("Send one object."))
        SimulationIn().refuse_unknown(request.data)
        return Response(simulation.simulate(request.data))
