"""What was kept, for programs: attainment of promises, and uptime of systems."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, TypedDict

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from clients import selectors as clients
from core.access.roles import TokenScope
from core.access.views import api
from core.web.rest import Endpoint, InputSerializer, Moment, OutputSerializer
from retainer.reports.attainment import attained
from retainer.reports.uptime import month_of
from slas.selectors import METRICS, SEVERITIES

LONGEST = timedelta(days=400)
# What is asked for, as far as a period goes.
Asked = TypedDict("Asked", {"from": datetime, "to": datetime})


class PeriodQuery(InputSerializer):
    """A half-open period of at most 400 days."""

    def get_fields(self) -> dict[str, Any]:
        """With the fields whose names are words of Python's."""
        return {"from": Moment(), "to": Moment(), **super().get_fields()}

    def validate(self, attrs: Asked) -> Asked:
        """A period has a length."""
        if attrs["to"] <= attrs["from"]:
            raise ValidationError({"to": [_("The end lies before the start.")]})
        if attrs["to"] - attrs["from"] > LONGEST:
            raise ValidationError({"to": [_("Ask for at most 400 days.")]})
        return attrs


class AttainmentQuery(PeriodQuery):
    """A period, and one client of it."""

    client = serializers.UUIDField(required=False)


class AttainedOut(OutputSerializer):
    """What became of the promises of one group. Seconds are open time."""

    metric = serializers.ChoiceField(METRICS, required=False, help_text=_("Of groups by promise."))
    severity = serializers.ChoiceField(SEVERITIES, required=False, help_text=_("Of groups by promise."))
    name = serializers.CharField(required=False, help_text=_("Of groups by client and by plan."))
    kept = serializers.IntegerField()
    missed = serializers.IntegerField()
    decided = serializers.IntegerField(help_text=_("The denominator: kept and missed, nothing else."))
    cancelled = serializers.IntegerField(help_text=_("No longer owed; in no denominator."))
    share = serializers.FloatField(allow_null=True, help_text=_("Kept of decided; null of none."))
    median_seconds = serializers.IntegerField(allow_null=True)
    ninth_decile_seconds = serializers.IntegerField(allow_null=True, help_text=_("From five times on."))
    measured = serializers.IntegerField(help_text=_("How many times the median and the decile are of."))
    target_seconds = serializers.IntegerField(allow_null=True, help_text=_("Null where there were several."))
    suggested_target_seconds = serializers.IntegerField(allow_null=True)


class SideOut(OutputSerializer):
    """Who the wall time of the resolutions was with."""

    side = serializers.CharField()
    seconds = serializers.IntegerField()


class AttainmentOut(OutputSerializer):
    """How well promises were kept in a period."""

    total = AttainedOut()
    by_promise = AttainedOut(many=True)
    by_client = AttainedOut(many=True)
    by_plan = AttainedOut(many=True)
    responsibility = SideOut(many=True)
    unpromised_incidents = serializers.IntegerField(help_text=_("On which nothing was promised; in no denominator."))
    is_cut = serializers.BooleanField(help_text=_("Whether there were more promises than are counted."))


@api(TokenScope.READ)
class Attainments(Endpoint):
    """How well promises were kept."""

    answer = AttainmentOut
    queries = {"list": AttainmentQuery}
    singles = frozenset({"list"})

    def list(self, request: Request) -> Response:
        """The promises that were decided in the period, by promise, client and plan."""
        client = clients.client(self.asked["client"]) if "client" in self.asked else None
        return Response(attained(self.asked["from"], self.asked["to"], client))


class CheckUptimeOut(OutputSerializer):
    """One production check. The seconds add up to those of the period it existed in."""

    check_id = serializers.UUIDField()
    name = serializers.CharField()
    share = serializers.FloatField(allow_null=True)
    seconds = serializers.IntegerField()
    up = serializers.IntegerField()
    down = serializers.IntegerField()
    maintenance = serializers.IntegerField()
    unmeasured = serializers.IntegerField(help_text=_("Nobody knows; it counts neither way."))


class UptimeOut(OutputSerializer):
    """Uptime of a system: that of the worst of its production checks."""

    system = serializers.UUIDField()
    share = serializers.FloatField(allow_null=True, help_text=_("Per cent of the measured time; null of none."))
    share_with_maintenance = serializers.FloatField(
        allow_null=True, help_text=_("The same with downtime in planned maintenance counted.")
    )
    target = serializers.FloatField(allow_null=True, help_text=_("What is promised now."))
    maintenance_counts = serializers.BooleanField()
    checks = CheckUptimeOut(many=True)


@api(TokenScope.READ)
class Uptimes(Endpoint):
    """Uptime by system."""

    answer = UptimeOut
    queries = {"retrieve": PeriodQuery}
    singles = frozenset({"retrieve"})

    def retrieve(self, request: Request, id: uuid.UUID) -> Response:
        """Uptime of one system in a period, with and without planned maintenance."""
        return Response(_uptime(clients.system(id).id, self.asked["from"], self.asked["to"]))


def _uptime(system_id: uuid.UUID, start: datetime, end: datetime) -> dict[str, object]:
    period = month_of(system_id, start, end)
    both = [row.share(maintenance_counts=True) for row in period.checks]
    known = [share for share in both if share is not None]
    names = ("check_id", "name", "seconds", "up", "down", "maintenance", "unmeasured")
    return {
        "system": system_id,
        "share": period.share,
        "share_with_maintenance": min(known, default=None),
        "target": None if period.target is None else float(period.target),
        "maintenance_counts": period.maintenance_counts,
        "checks": [{name: getattr(row, name) for name in names} | {"share": share} for row, share in period.rows],
    }
