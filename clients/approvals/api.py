"""Approvals for programs: what clients were asked, and what was done. Nothing here decides for a client."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clients.approvals import permissions, selectors, services
from clients.approvals.models import Approval, ApprovalEvent
from clients.approvals.words import ApprovalAct, ApprovalState
from core.access.views import api
from core.web.rest import Day, Endpoint, InputSerializer, Moment, OutputSerializer, Query, verb


class LineOut(OutputSerializer):
    """One line of what the client sees."""

    # A serializer has a label of its own, which is none of what it writes.
    label = serializers.CharField()  # type: ignore[assignment]
    text = serializers.CharField()


class SectionOut(OutputSerializer):
    """Lines under a title."""

    title = serializers.CharField()
    lines = LineOut(many=True)


class ApprovalOut(OutputSerializer):
    """One version of something that a client is asked to agree to."""

    id = serializers.UUIDField()
    client = serializers.UUIDField(source="client_id")
    subject_type = serializers.CharField(help_text=_("What it is about, such as retainer."))
    subject = serializers.UUIDField(source="subject_id")
    version = serializers.IntegerField()
    title = serializers.CharField()
    state = serializers.ChoiceField(ApprovalState.choices)
    content_hash = serializers.CharField(help_text=_("SHA-256 of what the client sees."))
    created_at = Moment()
    expires_at = Moment(allow_null=True)
    decided_at = Moment(allow_null=True)


class ActOut(OutputSerializer):
    """One thing that was done."""

    act = serializers.ChoiceField(ApprovalAct.choices, source="kind")
    at = Moment()
    contact = serializers.UUIDField(source="contact_id", allow_null=True)
    words = serializers.CharField()
    agreed_on = Day(allow_null=True)


class Acts(serializers.ListSerializer[Any]):
    """All that was done, in order."""

    def get_attribute(self, instance: Approval) -> Sequence[ApprovalEvent]:
        """The rows of the record."""
        return selectors.events(instance.id)


class ApprovalWithRecord(ApprovalOut):
    """The same with what the client sees and all that was done."""

    words = serializers.CharField()
    sections = SectionOut(many=True)
    acts = Acts(child=ActOut())


class AnswerIn(InputSerializer):
    """An answer to a question of the client's."""

    words = serializers.CharField(max_length=2000)


class WithdrawIn(InputSerializer):
    """Why it is withdrawn."""

    words = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class AskAlsoIn(InputSerializer):
    """One more contact to ask."""

    contact = serializers.UUIDField(source="contact_id")


class OfflineIn(InputSerializer):
    """What one of those who were asked agreed to outside the portal."""

    contact = serializers.UUIDField(source="contact_id")
    agreed_on = Day()
    words = serializers.CharField(max_length=2000, help_text=_("Where it can be looked up."))


class ApprovalQuery(Query):
    """Filters of approvals."""

    client = serializers.UUIDField(source="client_id", required=False)
    state = serializers.ChoiceField(ApprovalState.choices, required=False)
    subject = serializers.UUIDField(source="subject_id", required=False)


@api(permissions.API)
class Approvals(Endpoint):
    """What clients were asked to agree to. They answer on a page of their own; no token answers for them."""

    answer = ApprovalOut
    answers = {"retrieve": ApprovalWithRecord}
    bodies = {"answer_question": AnswerIn, "ask_also": AskAlsoIn, "record_offline": OfflineIn, "withdraw": WithdrawIn}
    queries = {"list": ApprovalQuery}

    def list(self, request: Request) -> Response:
        """All approvals, newest first."""
        return self.page(selectors.approvals())

    def retrieve(self, request: Request, id: uuid.UUID) -> Response:
        """One version with what the client sees and all that was done."""
        return self.one(selectors.approval(id))

    answer_question = verb("answer_question", services.answer, "approval_id", "Answers a question of the client's.")
    ask_also = verb("ask_also", services.ask_also, "approval_id", "Asks one more contact, such as a stand-in.")
    record_offline = verb(
        "record_offline", services.record_offline, "approval_id", "Records what a contact agreed to outside the portal."
    )
    withdraw = verb("withdraw", services.withdraw, "approval_id", "Takes the question back.")
