"""Support hours and their holidays, for programs."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.access.views import api
from core.web.rest import Day, Endpoint, InputSerializer, Moment, Nothing, OutputSerializer, Query, verb
from slas import archiving, permissions
from slas.calendars import holidays, selectors, services
from slas.states import ProposalState

SPEC_HELP = _(
    "“24x7”, or an object with zone, weekly hours (mon to sun) and dates, each a list of pairs of times; an interval"
    " whose end is not after its start runs over midnight."
)


class CalendarVersionOut(OutputSerializer):
    """One state of a calendar."""

    id = serializers.UUIDField()
    number = serializers.IntegerField()
    starts_at = Moment()
    spec = serializers.DictField(help_text=_("Zone, weekly hours, holidays and exceptions."))


class CalendarOut(OutputSerializer):
    """Support hours under one name."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()
    archived_at = Moment(allow_null=True)
    versions = CalendarVersionOut(source="versions.all", many=True)


class CalendarIn(InputSerializer):
    """Support hours: a name, and what the engine reads."""

    name = serializers.CharField(max_length=80)
    spec = serializers.JSONField(help_text=SPEC_HELP)


class CalendarVersionIn(InputSerializer):
    """The next hours of a calendar."""

    spec = serializers.JSONField(help_text=SPEC_HELP)
    starts_at = Moment(required=False, help_text=_("From when on they are in force, if not now. Never in the past."))


class HolidaysIn(InputSerializer):
    """Whose public holidays are proposed; an empty country follows none."""

    country = serializers.CharField(max_length=2, allow_blank=True, help_text=_("ISO 3166, two letters."))
    region = serializers.CharField(max_length=10, required=False, allow_blank=True)


class ProposalOut(OutputSerializer):
    """A public holiday that is proposed. It moves no deadline."""

    id = serializers.UUIDField()
    date = Day()
    name = serializers.CharField()
    state = serializers.ChoiceField(ProposalState.choices)


class HolidayDecisionIn(InputSerializer):
    """On which of the proposed days the calendar is closed."""

    close = serializers.ListField(child=serializers.UUIDField(), source="close_ids", max_length=200)
    decline_rest = serializers.BooleanField(required=False, help_text=_("The others are open as usual."))


class CalendarNameIn(InputSerializer):
    """Another name. Every hour stays."""

    name = serializers.CharField(max_length=80)


class CalendarQuery(Query):
    """Which calendars to list."""

    archived = serializers.BooleanField(required=False, help_text=_("The archived ones instead of those on offer."))


@api(permissions.READ_RESPONSE_TIMES)
class Calendars(Endpoint):
    """The agency's support hours."""

    of_agency = "write"
    answer = CalendarOut
    answers = {"holidays": ProposalOut}
    queries = {"list": CalendarQuery, "holidays": Query}
    bodies = {
        "create": CalendarIn,
        "new_version": CalendarVersionIn,
        "partial_update": CalendarNameIn,
        "archive": Nothing,
        "restore": Nothing,
        "follow_holidays": HolidaysIn,
        "decide_holidays": HolidayDecisionIn,
    }

    def create(self, request: Request) -> Response:
        """A new calendar."""
        version = services.create_calendar(**self.body())
        return self.one(selectors.calendar(version.calendar_id), status=201)

    @action(detail=True, methods=["post"], url_path="new-version")
    def new_version(self, request: Request, id: uuid.UUID) -> Response:
        """Other hours from now on, or from a moment that lies ahead. Open clocks keep theirs."""
        services.new_calendar_version(calendar_id=id, **self.body())
        return self.one(selectors.calendar(id))

    @action(detail=True, methods=["get"])
    def holidays(self, request: Request, id: uuid.UUID) -> Response:
        """The public holidays that were proposed, with what was decided."""
        return self.page(selectors.all_holidays(selectors.calendar(id).id))

    @action(detail=True, methods=["post"], url_path="follow-holidays")
    def follow_holidays(self, request: Request, id: uuid.UUID) -> Response:
        """Proposes a country's public holidays from now on."""
        holidays.follow_holidays(calendar_id=id, **self.body())
        return self.one(selectors.calendar(id))

    @action(detail=True, methods=["post"], url_path="decide-holidays")
    def decide_holidays(self, request: Request, id: uuid.UUID) -> Response:
        """Closes the calendar on the chosen days, in one new version."""
        body = self.body()
        rest = "declined" if body.pop("decline_rest", False) else ""
        holidays.decide_holidays(calendar_id=id, rest=rest, **body)
        return self.one(selectors.calendar(id))

    def partial_update(self, request: Request, id: uuid.UUID) -> Response:
        """Other words for the same promises."""
        row = selectors.calendar(id)
        return self.one(archiving.update_calendar(calendar_id=row.id, **self.changed(row)))

    archive = verb(
        "archive",
        archiving.archive_calendar,
        "calendar_id",
        "Offers it no more. Refused while something still relies on it.",
    )
    restore = verb("restore", archiving.restore_calendar, "calendar_id", "Offers it again.")

    def list(self, request: Request) -> Response:
        """All calendars with their versions, newest first."""
        return self.page(selectors.calendars(archived=self.asked.pop("archived", False)).prefetch_related("versions"))

    def retrieve(self, request: Request, id: uuid.UUID) -> Response:
        """One calendar."""
        return self.one(selectors.calendar(id))
