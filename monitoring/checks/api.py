"""Checks, thresholds, samples and alerts for programs."""

from __future__ import annotations

import sys
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypedDict

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.access.views import api
from core.clock import now
from core.json_values import JsonValue
from core.moments import BadMoment, parse_instant
from core.web.rest import Day, Endpoint, InputSerializer, Moment, Nothing, Number, OutputSerializer, Query, verb
from monitoring import permissions
from monitoring.checks import selectors, services
from monitoring.models import Check
from monitoring.polling.pushed import MOST_AT_ONCE, Pushed, push
from monitoring.samples import selectors as samples
from monitoring.words import CheckKind, Comparison, Health

ENVIRONMENTS = [("production", _("Production")), ("preproduction", _("Preproduction"))]


class MetricShape(InputSerializer):
    """One number to read out of the answer."""

    name = serializers.CharField(max_length=60)
    path = serializers.CharField(
        max_length=300, required=False, help_text=_("JMESPath or a Prometheus series; the name by default.")
    )
    unit = serializers.CharField(max_length=12, required=False, allow_blank=True)


class ThresholdOut(OutputSerializer):
    """An agreed limit on one metric."""

    id = serializers.UUIDField()
    check = serializers.UUIDField(source="source_check_id")
    metric = serializers.CharField()
    comparison = serializers.ChoiceField(Comparison.choices)
    limit = serializers.FloatField()
    clear_limit = serializers.FloatField()
    unit = serializers.CharField(allow_blank=True)
    bad_count = serializers.IntegerField()
    good_count = serializers.IntegerField()
    agreed_on = Day(allow_null=True)
    impact = serializers.CharField(
        allow_blank=True, help_text=_("What it means for people when the value is bad; incidents are called by it.")
    )
    health = serializers.ChoiceField(Health.choices)
    last_value = serializers.FloatField(allow_null=True)
    last_value_at = Moment(allow_null=True)


class CheckOut(OutputSerializer):
    """What is asked of an environment, how often, and where it stands. The Authorization header is never shown."""

    id = serializers.UUIDField()
    client = serializers.UUIDField(source="client_id")
    system = serializers.UUIDField(source="system_id")
    environment = serializers.UUIDField(source="environment_id")
    name = serializers.CharField()
    kind = serializers.ChoiceField(CheckKind.choices)
    url = serializers.SerializerMethodField(help_text=_("Without its query, which may hold a secret."))
    metrics = serializers.ListField(child=serializers.DictField())
    interval_seconds = serializers.IntegerField()
    timeout_ms = serializers.IntegerField()
    bad_count = serializers.IntegerField()
    good_count = serializers.IntegerField()
    enabled = serializers.BooleanField()
    health = serializers.ChoiceField(Health.choices)
    next_due_at = Moment(allow_null=True)
    last_slot = Moment(allow_null=True)
    last_finished_at = Moment(allow_null=True)
    last_ok_at = Moment(allow_null=True)
    last_latency_us = serializers.IntegerField(allow_null=True, help_text=_("Microseconds."))
    last_values = serializers.DictField()
    last_error = serializers.CharField(allow_blank=True, help_text=_("The class of the last failure, or empty."))
    last_detail = serializers.CharField(allow_blank=True)
    thresholds = ThresholdOut(source="thresholds.all", many=True)

    def get_url(self, row: Check) -> str:
        """The address as people see it."""
        return selectors.shown_url(row.url)


class CheckIn(InputSerializer):
    """A new check."""

    system = serializers.UUIDField(source="system_id")
    environment_kind = serializers.ChoiceField(ENVIRONMENTS, required=False)
    name = serializers.CharField(max_length=80)
    kind = serializers.ChoiceField(CheckKind.choices)
    url = serializers.CharField(
        max_length=1000, required=False, allow_blank=True, help_text=_("None for the kind “push”.")
    )
    authorization = serializers.CharField(
        max_length=4000, required=False, allow_blank=True, write_only=True, help_text=_("Kept sealed, never shown.")
    )
    metrics = serializers.ListField(child=MetricShape(), required=False, max_length=50)
    interval_seconds = serializers.IntegerField(min_value=5, max_value=2_678_400, required=False)
    timeout_ms = serializers.IntegerField(min_value=100, max_value=60_000, required=False)
    bad_count = serializers.IntegerField(min_value=1, max_value=100, required=False)
    good_count = serializers.IntegerField(min_value=1, max_value=100, required=False)


class CheckPatch(CheckIn):
    """What can change about a check."""

    fixed = frozenset({"system", "environment_kind"})


class ThresholdIn(InputSerializer):
    """A limit: fires at ``limit``, clears at ``clear_limit``. Replaces the one of the same metric and comparison."""

    check = serializers.UUIDField(source="check_id")
    metric = serializers.CharField(max_length=60)
    comparison = serializers.ChoiceField(Comparison.choices)
    limit = Number()
    clear_limit = Number(required=False, help_text=_("The limit itself where it is left out."))
    unit = serializers.CharField(max_length=12, required=False, allow_blank=True)
    bad_count = serializers.IntegerField(min_value=1, max_value=100, required=False)
    good_count = serializers.IntegerField(min_value=1, max_value=100, required=False)
    agreed_on = Day(required=False, allow_null=True)
    impact = serializers.CharField(max_length=120, required=False, allow_blank=True)


class CheckQuery(Query):
    """Filters of checks."""

    client = serializers.UUIDField(source="client_id", required=False)
    system = serializers.UUIDField(source="system_id", required=False)
    environment = serializers.UUIDField(source="environment_id", required=False)
    health = serializers.ChoiceField(Health.choices, required=False)
    enabled = serializers.BooleanField(required=False)


@dataclass(frozen=True, slots=True)
class _Pushed:
    received: int
    stored: int


class SampleOut(OutputSerializer):
    """One value at one scheduled slot."""

    at = Moment(source="slot")
    value = serializers.FloatField()


class PushedSample(InputSerializer):
    """A value that a system sends."""

    metric = serializers.CharField(max_length=60)
    value = Number()
    at = Moment(required=False, help_text=_("When it was measured, if not now."))


@extend_schema_field(PushedSample(many=True))
class PushedSamples(serializers.Field[Any, Any, Any, Any]):
    """Values by the hundred. DRF's own fields would take longer over them than everything else together."""

    def to_internal_value(self, data: JsonValue) -> list[Pushed]:
        """The values; ValidationError names each bad one by its place."""
        if not isinstance(data, list):
            raise serializers.ValidationError([_("Send a list of values.")])
        if len(data) > MOST_AT_ONCE:
            raise serializers.ValidationError([_("Send at most 1,000 values at once.")])
        found, errors = [], {}
        for place, item in enumerate(data):
            one = self._fast(item)
            if one is None:
                shape = PushedSample(data=item)
                if not shape.is_valid():
                    errors[str(place)] = shape.errors
                    continue
                one = Pushed(**shape.validated_data)
            found.append(one)
        if errors:
            raise serializers.ValidationError(errors)
        return found

    @staticmethod
    def _fast(item: JsonValue) -> Pushed | None:
        """The value where it is written as it should be; None where DRF's fields have to look at it."""
        if type(item) is not dict or not item.keys() <= {"metric", "value", "at"}:
            return None
        metric, value = item.get("metric"), item.get("value")
        if type(metric) is not str or not 0 < len(metric) <= 60 or "\x00" in metric or metric != metric.strip():
            return None
        if not (isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max):
            return None
        if "at" not in item:
            return Pushed(metric, float(value))
        try:
            return Pushed(metric, float(value), parse_instant(item["at"]))
        except BadMoment:
            return None


class PushIn(InputSerializer):
    """What a system sends of itself: values, or that it failed, which counts as a bad answer and a sign of life."""

    samples = PushedSamples(required=False)
    error = serializers.CharField(max_length=200, required=False)


class PushedOut(OutputSerializer):
    """What became of the values; those that were there already are not stored again."""

    received = serializers.IntegerField()
    stored = serializers.IntegerField()


class SampleFilter(TypedDict, total=False):
    """What that query asks for."""

    metric: str
    slot__gte: datetime
    slot__lt: datetime


class SampleQuery(Query):
    """Which samples: those of one metric, over the last day where nothing else is asked for."""

    metric = serializers.CharField(max_length=60)

    def get_fields(self) -> dict[str, Any]:
        """Adds ``from`` and ``to``, which Python keeps for itself."""
        return {
            **super().get_fields(),
            "from": Moment(source="slot__gte", required=False),
            "to": Moment(source="slot__lt", required=False),
        }

    def validate(self, attrs: SampleFilter) -> SampleFilter:
        """A half-open stretch of time, a day long where its start is missing."""
        end = attrs.setdefault("slot__lt", now() + timedelta(minutes=1))
        if attrs.setdefault("slot__gte", end - timedelta(days=1)) >= end:
            raise serializers.ValidationError({"to": [_("The end comes after the start.")]})
        return attrs


@api(permissions.API)
class Checks(Endpoint):
    """Checks with their thresholds and samples."""

    answer = CheckOut
    answers = {"samples": SampleOut, "push": PushedOut}
    queries = {"list": CheckQuery, "samples": SampleQuery}
    bodies = {
        "create": CheckIn,
        "partial_update": CheckPatch,
        "enable": Nothing,
        "disable": Nothing,
        "run": Nothing,
        "push": PushIn,
    }

    def list(self, request: Request) -> Response:
        """All checks, newest first."""
        return self.page(selectors.checks().prefetch_related("thresholds"))

    def retrieve(self, request: Request, id: uuid.UUID) -> Response:
        """One check."""
        return self.one(selectors.check(id))

    def create(self, request: Request) -> Response:
        """Adds a check to a system."""
        return self.one(services.create_check(**self.body()), status=201)

    def partial_update(self, request: Request, id: uuid.UUID) -> Response:
        """Changes a check."""
        return self.one(services.update_check(check_id=id, **self.body(partial=True)))

    enable = verb("enable", services.enable_check, "check_id", "Asks again on schedule.")
    disable = verb("disable", services.disable_check, "check_id", "Asks no more. What was measured stays.")
    run = verb("run", services.run_now, "check_id", "Makes the check due now; the next prober asks.")

    @action(detail=True, methods=["get"])
    def samples(self, request: Request, id: uuid.UUID) -> Response:
        """The values of one metric, newest first."""
        self.ordering = "-slot"
        return self.page(samples.samples(selectors.check(id).id))

    @samples.mapping.post
    def push(self, request: Request, id: uuid.UUID) -> Response:
        """Takes what a system sends of itself, for a check of the kind “push”. Sending again stores nothing twice."""
        body = self.body()
        stored = push(check_id=id, **body)
        return self.one(_Pushed(len(body.get("samples", ())), stored))


class ThresholdQuery(Query):
    """Filters of limits."""

    check = serializers.UUIDField(source="source_check_id", required=False)
    metric = serializers.CharField(max_length=60, required=False)


@api(permissions.API)
class Thresholds(Endpoint):
    """The agreed limits of checks."""

    answer = ThresholdOut
    queries = {"list": ThresholdQuery}
    bodies = {"create": ThresholdIn}

    def list(self, request: Request) -> Response:
        """All limits, newest first."""
        return self.page(selectors.thresholds())

    def retrieve(self, request: Request, id: uuid.UUID) -> Response:
        """One limit."""
        return self.one(selectors.threshold(id))

    def create(self, request: Request) -> Response:
        """Sets a limit on one metric of a check."""
        return self.one(services.set_threshold(**self.body()), status=201)

    def destroy(self, request: Request, id: uuid.UUID) -> Response:
        """Removes a limit."""
        services.remove_threshold(threshold_id=id)
        return Response(status=204)
