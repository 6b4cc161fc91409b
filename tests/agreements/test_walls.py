"""X03, X13: another agency's retainer, plan, system or policy is one that is not there; and what the portal reads."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection

from agreements import selectors, services
from agreements.models import Retainer
from core.errors import NotFound
from core.ids import uuid7
from tests.agreements.scenario import AgreementScenario
from tests.cast import Cast, random_id


@pytest.fixture
def south(cast: Cast) -> AgreementScenario:
    """The second agency, with a catalogue of its own."""
    return AgreementScenario(cast.south)


def draft_of(desk: AgreementScenario) -> Retainer:
    with desk.house.scope():
        return desk.draft()


# What takes an id: the noun, and the act with the id in its place.
DOORS: dict[str, tuple[str, Callable[[AgreementScenario, Retainer, uuid.UUID], Any]]] = {
    "create for a client": (
        "client",
        lambda d, r, i: services.create_retainer(client_id=i, **d.terms()),
    ),
    "create on a plan": ("tier", lambda d, r, i: d.draft(tier_id=i)),
    "change": ("retainer", lambda d, r, i: services.update_retainer(retainer_id=i, **d.terms())),
    "change to a plan": (
        "tier",
        lambda d, r, i: services.update_retainer(retainer_id=r.id, **d.terms(tier_id=i)),
    ),
    "cover for": (
        "retainer",
        lambda d, r, i: services.cover_system(
            retainer_id=i, system_id=d.house.system.id, policy_version_id=d.policies["standard"]
        ),
    ),
    "cover a system": ("system", lambda d, r, i: d.cover(r, system_id=i)),
    "cover on a policy": (
        "policy",
        lambda d, r, i: services.cover_system(retainer_id=r.id, system_id=d.house.system.id, policy_version_id=i),
    ),
    "activate": ("retainer", lambda d, r, i: services.activate(retainer_id=i)),
    "end": ("retainer", lambda d, r, i: services.end_retainer(retainer_id=i, ends_on=date(2027, 1, 1))),
    "read": ("retainer", lambda d, r, i: selectors.retainer(i)),
    "read a plan": ("tier", lambda d, r, i: selectors.tier(i)),
    "read what a plan includes": ("tier", lambda d, r, i: selectors.inclusions_of(i)),
    "read the checklist": ("retainer", lambda d, r, i: selectors.activation_checklist(i)),
}


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_x03_another_agencys_id_is_answered_like_a_random_one(
    desk: AgreementScenario, south: AgreementScenario, door: str
) -> None:
    noun, use = DOORS[door]
    theirs = {
        "client": south.house.client.id,
        "system": south.house.system.id,
        "tier": south.tier().id,
        "policy": south.policies["standard"],
        "retainer": draft_of(south).id,
    }[noun]
    mine, answers = draft_of(desk), []
    for row_id in (theirs, random_id()):
        with pytest.raises(NotFound) as caught, desk.house.scope():
            use(desk, mine, row_id)
        answers.append((caught.value.message, caught.value.field))
    assert answers[0] == answers[1]


def test_x03_lists_know_nothing_of_another_agency(desk: AgreementScenario, south: AgreementScenario) -> None:
    with south.house.scope():
        theirs = south.active()
    with desk.house.scope():
        assert not selectors.retainers().exists()
        assert selectors.covered_systems(theirs.id) == []
        assert selectors.policy_version_for(south.house.system.id) is None


RETAINER = (
    "INSERT INTO agreements_retainer (id, agency_id, client_id, tier_id, name, state, currency, price_reason,"
    " hours_minutes, time_zone, created_at) VALUES (%s, %s, %s, %s, 'x', 'draft', 'EUR', '', 0, 'UTC', now())"
)
COVER = (
    "INSERT INTO agreements_coveredsystem (id, agency_id, client_id, retainer_id, system_id, policy_version_id,"
    " created_at) VALUES (%s, %s, %s, %s, %s, %s, now())"
)
INCLUSION = (
    "INSERT INTO agreements_tierinclusion (id, agency_id, tier_id, code, kind, cadence, quantity, text, position,"
    " created_at) VALUES (%s, %s, %s, 'x', 'right', 'weekly', 1, 'x', 0, now())"
)
EXTENDS = "UPDATE agreements_tiertemplate SET extends_id = %s WHERE id = %s"

# The statement, and its values from my desk and draft and from theirs.
CROSSINGS: dict[str, tuple[str, Callable[[AgreementScenario, Retainer, AgreementScenario, Retainer], list[Any]]]] = {
    "a retainer for their client": (
        RETAINER,
        lambda d, r, s, t: [d.house.agency.id, s.house.client.id, d.tier().id],
    ),
    "a retainer on their plan": (RETAINER, lambda d, r, s, t: [d.house.agency.id, d.house.client.id, s.tier().id]),
    "covering for their retainer": (
        COVER,
        lambda d, r, s, t: [d.house.agency.id, d.house.client.id, t.id, d.house.system.id, d.policies["standard"]],
    ),
    "covering their system": (
        COVER,
        lambda d, r, s, t: [d.house.agency.id, d.house.client.id, r.id, s.house.system.id, d.policies["standard"]],
    ),
    "covering another client's system": (
        COVER,
        lambda d, r, s, t: [
            d.house.agency.id,
            d.house.client.id,
            r.id,
            d.house.other_system.id,
            d.policies["standard"],
        ],
    ),
    "covering on their policy": (
        COVER,
        lambda d, r, s, t: [d.house.agency.id, d.house.client.id, r.id, d.house.system.id, s.policies["standard"]],
    ),
    "an inclusion of their plan": (INCLUSION, lambda d, r, s, t: [d.house.agency.id, s.tier().id]),
    "a plan that builds on theirs": (EXTENDS, lambda d, r, s, t: [s.tier().id, d.tier("minimal-starter").id]),
}


@pytest.mark.parametrize("case", CROSSINGS, ids=str)
def test_x13_postgres_itself_refuses(desk: AgreementScenario, south: AgreementScenario, case: str) -> None:
    """No code of ours stands between this statement and the table."""
    sql, values = CROSSINGS[case]
    given = values(desk, draft_of(desk), south, draft_of(south))
    if sql.startswith("INSERT"):
        given = [uuid7(), *given]
    with pytest.raises(IntegrityError, match="foreign key"), desk.house.scope(), connection.cursor() as cursor:
        # A key that may wait for the end of the transaction is judged at once.
        cursor.execute(f"{sql}; SET CONSTRAINTS ALL IMMEDIATE", given)


def test_x13_the_same_statement_with_ones_own_ids_is_taken(desk: AgreementScenario) -> None:
    """So that the refusals above are about whose rows they are."""
    mine = draft_of(desk)
    with desk.house.scope(), connection.cursor() as cursor:
        cursor.execute(RETAINER, [uuid7(), desk.house.agency.id, desk.house.client.id, desk.tier().id])
        ids = [desk.house.agency.id, desk.house.client.id, mine.id, desk.house.system.id, desk.policies["standard"]]
        cursor.execute(COVER, [uuid7(), *ids])
        cursor.execute(INCLUSION, [uuid7(), desk.house.agency.id, desk.tier().id])
        cursor.execute(EXTENDS, [desk.tier().id, desk.tier("minimal-starter").id])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_portal_reads_what_its_client_signed_through_the_same_selectors(desk: AgreementScenario) -> None:
    with desk.house.scope():
        retainer = desk.active()
    with desk.house.portal():
        assert [row.id for row in selectors.retainers()] == [retainer.id]
        assert selectors.retainer(retainer.id).tier.name == "Monitoring"
        assert selectors.inclusions_of(retainer.tier_id)[0].code == "weekly-review"
        assert [row.system_id for row in selectors.covered_systems(retainer.id)] == [desk.house.system.id]
        assert selectors.policy_version_for(desk.house.system.id) == desk.policies["standard"]
        assert all(row.done for row in selectors.activation_checklist(retainer.id) if row.blocks)


def test_the_portal_sees_no_draft_and_nothing_of_the_other_client(desk: AgreementScenario) -> None:
    with desk.house.scope():
        draft, running = desk.draft(), desk.active()
    with desk.house.portal():
        assert [row.id for row in selectors.retainers()] == [running.id]
        with pytest.raises(NotFound):
            selectors.retainer(draft.id)
    with desk.house.portal(desk.house.other_client):
        assert not selectors.retainers().exists()
        assert selectors.policy_version_for(desk.house.system.id) is None
