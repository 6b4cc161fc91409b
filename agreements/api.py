"""Tiers and retainers for programs."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from agreements import permissions, proposing, selectors, services
from agreements.models import Retainer, TierInclusion, TierTemplate
from agreements.words import Cadence, InclusionKind, RetainerState, TierFamily
from core.access.views import api
from core.tenancy.context import require_scope
from core.web.rest import (
    Day,
    Endpoint,
    InputSerializer,
    Moment,
    Nothing,
    OutputSerializer,
    Query,
    WholeMinutes,
    verb,
    writer,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# A hundred billion minor units: far above any fee, far below what the column holds.
MOST_MINOR = 10**11
SMALLEST_UNIT = _(
    "A month's price in the smallest unit of the currency by ISO 4217: cents of EUR, whole francs of XOF, "
    "thousandths of a dinar of JOD."
)


class OwnWords(serializers.CharField):
    """What the agency has written down for itself: null for a token that is bound to a client."""

    def __init__(self, help_text: StrOrPromise | None = None) -> None:
        super().__init__(allow_null=True, help_text=help_text)

    def get_attribute(self, instance: Retainer) -> str | None:
        """The words, read off the row where the scope is the whole agency's."""
        return None if require_scope().client_id else super().get_attribute(instance)


class OwnSum(serializers.IntegerField):
    """A sum that is the agency's own: null for a token that is bound to a client."""

    def __init__(self) -> None:
        super().__init__(allow_null=True)

    def get_attribute(self, instance: TierTemplate) -> int | None:
        """The sum, read off the row where the scope is the whole agency's."""
        return None if require_scope().client_id else super().get_attribute(instance)


class TierOut(OutputSerializer):
    """One tier of the agency's catalogue. Prices are a month's, in minor units of the agency's currency."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    family = serializers.ChoiceField(TierFamily.choices)
    summary = serializers.CharField()
    best_for = serializers.CharField()
    extends = serializers.UUIDField(source="extends_id", allow_null=True)
    price_min_minor = OwnSum()
    price_max_minor = OwnSum()
    hours_seconds = WholeMinutes(source="hours_minutes", help_text=_("Included each month."))


class InclusionOut(OutputSerializer):
    """One thing a tier includes, its own or that of the tier it extends."""

    code = serializers.CharField()
    kind = serializers.ChoiceField(InclusionKind.choices)
    cadence = serializers.ChoiceField(Cadence.choices)
    quantity = serializers.IntegerField()
    text = serializers.CharField()


class AllInclusions(serializers.ListSerializer[Any]):
    """What a tier includes, with what it takes over from the tier it extends."""

    def get_attribute(self, instance: TierTemplate) -> list[TierInclusion]:
        """The rows, resolved."""
        return selectors.inclusions_of(instance.id)


class TierWithInclusions(TierOut):
    """A tier with all that it includes."""

    inclusions = AllInclusions(child=InclusionOut())


@api(permissions.API)
class Tiers(Endpoint):
    """The agency's catalogue."""

    answer = TierOut
    answers = {"retrieve": TierWithInclusions}
    queries = {"list": Query}

    def list(self, request: Request) -> Response:
        """All tiers."""
        return self.page(selectors.tiers())

    def retrieve(self, request: Request, id: uuid.UUID) -> Response:
        """One tier with what it includes."""
        return self.one(selectors.tier(id))


class CoverOut(OutputSerializer):
    """A system that a retainer covers, and the policy version signed for it."""

    system = serializers.UUIDField(source="system_id")
    policy_version = serializers.UUIDField(source="policy_version_id")


class RetainerOut(OutputSerializer):
    """What a client has bought."""

    id = serializers.UUIDField()
    client = serializers.UUIDField(source="client_id")
    tier = serializers.UUIDField(source="tier_id")
    name = serializers.CharField()
    state = serializers.ChoiceField(RetainerState.choices)
    price_minor = serializers.IntegerField(allow_null=True, help_text=SMALLEST_UNIT)
    currency = serializers.CharField()
    price_reason = OwnWords(help_text=_("Null for a token that is bound to a client."))
    hours_seconds = WholeMinutes(source="hours_minutes", help_text=_("Included each month."))
    time_zone = serializers.CharField()
    starts_on = Day(allow_null=True)
    ends_on = Day(allow_null=True, help_text=_("The first day on which it no longer runs."))
    activated_at = Moment(allow_null=True)
    systems = CoverOut(source="covered_systems.all", many=True)


class RetainerIn(InputSerializer):
    """A new retainer, as a draft."""

    client = serializers.UUIDField(source="client_id")
    tier = serializers.UUIDField(source="tier_id")
    name = serializers.CharField(max_length=80)
    price_minor = serializers.IntegerField(min_value=0, max_value=MOST_MINOR, help_text=SMALLEST_UNIT)
    currency = serializers.RegexField(r"^[A-Z]{3}\Z", max_length=3)
    price_reason = serializers.CharField(max_length=300, required=False, allow_blank=True)
    hours_seconds = WholeMinutes(source="hours_minutes", help_text=_("Included each month."))
    time_zone = serializers.CharField(max_length=64)
    starts_on = Day()
    ends_on = Day(required=False, allow_null=True)


class RetainerPatch(RetainerIn):
    """What can change about a draft. What is active changes by an amendment, never by an edit."""

    fixed = frozenset({"client"})


class ChecklistItemOut(OutputSerializer):
    """One thing that a retainer needs."""

    code = serializers.CharField()
    text = serializers.CharField()
    done = serializers.BooleanField()
    blocks = serializers.BooleanField(help_text=_("Whether the retainer cannot start without it."))


class ChecklistOut(OutputSerializer):
    """What a retainer needs before it starts."""

    ready = serializers.BooleanField(help_text=_("Whether nothing that blocks is missing."))
    items = ChecklistItemOut(many=True)


class EndIn(InputSerializer):
    """When a retainer ends."""

    ends_on = Day(help_text=_("The first day on which it no longer runs."))


class ProposeIn(InputSerializer):
    """Whom to ask, and by when they have to answer."""

    contacts = serializers.ListField(child=serializers.UUIDField(), source="contact_ids", min_length=1, max_length=10)
    words = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    expires_at = Moment(required=False, allow_null=True)


class CoverIn(InputSerializer):
    """A system to cover, and the policy version to sign for it."""

    system = serializers.UUIDField(source="system_id")
    policy_version = serializers.UUIDField(source="policy_version_id")


class RetainerQuery(Query):
    """Filters of retainers."""

    client = serializers.UUIDField(source="client_id", required=False)
    state = serializers.ChoiceField(RetainerState.choices, required=False)


@api(permissions.API)
class Retainers(Endpoint):
    """The retainers that clients have bought."""

    answer = RetainerOut
    bodies = {
        "create": RetainerIn,
        "partial_update": RetainerPatch,
        "systems": CoverIn,
        "propose": ProposeIn,
        "back_to_draft": Nothing,
        "activate": Nothing,
        "end": EndIn,
    }
    queries = {"list": RetainerQuery}
    answers = {"checklist": ChecklistOut}

    def list(self, request: Request) -> Response:
        """All retainers, newest first."""
        return self.page(selectors.retainers().prefetch_related("covered_systems"))

    def retrieve(self, request: Request, id: uuid.UUID) -> Response:
        """One retainer."""
        return self.one(selectors.retainer(id))

    def create(self, request: Request) -> Response:
        """Drafts a retainer. A price outside the tier's range needs a reason."""
        return self.one(services.create_retainer(**self.body()), status=201)

    def partial_update(self, request: Request, id: uuid.UUID) -> Response:
        """Changes a draft."""
        return self.one(services.update_retainer(retainer_id=id, **self.changed(selectors.retainer(id))))

    @action(detail=True, methods=["post"])
    def systems(self, request: Request, id: uuid.UUID) -> Response:
        """Covers a system with a signed policy version."""
        services.cover_system(retainer_id=id, **self.body())
        return self.one(selectors.retainer(id))

    @action(detail=True, methods=["get"])
    def checklist(self, request: Request, id: uuid.UUID) -> Response:
        """What is set and what is missing before it can start."""
        items = selectors.activation_checklist(id)
        ready = all(item.done for item in items if item.blocks)
        return Response({"ready": ready, "items": [writer(ChecklistItemOut).to_representation(item) for item in items]})

    @action(detail=True, methods=["post"])
    def propose(self, request: Request, id: uuid.UUID) -> Response:
        """Asks the client to accept the draft as it is. Refused while something that blocks is missing."""
        proposing.propose(retainer_id=id, **self.body())
        return self.one(selectors.retainer(id))

    back_to_draft = verb(
        "back_to_draft", proposing.back_to_draft, "retainer_id", "Takes a proposal back, so that it can be changed."
    )

    @action(detail=True, methods=["post"])
    def activate(self, request: Request, id: uuid.UUID) -> Response:
        """Starts the retainer. Refused while client, contact, system, dates, price or policy is missing."""
        self.body()
        services.activate(retainer_id=id)
        return self.one(selectors.retainer(id))

    end = verb("end", services.end_retainer, "retainer_id", "Sets the day on which the retainer ends.")
