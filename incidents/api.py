"""Incidents, the steps on them, and their events for programs."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.access.views import api
from core.tenancy.context import require_scope
from core.web.limits import LARGEST
from core.web.rest import Endpoint, InputSerializer, Moment, OutputSerializer, Query, verb
from incidents import permissions, selectors, services
from incidents.states import IncidentState
from incidents.words import DisputeState, EntryKind, IncidentSource
from slas.selectors import METRICS
from slas.words import Party, Severity

MODES = [
    ("carry_elapsed", _("Carry the elapsed time over")),
    ("carry_fraction", _("Carry the used share over")),
    ("fresh", _("Start afresh")),
    ("retroactive", _("As if it had been so from the start")),
]
LONGEST_TEXT = 10_000


class IncidentOut(OutputSerializer):
    """One failure of one system."""

    id = serializers.UUIDField()
    number = serializers.IntegerField()
    reference = serializers.CharField(help_text=_("The name people say, such as INC-12."))
    client = serializers.UUIDField(source="client_id")
    system = serializers.UUIDField(source="system_id")
    title = serializers.CharField()
    severity = serializers.ChoiceField(Severity.choices)
    state = serializers.ChoiceField(IncidentState.choices)
    source = serializers.ChoiceField(IncidentSource.choices)  # type: ignore[assignment]
    owner = serializers.UUIDField(source="owner_id", allow_null=True)
    policy_version = serializers.UUIDField(source="policy_version_id", allow_null=True)
    opened_at = Moment()
    confirmed_at = Moment(allow_null=True)
    acknowledged_at = Moment(allow_null=True)
    mitigated_at = Moment(allow_null=True)
    resolved_at = Moment(allow_null=True)
    closed_at = Moment(allow_null=True)
    waiting_on = serializers.CharField(allow_blank=True, help_text=_("Who is waited on; empty when it is us."))
    waiting_since = Moment(allow_null=True)
    published_at = Moment(allow_null=True, help_text=_("From when the client sees it."))
    publish_at = Moment(allow_null=True, help_text=_("When it will be shown although nobody confirmed it."))
    merged_into = serializers.UUIDField(
        source="merged_into_id", allow_null=True, help_text=_("The older incident of the same failure.")
    )
    version = serializers.IntegerField(help_text=_("Goes up with every change."))


class EventOut(OutputSerializer):
    """One entry of the timeline."""

    id = serializers.UUIDField()
    at = Moment()
    kind = serializers.ChoiceField(EntryKind.choices)
    client_visible = serializers.BooleanField()
    body = serializers.CharField(allow_blank=True)
    data = serializers.DictField()  # type: ignore[assignment]
    actor_kind = serializers.CharField()
    actor = serializers.UUIDField(source="actor_id", allow_null=True)


class IncidentIn(InputSerializer):
    """A new incident. It is shown to the client at once, and its clocks start when it began."""

    system = serializers.UUIDField(source="system_id")
    title = serializers.CharField(max_length=160)
    severity = serializers.ChoiceField(Severity.choices)
    detail = serializers.CharField(max_length=LONGEST_TEXT, required=False, allow_blank=True)
    opened_at = Moment(required=False, help_text=_("When it began, if not now."))


class ActionIn(InputSerializer):
    """A step without words. With ``version``, it is refused if somebody was faster."""

    version = serializers.IntegerField(source="expected_version", required=False, min_value=1, max_value=LARGEST)


class ReasonIn(ActionIn):
    """A step with the reason for it."""

    reason = serializers.CharField(max_length=300)


class PauseIn(ReasonIn):
    """A pause: for what, waiting on whom, and what shows it."""

    party = serializers.ChoiceField(Party.choices)
    evidence = serializers.CharField(max_length=500, required=False, allow_blank=True)


class TextIn(InputSerializer):
    """A text."""

    body = serializers.CharField(max_length=LONGEST_TEXT)


class ClientMessageIn(TextIn):
    """What the client wrote, and when."""

    at = Moment(required=False, help_text=_("When it came, if not now. It ends a wait for the client then."))


class ResumeIn(ActionIn):
    """From when on the clocks run again."""

    at = Moment(required=False, help_text=_("If not now: when whoever was waited on had done their part."))


class AgreeIn(InputSerializer):
    """A date that the client agreed to."""

    agreed_at = Moment(help_text=_("When it is due, whatever is paused meanwhile."))
    reason = serializers.CharField(max_length=300)
    metric = serializers.ChoiceField(METRICS, required=False, help_text=_("Resolution where it is not named."))


class DisputeOut(OutputSerializer):
    """A client's request to look again at a wait."""

    id = serializers.UUIDField()
    incident = serializers.UUIDField(source="incident_id")
    client = serializers.UUIDField(source="client_id")
    entry = serializers.UUIDField(source="entry_id", help_text=_("The event with which the wait began."))
    contact = serializers.UUIDField(source="contact_id")
    reason = serializers.CharField()
    state = serializers.ChoiceField(DisputeState.choices)
    answer = serializers.CharField(allow_blank=True)
    created_at = Moment()
    decided_at = Moment(allow_null=True)


class DecisionIn(InputSerializer):
    """Whether the wait is taken back, and what the client is told."""

    accept = serializers.BooleanField()
    answer = serializers.CharField(max_length=500)


class DisputeQuery(Query):
    """Filters of disputes."""

    incident = serializers.UUIDField(source="incident_id", required=False)
    client = serializers.UUIDField(source="client_id", required=False)
    state = serializers.ChoiceField(DisputeState.choices, required=False)


class ResolveIn(ActionIn):
    """What the client reads about how it ended."""

    body = serializers.CharField(max_length=LONGEST_TEXT, required=False, allow_blank=True)


class OwnerIn(ActionIn):
    """Somebody on the staff, or nobody."""

    owner = serializers.UUIDField(source="owner_id", allow_null=True)


class SeverityIn(ActionIn):
    """Another severity, and what becomes of the time that has passed."""

    severity = serializers.ChoiceField(Severity.choices)
    mode = serializers.ChoiceField(MODES, required=False)


class IncidentPolicyIn(ActionIn):
    """Other response times, and what becomes of the time that has passed."""

    policy_version = serializers.UUIDField(source="policy_version_id")
    mode = serializers.ChoiceField(MODES, required=False)


class MergeIn(ActionIn):
    """The older incident of the same client that it is merged into."""

    into = serializers.UUIDField(source="into_id")


class IncidentQuery(Query):
    """Filters of incidents."""

    client = serializers.UUIDField(source="client_id", required=False)
    system = serializers.UUIDField(source="system_id", required=False)
    state = serializers.ChoiceField(IncidentState.choices, required=False)
    severity = serializers.ChoiceField(Severity.choices, required=False)
    number = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST)
    opened_from = Moment(source="opened_at__gte", required=False)
    opened_to = Moment(source="opened_at__lt", required=False)


@api(permissions.API)
class Incidents(Endpoint):
    """Incidents and the steps on them; each step answers with the incident as it then stands."""

    answer = IncidentOut
    answers = {"events": EventOut}
    queries = {"list": IncidentQuery, "events": Query}
    bodies = {
        "create": IncidentIn,
        "confirm": ActionIn,
        "false_alarm": ReasonIn,
        "acknowledge": ActionIn,
        "pause": PauseIn,
        "resume": ResumeIn,
        "client_messages": ClientMessageIn,
        "agreed_dates": AgreeIn,
        "updates": TextIn,
        "notes": TextIn,
        "mitigate": ActionIn,
        "resolve": ResolveIn,
        "reopen": ReasonIn,
        "close": ActionIn,
        "severity": SeverityIn,
        "policy": IncidentPolicyIn,
        "owner": OwnerIn,
        "merge": MergeIn,
    }

    def list(self, request: Request) -> Response:
        """All incidents, newest first."""
        return self.page(selectors.incidents())

    def retrieve(self, request: Request, id: uuid.UUID) -> Response:
        """One incident."""
        return self.one(selectors.incident(id))

    def create(self, request: Request) -> Response:
        """Opens an incident and starts its clocks."""
        return self.one(services.open_incident(source=IncidentSource.API, **self.body()), status=201)

    @action(detail=True, methods=["get"])
    def events(self, request: Request, id: uuid.UUID) -> Response:
        """The timeline, newest first."""
        # A token that is bound to a client reads what the client reads: notes are the agency's own.
        bound = require_scope().client_id is not None
        return self.page(selectors.entries(selectors.incident(id).id, client_visible_only=bound))

    confirm = verb("confirm", services.confirm, "incident_id", "Says that it is real, which shows it to the client.")
    false_alarm = verb(
        "false_alarm",
        services.call_false_alarm,
        "incident_id",
        "Says that it is not real. A false alarm is never shown to the client.",
    )
    acknowledge = verb(
        "acknowledge", services.acknowledge, "incident_id", "Takes it on, which meets the response clock."
    )
    pause = verb("pause", services.pause, "incident_id", "Stops the clocks that may be paused.")
    resume = verb("resume", services.resume, "incident_id", "Lets the paused clocks run on.")
    updates = verb("updates", services.post_update, "incident_id", "Posts an update that the client sees.")
    client_messages = verb(
        "client_messages",
        services.hear_client,
        "incident_id",
        "Keeps what the client wrote: it ends a wait for them, and the next response is owed from then on.",
    )
    agreed_dates = verb("agreed_dates", services.agree_date, "incident_id", "Gives a promise a date of its own.")
    notes = verb("notes", services.post_note, "incident_id", "Writes a note that the client never sees.")
    mitigate = verb(
        "mitigate", services.mitigate, "incident_id", "Says that the effect is gone, though not yet the cause."
    )

    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, id: uuid.UUID) -> Response:
        """Says that it is over, with a text for the client.

        Refused while the last answer about what fired is bad or missing: only a person may override that.
        """
        return self.one(services.resolve(incident_id=id, **self.body()))

    reopen = verb("reopen", services.reopen, "incident_id", "Takes a resolved incident up again.")
    close = verb("close", services.close, "incident_id", "Closes a resolved incident.")
    severity = verb(
        "severity",
        services.change_severity,
        "incident_id",
        "Changes how bad it is; the elapsed time is carried over unless another mode is named.",
    )
    policy = verb(
        "policy",
        services.change_policy,
        "incident_id",
        "Gives it other response times; the elapsed time is carried over unless another mode is named.",
    )
    owner = verb("owner", services.assign, "incident_id", "Gives it to somebody on the staff, or to nobody.")
    merge = verb(
        "merge", services.merge, "incident_id", "Ends it as the same failure as an older one, whose clocks run on."
    )


@api(permissions.API)
class Disputes(Endpoint):
    """Waits that clients ask to look at again."""

    answer = DisputeOut
    queries = {"list": DisputeQuery}
    bodies = {"decide": DecisionIn}

    def list(self, request: Request) -> Response:
        """All of them, newest first."""
        return self.page(selectors.all_disputes())

    def retrieve(self, request: Request, id: uuid.UUID) -> Response:
        """One of them."""
        return self.one(selectors.dispute(id))

    decide = verb(
        "decide", services.decide_dispute, "dispute_id", "Takes the wait back, so that its time counts, or keeps it."
    )
