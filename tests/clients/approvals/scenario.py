"""Something that a client is asked to agree to, and the acts of both sides on it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from clients.approvals import selectors, services
from clients.approvals.content import Section, Subject
from clients.approvals.models import Approval
from clients.models import Contact
from core import clock
from core.ids import uuid7
from core.models import User
from core.tenancy import Actor, tenant_scope
from tests.cast import AgencyFixture

SECTIONS: Sequence[Section] = [
    {
        "title": "What you get",
        "lines": [{"label": "Plan", "text": "Priority"}, {"label": "Hours", "text": "20 a month"}],
    },
    {"title": "What it costs", "lines": [{"label": "Price", "text": "2,400 EUR a month"}]},
]


class ApprovalScenario:
    """The first agency asks the first client; its main contact may approve."""

    def __init__(self, house: AgencyFixture) -> None:
        self.house = house
        self.subject = Subject("example", uuid7(), house.client.id)

    def ask(self, **more: Any) -> Approval:
        """A version of the same thing, asked for by the owner."""
        words = {"title": "New terms", "words": "As we said on Tuesday.", "sections": SECTIONS}
        asked: dict[str, Any] = {"subject": self.subject, "contact_ids": [self.house.contact_row.id], **words, **more}
        with self.house.scope():
            return services.ask(**asked)

    def decide(
        self, row: Approval, *, approve: bool = True, contact: Contact | None = None, words: str = ""
    ) -> Approval:
        """As the contact decides on the signed page."""
        who = contact or self.house.contact_row
        with self.as_contact(who):
            return services.decide(approval_id=row.id, contact_id=who.id, approve=approve, words=words)

    @contextmanager
    def as_contact(self, contact: Contact | None = None) -> Iterator[None]:
        """The scope of the signed page."""
        who = contact or self.house.contact_row
        actor = Actor(kind="contact", id=who.user_id, role="approver", ip="192.0.2.7")
        with tenant_scope(self.house.agency.id, client_id=who.client_id, actor=actor):
            yield

    @contextmanager
    def at(self, instant: datetime) -> Iterator[None]:
        """In the agency's scope, at that instant."""
        with clock.at(instant), self.house.scope():
            yield

    def second(self, *, rights: Sequence[str] = ("approver",), user: User | None = None) -> Contact:
        """Another contact of the client."""
        with self.house.scope():
            return Contact.objects.create(
                client=self.house.client,
                name="Second",
                email="second@north-client.example",
                rights=list(rights),
                user=user,
            )

    def row(self, approval_id: uuid.UUID) -> Approval:
        """How it stands now."""
        with self.house.scope():
            return selectors.approval(approval_id)

    def acts(self, row: Approval) -> list[str]:
        """What was done about it, in order."""
        with self.house.scope():
            return [event.kind for event in selectors.events(row.id)]
