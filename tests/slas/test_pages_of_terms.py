"""The pages of hours, policies and who is on call, as people use them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from core import clock
from slas import selectors, services
from slas.escalation import EscalationPolicy, EscalationStep
from slas.models import HolidayProposal, Rota, TimeOff
from tests.cast import Cast
from tests.slas.test_forms import form_of
from tests.slas.test_oncall import rota


def browser(person: Any) -> Browser:
    signed_in = Browser()
    signed_in.force_login(person)
    return signed_in


@pytest.fixture
def terms(cast: Cast) -> Cast:
    """The first agency with the hours and policies of a new agency."""
    with cast.north.scope():
        services.install_catalogue()
    return cast


HOURS = "/a/north/settings/response-times/calendars/mon-fri-09-17/"
ON_CALL = "/a/north/settings/on-call/"


def test_a_calendar_shows_its_weeks_its_versions_and_what_is_proposed(terms: Cast) -> None:
    owner = browser(terms.north.owner)
    assert "No country is followed" in owner.get(HOURS).content.decode()
    answer = owner.post(f"{HOURS}holidays/", {"country": "DE", "region": ""}, follow=True)
    page = answer.content.decode()
    assert page.count('name="close_ids"') >= 10
    first = re.search(r'name="close_ids" value="([^"]+)"', page)
    assert first is not None
    page = owner.post(f"{HOURS}holidays/decide/", {"close_ids": [first[1]]}, follow=True).content.decode()
    assert "Closed on 1 day." in page
    assert "v2" in page
    assert "Move open clocks" in page
    with terms.north.scope():
        assert HolidayProposal.objects.get(id=first[1]).state == "closed"


def test_deciding_on_nothing_says_so_and_odd_ids_are_nobodys(terms: Cast) -> None:
    owner = browser(terms.north.owner)
    owner.post(f"{HOURS}holidays/", {"country": "DE"})
    for sent in ({}, {"close_ids": ["not an id"]}):
        assert "Choose at least one day." in owner.post(f"{HOURS}holidays/decide/", sent, follow=True).content.decode()


def test_an_unknown_region_is_named_beside_its_field_and_stays(terms: Cast) -> None:
    answer = browser(terms.north.owner).post(f"{HOURS}holidays/", {"country": "DE", "region": "ZZ"})
    assert answer.status_code == 422
    assert "No such region" in answer.content.decode()
    assert 'value="ZZ"' in answer.content.decode()


def test_new_hours_can_begin_on_a_day_ahead(terms: Cast) -> None:
    owner, day = browser(terms.north.owner), (clock.now() + timedelta(days=40)).date()
    hours = {"zone": "Europe/Berlin", "mon": "08:00-12:00, 22:00-02:00", "starts_on": day.isoformat()}
    assert owner.post(f"{HOURS}new-version/", hours).status_code == 302
    with terms.north.scope():
        newest = selectors.newest_calendar_version("mon-fri-09-17")
    assert newest.spec["weekly"] == {"mon": [["08:00", "12:00"], ["22:00", "02:00"]]}
    assert newest.starts_at.astimezone(clock.now().tzinfo).date() in (day, day - timedelta(days=1))
    past = hours | {"starts_on": "2020-01-01"}
    answer = owner.post(f"{HOURS}new-version/", past)
    assert answer.status_code == 422
    assert "What was promised before stands." in answer.content.decode()


def test_a_policy_says_who_is_called_and_what_it_leaves_open(terms: Cast) -> None:
    owner, where = browser(terms.north.owner), "/a/north/settings/response-times/standard/"
    page = owner.get(where).content.decode()
    assert "Nothing that leads to disputes was found" in page
    assert "whoever is on call" in page
    with terms.north.scope():
        old = selectors.versions_of(selectors.policy_by_slug("standard").id)[0]
        form = form_of(old.id, client_duties="", reporting="")
        typed = {name: value for name, value in form.data.items() if value not in (None, False)}
    assert owner.post(f"{where}new-version/", typed).status_code == 302
    page = owner.get(where).content.decode()
    assert "What this agreement leaves open" in page
    assert "The client has no duties" in page
    assert "It is not said what is watched and reported" in page


def test_a_rota_is_made_taken_over_and_given_back(terms: Cast) -> None:
    house, owner = terms.north, browser(terms.north.owner)
    assert "Nobody is on call yet" in owner.get(ON_CALL).content.decode()
    made = {
        "name": "First line",
        "zone": "Europe/Berlin",
        "turn_days": "7",
        "handover_at": "09:00",
        "first_day": (clock.now() - timedelta(days=2)).date().isoformat(),
        "person_0": str(house.engineer.id),
        "person_1": str(house.owner.id),
    }
    page = owner.post(f"{ON_CALL}new/", made, follow=True).content.decode()
    assert "engineer of north" in page
    assert "then owner of north" in page
    with house.scope():
        row = Rota.objects.get()
    start, end = clock.now() - timedelta(hours=30), clock.now() + timedelta(hours=30)
    stretch = {"starts_at": f"{start:%Y-%m-%dT%H:%M}", "ends_at": f"{end:%Y-%m-%dT%H:%M}"}
    taken = {"user_id": str(house.manager.id), **stretch}
    page = browser(house.engineer).post(f"{ON_CALL}{row.id}/take-over/", taken, follow=True).content.decode()
    assert "account_manager of north has taken over" in page
    again = owner.post(f"{ON_CALL}{row.id}/take-over/", taken)
    assert again.status_code == 422
    assert "Somebody has taken over part of this time already" in again.content.decode()
    back = re.search(r"/a/north/settings/on-call/taken-over/[^/]+/remove/", page)
    assert back is not None
    assert "has taken over" not in browser(house.engineer).post(back[0], follow=True).content.decode()
    page = owner.post(f"{ON_CALL}{row.id}/delete/", follow=True).content.decode()
    assert "Nobody is on call yet" in page


def test_time_off_is_noted_and_removed(terms: Cast) -> None:
    house, engineer = terms.north, browser(terms.north.engineer)
    with house.scope():
        rota(house)
    start, end = clock.now(), clock.now() + timedelta(days=2)
    away = {
        "user_id": str(house.engineer.id),
        "starts_at": f"{start:%Y-%m-%dT%H:%M}",
        "ends_at": f"{end:%Y-%m-%dT%H:%M}",
        "note": "Dentist",
    }
    assert "Dentist" in engineer.post(f"{ON_CALL}time-off/", away, follow=True).content.decode()
    with house.scope():
        row = TimeOff.objects.get()
    assert "Dentist" not in engineer.post(f"{ON_CALL}time-off/{row.id}/remove/", follow=True).content.decode()


def test_nobody_on_call_is_said_in_words(terms: Cast) -> None:
    house = terms.north
    with house.scope():
        rota(house, people=[house.engineer.id])
        services.take_time_off(
            user_id=house.engineer.id, starts_at=clock.now(), ends_at=clock.now() + timedelta(days=1)
        )
    assert "Nobody is on call now." in browser(house.owner).get(ON_CALL).content.decode()


def test_a_viewer_looks_and_changes_nothing(terms: Cast) -> None:
    viewer = browser(terms.north.viewer)
    for where in (HOURS, ON_CALL, "/a/north/settings/response-times/standard/"):
        page = viewer.get(where).content.decode()
        assert "New version" not in page
        assert "New rota" not in page
    assert viewer.get(f"{ON_CALL}new/").status_code == 403
    assert viewer.post(f"{HOURS}holidays/", {"country": "DE"}).status_code == 403


def test_a_policy_page_costs_the_same_for_many_versions_and_turns_after_ten(terms: Cast) -> None:
    owner, house = browser(terms.north.owner), terms.north
    page = "/a/north/settings/response-times/standard/"

    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            owner.get(page)
        return len(seen)

    def next_version() -> None:
        with house.scope():
            newest = next(row for row in selectors.latest_policy_versions() if row.policy.slug == "standard")
            targets = [
                {
                    "severity": row.severity,
                    "metric": row.metric,
                    "seconds": row.seconds,
                    "calendar_version_id": row.calendar_version_id,
                }
                for row in selectors.targets_of(newest.id)
            ]
            steps = tuple(EscalationStep(to=f"on_call:{row.id}", percent=50 + place) for place, row in enumerate(rotas))
            said = replace(selectors.wording(newest), escalation=EscalationPolicy(steps))
            services.new_policy_version(policy_id=newest.policy_id, targets=targets, wording=said)

    with house.scope():
        rotas = [rota(house), rota(house)]
    next_version()
    few = statements()
    for _number in range(9):
        next_version()
    assert statements() <= few
    first, second = owner.get(page).content.decode(), owner.get(f"{page}?page=2").content.decode()
    assert (first.count("Version "), "Version 11" in first, "Version 1<" in first) == (10, True, False)
    assert "Version 1<" in second
    # What an older version leaves open is of no use to anybody any more.
    assert "leads to disputes" in first or "leaves open" in first
    assert "leads to disputes" not in second
    assert "leaves open" not in second
