"""F25, F29: what blocks a retainer from starting, what only warns, and that the checklist and the act agree."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from agreements import selectors, services
from agreements.models import CoveredSystem, Retainer
from clients import services as clients
from clients.models import Client, Contact
from core.errors import Conflict
from tests.agreements.scenario import AgreementScenario
from tests.clients.support import told


def ready(desk: AgreementScenario) -> Retainer:
    """A draft that nothing blocks."""
    desk.own_the_system()
    retainer = desk.draft()
    desk.cover(retainer)
    return retainer


def archive(desk: AgreementScenario, retainer: Retainer) -> None:
    Client.objects.filter(id=retainer.client_id).update(archived_at=datetime(2026, 1, 1, tzinfo=UTC))


def lose_contacts(desk: AgreementScenario, retainer: Retainer) -> None:
    for row in Contact.objects.filter(client_id=retainer.client_id):
        clients.end_contact(contact_id=row.id)


def uncover(desk: AgreementScenario, retainer: Retainer) -> None:
    CoveredSystem.objects.filter(retainer=retainer).delete()


def lose_dates(desk: AgreementScenario, retainer: Retainer) -> None:
    services.update_retainer(retainer_id=retainer.id, **desk.terms(starts_on=None))


def lose_price(desk: AgreementScenario, retainer: Retainer) -> None:
    services.update_retainer(retainer_id=retainer.id, **desk.terms(price_minor=None))


def lose_owner(desk: AgreementScenario, retainer: Retainer) -> None:
    clients.update_system(system_id=desk.house.system.id, name="Support bot", criticality="high")


LOSSES: dict[str, tuple[Callable[[AgreementScenario, Retainer], None], set[str]]] = {
    "client": (archive, {"client"}),
    "contact": (lose_contacts, {"contact"}),
    "system and policy": (uncover, {"system", "policy"}),
    "dates": (lose_dates, {"dates"}),
    "price": (lose_price, {"price"}),
    "owner": (lose_owner, {"owner"}),
}


def test_a_retainer_with_everything_starts_and_says_so(desk: AgreementScenario) -> None:
    with desk.at("2026-06-01 08:00"):
        retainer = ready(desk)
        assert desk.blocking(retainer) == set()
        started = services.activate(retainer_id=retainer.id)
        assert (started.state, started.activated_at) == ("active", datetime(2026, 6, 1, 8, tzinfo=UTC))
        assert told(retainer.id)[-1] == "agreements.retainer.activated"


@pytest.mark.parametrize("missing", LOSSES, ids=str)
def test_without_it_nothing_starts_and_the_message_names_it(desk: AgreementScenario, missing: str) -> None:
    lose, codes = LOSSES[missing]
    with desk.house.scope():
        retainer = ready(desk)
        lose(desk, retainer)
        assert desk.blocking(retainer) == codes
        with pytest.raises(Conflict) as caught:
            services.activate(retainer_id=retainer.id)
        for row in selectors.activation_checklist(retainer.id):
            assert (row.text in caught.value.message) == (row.code in codes)
        assert selectors.retainer(retainer.id).state == "draft"


def test_f29_a_system_of_high_criticality_needs_an_owner_and_is_named(desk: AgreementScenario) -> None:
    with desk.house.scope():
        retainer = ready(desk)
        lose_owner(desk, retainer)
        with pytest.raises(Conflict, match="Support bot"):
            services.activate(retainer_id=retainer.id)


@pytest.mark.parametrize("criticality", ["low", "medium"])
def test_f29_a_system_of_lower_criticality_needs_none(desk: AgreementScenario, criticality: str) -> None:
    with desk.house.scope():
        retainer = ready(desk)
        clients.update_system(system_id=desk.house.system.id, name="Support bot", criticality=criticality)
        assert services.activate(retainer_id=retainer.id).state == "active"


def test_everything_else_warns_and_does_not_block(desk: AgreementScenario) -> None:
    with desk.house.scope():
        retainer = ready(desk)
        services.update_retainer(retainer_id=retainer.id, **desk.terms(hours_minutes=0))
        warned = {row.code for row in selectors.activation_checklist(retainer.id) if not row.done}
        assert warned == {"hours", "backup", "end", "check"}
        assert services.activate(retainer_id=retainer.id).state == "active"


def test_a_price_of_nothing_is_a_price(desk: AgreementScenario) -> None:
    """A pilot for free is agreed on; that no price was entered is not."""
    with desk.house.scope():
        retainer = ready(desk)
        services.update_retainer(retainer_id=retainer.id, **desk.terms(price_minor=0, price_reason="Pilot"))
        assert desk.blocking(retainer) == set()
