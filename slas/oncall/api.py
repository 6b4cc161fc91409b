"""Who is on call, for programs."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.access.views import api
from core.clock import now
from core.web.rest import Day, Endpoint, InputSerializer, Moment, OutputSerializer, Query, WallTime
from slas import permissions
from slas.oncall import selectors, services

FARTHEST = timedelta(days=3653)


class RotaOut(OutputSerializer):
    """People who take turns."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    zone = serializers.CharField()
    first_day = Day()
    handover_at = WallTime()
    turn_days = serializers.IntegerField()
    people = serializers.ListField(child=serializers.UUIDField(), help_text=_("Users in the order of their turns."))


class RotaIn(InputSerializer):
    """A rota."""

    name = serializers.CharField(max_length=80)
    zone = serializers.CharField(max_length=60, help_text=_("Such as Europe/Berlin."))
    first_day = Day()
    handover_at = WallTime()
    turn_days = serializers.IntegerField(min_value=1, max_value=92)
    people = serializers.ListField(child=serializers.UUIDField(), max_length=100)


@api(permissions.READ_RESPONSE_TIMES)
class Rotas(Endpoint):
    """Who takes turns on call."""

    of_agency = "all"
    answer = RotaOut
    queries = {"list": Query}
    bodies = {"create": RotaIn, "partial_update": RotaIn}

    def list(self, request: Request) -> Response:
        """All rotas, newest first."""
        return self.page(selectors.rotas())

    def retrieve(self, request: Request, id: uuid.UUID) -> Response:
        """One rota."""
        return self.one(selectors.rota(id))

    def create(self, request: Request) -> Response:
        """A new rota."""
        return self.one(services.save_rota(**self.body()), status=201)

    def partial_update(self, request: Request, id: uuid.UUID) -> Response:
        """Other turns from now on; what is not sent stays."""
        return self.one(services.save_rota(rota_id=id, **self.changed(selectors.rota(id))))

    def destroy(self, request: Request, id: uuid.UUID) -> Response:
        """Nobody is called by it any more."""
        services.delete_rota(rota_id=id)
        return Response(status=204)


class StretchOut(OutputSerializer):
    """Somebody's stretch of time."""

    id = serializers.UUIDField()
    user = serializers.UUIDField(source="user_id")
    starts_at = Moment()
    ends_at = Moment()


class OverrideOut(StretchOut):
    """A stretch of a rota that somebody took over."""

    rota = serializers.UUIDField(source="rota_id")


class OverrideIn(InputSerializer):
    """A stretch of a rota that somebody takes over."""

    rota = serializers.UUIDField(source="rota_id")
    user = serializers.UUIDField(source="user_id")
    starts_at = Moment()
    ends_at = Moment()


class OverrideQuery(Query):
    """Filters of stretches."""

    rota = serializers.UUIDField(source="rota_id", required=False)


@api(permissions.READ_RESPONSE_TIMES)
class Overrides(Endpoint):
    """Stretches of a rota that somebody took over."""

    of_agency = "all"
    answer = OverrideOut
    queries = {"list": OverrideQuery}
    bodies = {"create": OverrideIn}

    def list(self, request: Request) -> Response:
        """All of them, newest first."""
        return self.page(selectors.overrides())

    def create(self, request: Request) -> Response:
        """Takes a stretch over, whoever's turn it is."""
        return self.one(services.take_over(**self.body()), status=201)

    def destroy(self, request: Request, id: uuid.UUID) -> Response:
        """Gives it back."""
        services.give_back(override_id=id)
        return Response(status=204)


class TimeOffOut(StretchOut):
    """A stretch in which somebody is away."""

    note = serializers.CharField(allow_blank=True)


class TimeOffIn(InputSerializer):
    """A stretch in which somebody is away."""

    user = serializers.UUIDField(source="user_id")
    starts_at = Moment()
    ends_at = Moment()
    note = serializers.CharField(max_length=120, required=False, allow_blank=True)


@api(permissions.READ_RESPONSE_TIMES)
class TimesOff(Endpoint):
    """Who is away."""

    of_agency = "all"
    answer = TimeOffOut
    queries = {"list": Query}
    bodies = {"create": TimeOffIn}

    def list(self, request: Request) -> Response:
        """Who is away now or later, newest first."""
        return self.page(selectors.time_off())

    def create(self, request: Request) -> Response:
        """Notes that somebody is away: their turns go to the next of each rota."""
        return self.one(services.take_time_off(**self.body()), status=201)

    def destroy(self, request: Request, id: uuid.UUID) -> Response:
        """They are there after all."""
        services.cancel_time_off(time_off_id=id)
        return Response(status=204)


class ShiftOut(OutputSerializer):
    """A stretch and who is on call in it; nobody where it is null."""

    starts_at = Moment()
    ends_at = Moment()
    user = serializers.UUIDField(allow_null=True)


class DutyOut(OutputSerializer):
    """A rota as it is now and in the next four weeks."""

    rota = serializers.UUIDField()
    name = serializers.CharField()
    called = serializers.ListField(child=serializers.UUIDField(), help_text=_("Who is called now, in order."))
    shifts = ShiftOut(many=True)


class DutiesOut(OutputSerializer):
    """All rotas."""

    rotas = DutyOut(many=True)


class AtQuery(InputSerializer):
    """Another moment than now."""

    at = Moment(required=False)

    def validate_at(self, at: datetime) -> datetime:
        """A rota says nothing of other centuries."""
        if abs(at - now()) > FARTHEST:
            raise serializers.ValidationError(_("Ask for a moment within ten years."))
        return at


@api(permissions.READ_RESPONSE_TIMES)
class OnCall(Endpoint):
    """Who is on call."""

    of_agency = "all"
    answer = DutiesOut
    queries = {"list": AtQuery}
    singles = frozenset({"list"})

    def list(self, request: Request) -> Response:
        """Who is called now, or at another moment, and in the four weeks after it."""
        return Response({"rotas": [_duty(one) for one in selectors.duties(self.asked.get("at", now()))]})


def _duty(duty: selectors.Duty) -> dict[str, object]:
    return {
        "rota": duty.rota.id,
        "name": duty.rota.name,
        "called": duty.called,
        "shifts": [{"starts_at": since, "ends_at": until, "user": who} for since, until, who in duty.shifts],
    }
