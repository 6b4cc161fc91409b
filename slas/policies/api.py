"""Policies and their versions, for programs."""

from __future__ import annotations

import uuid
from dataclasses import fields, replace
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from core.access.views import api
from core.web.limits import LARGEST
from core.web.rest import (
    Endpoint,
    InputSerializer,
    Moment,
    Nothing,
    OutputSerializer,
    Query,
    WallTime,
    WholeMinutes,
    verb,
)
from slas import archiving, permissions
from slas.escalation import EscalationPolicy, EscalationStep
from slas.policies import selectors, services
from slas.policies.content import Wording
from slas.policies.models import PolicyVersion
from slas.warnings import WarnIn
from slas.words import Metric, Party, ResponseRule, Severity

WORDS = frozenset(one.name for one in fields(Wording)) - {"escalation"}


class PolicyOut(OutputSerializer):
    """A service level under one name."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()
    description = serializers.CharField()
    default_for = serializers.CharField(help_text=_("The criticality it is proposed for, or empty."))
    archived_at = Moment(allow_null=True)


class TargetOut(OutputSerializer):
    """One promise of a version."""

    id = serializers.UUIDField()
    severity = serializers.ChoiceField(Severity.choices)
    request_kind = serializers.CharField(help_text=_("Empty means any kind."))
    metric = serializers.ChoiceField(Metric.choices)
    seconds = serializers.IntegerField(help_text=_("Open seconds of the calendar."))
    calendar_version = serializers.UUIDField(source="calendar_version_id")
    is_guarantee = serializers.BooleanField()
    pausable = serializers.BooleanField()
    pausing = serializers.ListField(
        child=serializers.CharField(), help_text=_("The parties it stops for; empty: all, where it is pausable.")
    )
    warn = serializers.ListField(child=serializers.DictField(), help_text=_("Empty: the usual warning."))


class FindingOut(OutputSerializer):
    """Something the version leaves open that leads to disputes."""

    key = serializers.CharField()
    title = serializers.CharField()
    advice = serializers.CharField()


class PolicyVersionOut(OutputSerializer):
    """What a retainer signs; never changed once made."""

    id = serializers.UUIDField()
    policy = serializers.UUIDField(source="policy_id")
    number = serializers.IntegerField()
    publish_after_seconds = WholeMinutes(
        source="publish_after_minutes",
        allow_null=True,
        help_text=_("How long a critical or high incident of an alert is held from the client; null: until confirmed."),
    )
    created_at = Moment()
    severity_definitions = serializers.DictField()
    covered = serializers.ListField(child=serializers.CharField())
    excluded = serializers.ListField(child=serializers.CharField())
    client_duties = serializers.ListField(child=serializers.CharField())
    reporting = serializers.CharField(allow_blank=True)
    response_rule = serializers.ChoiceField(ResponseRule.choices)
    reopen_days = serializers.IntegerField(allow_null=True)
    uptime_target = serializers.FloatField(allow_null=True, help_text=_("Per cent of a calendar month."))
    maintenance_counts = serializers.BooleanField()
    escalation = serializers.DictField(help_text=_("Rungs and quiet hours."))
    targets = TargetOut(source="targets.all", many=True)
    findings = FindingOut(many=True, help_text=_("What it leaves open that leads to disputes."))


class TargetIn(InputSerializer):
    """One promise."""

    severity = serializers.ChoiceField(Severity.choices)
    metric = serializers.ChoiceField(Metric.choices)
    seconds = serializers.IntegerField(min_value=1, max_value=LARGEST, help_text=_("Open seconds of the calendar."))
    calendar_version = serializers.UUIDField(source="calendar_version_id")
    request_kind = serializers.CharField(max_length=20, required=False, allow_blank=True)
    is_guarantee = serializers.BooleanField(required=False)
    pausable = serializers.BooleanField(required=False)
    pausing = serializers.ListField(child=serializers.ChoiceField(Party.choices), required=False)
    warn = WarnIn(many=True, required=False)


class EscalationStepIn(InputSerializer):
    """One step of the escalation: at a per cent of the target, or after so many open seconds. One of the two."""

    to = serializers.CharField(
        max_length=60,
        help_text=_(
            "owner, on_call, on_call_next, account_manager, agency_owner, person: and a user's id, or on_call: and a"
            " rota's id."
        ),
    )
    metric = serializers.ChoiceField(Metric.choices, required=False)
    percent = serializers.IntegerField(required=False, min_value=0, max_value=1000)
    seconds = serializers.IntegerField(required=False, min_value=0, max_value=LARGEST)
    severities = serializers.ListField(child=serializers.ChoiceField(Severity.choices), required=False)
    at_night = serializers.BooleanField(required=False)


class WordingIn(InputSerializer):
    """What a version says besides its times. What is left out stays as in the version before."""

    severity_definitions = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False)
    covered = serializers.ListField(child=serializers.CharField(), required=False)
    excluded = serializers.ListField(child=serializers.CharField(), required=False)
    client_duties = serializers.ListField(child=serializers.CharField(), required=False)
    reporting = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    response_rule = serializers.ChoiceField(ResponseRule.choices, required=False)
    reopen_days = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=366)
    uptime_target = serializers.DecimalField(max_digits=6, decimal_places=3, required=False, allow_null=True)
    maintenance_counts = serializers.BooleanField(required=False)
    rungs = EscalationStepIn(many=True, required=False)
    quiet = serializers.ListField(
        child=WallTime(), required=False, max_length=2, help_text=_("From and until, or empty.")
    )


class VersionIn(WordingIn):
    """A version of a policy."""

    targets = TargetIn(many=True)
    publish_after_seconds = WholeMinutes(source="publish_after_minutes", required=False, allow_null=True)


class PolicyIn(VersionIn):
    """A policy and its first version."""

    name = serializers.CharField(max_length=80)
    description = serializers.CharField(max_length=300, required=False, allow_blank=True)


class PolicyNameIn(InputSerializer):
    """Another name or description. What was promised stays."""

    name = serializers.CharField(max_length=80, required=False)
    description = serializers.CharField(max_length=300, required=False, allow_blank=True)


class PolicyQuery(Query):
    """Which policies to list."""

    archived = serializers.BooleanField(required=False, help_text=_("The archived ones instead of those on offer."))


@api(permissions.READ_RESPONSE_TIMES)
class Policies(Endpoint):
    """The agency's service levels."""

    of_agency = "write"
    answer = PolicyOut
    answers = {"versions": PolicyVersionOut, "create": PolicyVersionOut, "new_version": PolicyVersionOut}
    queries = {"list": PolicyQuery, "versions": Query}
    bodies = {
        "create": PolicyIn,
        "new_version": VersionIn,
        "partial_update": PolicyNameIn,
        "archive": Nothing,
        "restore": Nothing,
    }

    def create(self, request: Request) -> Response:
        """A new policy; the answer is its first version."""
        version = services.create_policy(**_promised(self.body(), Wording()))
        return self.one(_shown([version])[0], status=201)

    @action(detail=True, methods=["post"], url_path="new-version")
    def new_version(self, request: Request, id: uuid.UUID) -> Response:
        """The next version. What was signed does not move to it."""
        newest = selectors.versions_of(selectors.policy(id).id).first()
        body = _promised(self.body(), selectors.wording(newest) if newest else Wording())
        if newest is not None:
            body.setdefault("publish_after_minutes", newest.publish_after_minutes)
        return self.one(_shown([services.new_policy_version(policy_id=id, **body)])[0])

    def partial_update(self, request: Request, id: uuid.UUID) -> Response:
        """Other words for the same promises."""
        row = selectors.policy(id)
        return self.one(archiving.update_policy(policy_id=row.id, **self.changed(row)))

    archive = verb(
        "archive",
        archiving.archive_policy,
        "policy_id",
        "Offers it no more. Refused while something still relies on it.",
    )
    restore = verb("restore", archiving.restore_policy, "policy_id", "Offers it again.")

    def list(self, request: Request) -> Response:
        """All policies, newest first."""
        return self.page(selectors.policies(archived=self.asked.pop("archived", False)))

    def retrieve(self, request: Request, id: uuid.UUID) -> Response:
        """One policy."""
        return self.one(selectors.policy(id))

    @action(detail=True, methods=["get"])
    def versions(self, request: Request, id: uuid.UUID) -> Response:
        """The versions of a policy with their targets, newest first."""
        return self.page(selectors.versions_of(selectors.policy(id).id).prefetch_related("targets"), _shown)


def _shown(versions: list[PolicyVersion]) -> list[PolicyVersion]:
    """The versions with what they leave open."""
    for version in versions:
        # The shape reads it; it is no column.
        version.findings = selectors.findings(version)  # type: ignore[attr-defined]
    return versions


def _promised(body: dict[str, Any], before: Wording) -> dict[str, Any]:
    """The body as the services take it: what it says in words over what was said before."""
    said = {name: body.pop(name) for name in list(body) if name in WORDS}
    for name in ("covered", "excluded", "client_duties"):
        if name in said:
            said[name] = tuple(said[name])
    if "rungs" in body or "quiet" in body:
        said["escalation"] = _escalation(body.pop("rungs", None), body.pop("quiet", None), before.escalation)
    return {**body, "wording": replace(before, **said)}


def _escalation(
    rungs: list[dict[str, Any]] | None, quiet: list[Any] | None, before: EscalationPolicy
) -> EscalationPolicy:
    if quiet is not None and len(quiet) == 1:
        raise ValidationError({"quiet": [_("Give both times, or neither.")]})
    made = [EscalationStep(**{**step, "severities": tuple(step.get("severities", ()))}) for step in rungs or ()]
    hours = before.quiet if quiet is None else (f"{quiet[0]:%H:%M}", f"{quiet[1]:%H:%M}") if quiet else None
    return EscalationPolicy(before.steps if rungs is None else tuple(made), hours)
