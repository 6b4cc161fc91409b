"""What an incident taught, kept as an item: weighed, moved one step at a time, and nobody else's."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client as Browser
from django.urls import reverse

from backlog import selectors, services
from backlog.models import BacklogItem
from backlog.words import BacklogState
from core.errors import Conflict, DomainError, NotFound
from core.models import AuditEvent, OutboxEvent
from incidents import services as incidents
from tests.cast import AgencyFixture, Cast, random_id

SAID: dict[str, Any] = {"title": "Cache the answers", "detail": "", "kind": "feature", "impact": 4, "risk": 2}

# State -> the states that may follow. Written by hand, not read from the code.
MOVES = {
    "idea": {"scored"},
    "scored": {"ready", "idea"},
    "ready": {"planned", "idea"},
    "planned": {"doing", "idea"},
    "doing": {"verify", "idea"},
    "verify": {"done", "doing"},
    "done": set(),
}


@pytest.fixture
def house(cast: Cast) -> AgencyFixture:
    """The first agency."""
    return cast.north


def incident(house: AgencyFixture) -> uuid.UUID:
    row = incidents.open_incident(system_id=house.system.id, title="Slow", severity="high", source="staff")
    return row.id


def item(house: AgencyFixture, state: str = "idea", **more: Any) -> BacklogItem:
    """An item in that state. Call it in the house's scope."""
    made = services.create_from_incident(incident_id=incident(house), **SAID | more)
    BacklogItem.objects.filter(id=made.id).update(state=state)
    return BacklogItem.objects.get(id=made.id)


def test_an_item_belongs_to_the_client_and_the_system_of_its_incident(house: AgencyFixture) -> None:
    with house.scope():
        found = incident(house)
        made = services.create_from_incident(incident_id=found, **SAID)
    assert (made.client_id, made.system_id, made.incident_id) == (house.client.id, house.system.id, found)
    assert made.state == "scored"


@pytest.mark.parametrize(("impact", "risk"), [(None, None), (3, None), (None, 3)])
def test_without_both_scores_it_is_an_idea_and_stays_one(
    house: AgencyFixture, impact: int | None, risk: int | None
) -> None:
    with house.scope():
        made = services.create_from_incident(incident_id=incident(house), **SAID | {"impact": impact, "risk": risk})
        assert made.state == "idea"
        with pytest.raises(Conflict):
            services.move_item(item_id=made.id, state="scored")
        services.update_item(item_id=made.id, **SAID)
        assert selectors.item(made.id).state == "scored"


@pytest.mark.parametrize("after", BacklogState.values)
@pytest.mark.parametrize("before", BacklogState.values)
def test_an_item_moves_one_step_at_a_time_or_not_at_all(house: AgencyFixture, before: str, after: str) -> None:
    with house.scope():
        made = item(house, before)
        news = OutboxEvent.objects.count()
        if after in MOVES[before]:
            assert services.move_item(item_id=made.id, state=after).state == after
            assert OutboxEvent.objects.count() == news + 1
        else:
            with pytest.raises(Conflict):
                services.move_item(item_id=made.id, state=after)
            assert OutboxEvent.objects.count() == news
        assert selectors.item(made.id).state == (after if after in MOVES[before] else before)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 161}, "title"),
        ({"kind": "magic"}, "kind"),
        ({"impact": 0}, "impact"),
        ({"impact": 6}, "impact"),
        ({"risk": -1}, "risk"),
    ],
)
def test_an_item_that_cannot_be_is_refused_by_name(house: AgencyFixture, wrong: dict[str, Any], field: str) -> None:
    with house.scope():
        found = incident(house)
        with pytest.raises(DomainError) as refused:
            services.create_from_incident(incident_id=found, **SAID | wrong)
        assert refused.value.field == field
        made = services.create_from_incident(incident_id=found, **SAID)
        with pytest.raises(DomainError):
            services.update_item(item_id=made.id, **SAID | wrong)
        assert BacklogItem.objects.count() == 1


def test_the_database_itself_refuses_a_score_out_of_range(house: AgencyFixture) -> None:
    with house.scope():
        made = item(house)
        for column in ("impact", "risk"):
            with pytest.raises(IntegrityError, match=f"backlog_item_{column}"), transaction.atomic():
                BacklogItem.objects.filter(id=made.id).update(**{column: 6})


def test_a_scored_item_keeps_its_scores(house: AgencyFixture) -> None:
    """Taking the scores away from something that is planned would leave a plan that nobody weighed."""
    with house.scope():
        made = item(house, "planned")
        with pytest.raises(DomainError) as refused:
            services.update_item(item_id=made.id, **SAID | {"impact": None})
        assert refused.value.field == "impact"
        assert selectors.item(made.id).impact == 4


def test_the_most_valuable_comes_first_and_the_unscored_last(house: AgencyFixture) -> None:
    with house.scope():
        for title, impact, risk in (("Middle", 3, 3), ("Unscored", None, None), ("Best", 5, 4), ("Least", 1, 1)):
            item(house, title=title, impact=impact, risk=risk)
        assert [row.title for row in selectors.items()] == ["Best", "Middle", "Least", "Unscored"]


def test_every_write_is_in_the_audit_and_in_the_news(house: AgencyFixture) -> None:
    with house.scope():
        made = services.create_from_incident(incident_id=incident(house), **SAID)
        services.update_item(item_id=made.id, **SAID)
        services.move_item(item_id=made.id, state="ready")
        names = {"backlog.item.created", "backlog.item.updated", "backlog.item.moved"}
        assert set(AuditEvent.objects.filter(object_id=made.id).values_list("action", flat=True)) == names
        assert set(OutboxEvent.objects.filter(payload__id=str(made.id)).values_list("name", flat=True)) == names


def test_an_item_of_another_agency_is_not_there(house: AgencyFixture, cast: Cast) -> None:
    with cast.south.scope():
        theirs, found = item(cast.south), incident(cast.south)
    acts: list[Callable[[], object]] = [
        lambda: selectors.item(theirs.id),
        lambda: services.move_item(item_id=theirs.id, state="scored"),
        lambda: services.update_item(item_id=random_id(), **SAID),
        lambda: services.create_from_incident(incident_id=found, **SAID),
    ]
    with house.scope():
        for act in acts:
            with pytest.raises(NotFound):
                act()


def test_the_client_writes_nothing_and_another_client_reads_nothing(house: AgencyFixture) -> None:
    with house.scope():
        made = item(house)
    with house.portal(house.other_client):
        assert not BacklogItem.objects.exists()
    with house.portal():
        assert BacklogItem.objects.get().id == made.id
    with house.portal(), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        BacklogItem.objects.filter(id=made.id).update(title="Mine")


def test_an_item_goes_from_an_incident_to_the_list_by_plain_forms(house: AgencyFixture) -> None:
    with house.scope():
        incident(house)
    engineer, viewer = Browser(), Browser()
    engineer.force_login(house.engineer)
    viewer.force_login(house.viewer)
    where = reverse("backlog:from_incident", args=[house.agency.slug, 1])
    said = {"title": "<b>Cache</b>", "kind": "feature", "impact": "4", "risk": "2"}
    assert viewer.post(where, said).status_code in (403, 404)
    assert engineer.post(where, said | {"impact": "9"}).status_code == 422
    assert engineer.post(where, said).status_code == 302
    with house.scope():
        made = BacklogItem.objects.get()
    move = reverse("backlog:move", args=[house.agency.slug, made.id])
    assert engineer.post(move, {"state": "done"}, follow=True).status_code == 200
    assert engineer.post(move, {"state": "nonsense"}).status_code == 422
    assert engineer.post(move, {"state": "ready"}).status_code == 302
    with house.scope():
        assert selectors.item(made.id).state == "ready"
    page = viewer.get(reverse("backlog:list", args=[house.agency.slug])).content.decode()
    assert "&lt;b&gt;Cache&lt;/b&gt;" in page
    assert "<b>Cache</b>" not in page


@pytest.mark.parametrize("state", sorted(MOVES))
def test_the_page_of_an_item_offers_the_steps_that_may_follow_and_no_other(house: AgencyFixture, state: str) -> None:
    with house.scope():
        made = item(house, state)
    browser = Browser()
    browser.force_login(house.engineer)
    shown = browser.get(reverse("backlog:edit", args=[house.agency.slug, made.id])).content.decode()
    assert {word for word in BacklogState.values if f'name="state" value="{word}"' in shown} == MOVES[state]


def test_a_button_moves_the_item(house: AgencyFixture) -> None:
    with house.scope():
        made = item(house, "scored")
    browser = Browser()
    browser.force_login(house.engineer)
    browser.post(reverse("backlog:move", args=[house.agency.slug, made.id]), {"state": "ready"})
    with house.scope():
        assert selectors.item(made.id).state == "ready"
