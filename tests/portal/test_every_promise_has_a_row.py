"""Nothing that a portal of the demo says promises what no row obliges."""

from __future__ import annotations

import pytest

from agreements.models import TierInclusion
from clients.selectors import PortalPlace
from core.models import User
from core.tenancy import Actor, tenant_scope
from incidents import services as incidents
from incidents.texts import TEMPLATES
from tests.matrix import Matrix
from tests.portal import rules, rules_of_what_runs
from tests.portal.demo import CLIENTS, Said, everything_said, read
from tests.portal.promises import NO_ROW, Fault, faults, judge, promises
from tests.portal.terms import Terms, terms_of

pytestmark = pytest.mark.django_db


# Its rules register themselves when it is loaded.
assert rules_of_what_runs


def found_in(everything: list[Said]) -> list[Fault]:
    return faults(everything, terms_of)


def report(found: list[Fault]) -> str:
    return "\n" + "\n".join(map(str, found))


def place_of(everything: list[Said], client: str) -> PortalPlace:
    return next(said.place for said in everything if said.place.client_name == client)


def test_every_promise_in_every_portal_has_a_row_that_obliges_it(demo: list[Said]) -> None:
    found = found_in(demo)
    assert not found, report(found)


def test_the_crawl_has_read_every_kind_of_page_of_every_client(demo: list[Said]) -> None:
    for client in CLIENTS:
        said = [one for one in demo if one.place.client_name == client.name]
        pages = {one.path.split(f"/{one.place.client_slug}/")[-1] for one in said}
        assert {"", "systems/", "incidents/", "agreement/"} <= pages
        assert sum(one.startswith("systems/") for one in pages) == 1 + len(client.systems)
        assert len([one for one in said if promises(one)]) > 30, "a portal that promises nothing was not read"


def test_what_runs_is_held_against_its_clocks(demo: list[Said]) -> None:
    place = place_of(demo, "Norvik Outdoor")
    with tenant_scope(place.agency_id, actor=owner_of(place)):
        system = next(row for row in terms_of(place).systems if row.name == "Product search")
        row = incidents.open_incident(system_id=system.id, title="Empty results", severity="critical", source="staff")
        incidents.acknowledge(incident_id=row.id)
        incidents.post_update(incident_id=row.id, body="Searches find nothing. Next news within 30 minutes.")
        incidents.pause(incident_id=row.id, party="client", reason="Which shops see it?")
    everything = everything_said()
    found = found_in(everything)
    assert not found, report(found)
    assert any(one.text.startswith("Next news within") and promises(one) for one in everything)


def owner_of(place: PortalPlace) -> Actor:
    email = "maya@brightloop.example" if place.agency_slug == "brightloop-ai" else "harriet@harborfinch.example"
    return Actor("user", User.objects.get(email=email).id, "owner")


# --- It can fail ---------------------------------------------------------------------------------------------------


def test_a_target_that_is_another_than_the_page_says_is_reported(demo: list[Said]) -> None:
    place = place_of(demo, "Lumen Dental Group")
    terms = terms_of(place)
    version = terms.versions["Appointment voice agent"]
    first = next(
        row for row in terms.targets[version.id] if (row.metric, row.severity) == ("first_response", "critical")
    )
    first.seconds += 60
    found = [fault for said in demo if said.place == place and promises(said) and (fault := judge(said, terms))]
    assert ("Critical 30 min", "[1860]") in {(one.text, one.advice.split(": ")[-1].split(" ")[0]) for one in found}


@pytest.mark.parametrize(
    "text", ["We retrain your model every week", "You get a new model every month", "One full retrain a week"]
)
def test_a_plan_that_says_what_nothing_does_is_reported(text: str, demo: list[Said]) -> None:
    place = place_of(demo, "Norvik Outdoor")
    with tenant_scope(place.agency_id):
        TierInclusion.objects.filter(code="retraining", tier__slug="monthly-retraining").update(text=text)
    found = [one for one in found_in(everything_said()) if one.text == text]
    assert [one.path for one in found] == ["/p/brightloop-ai/norvik-outdoor/agreement/"]


def test_a_sentence_that_no_row_obliges_is_reported(demo: list[Said], monkeypatch: pytest.MonkeyPatch) -> None:
    # All at once: each is judged by itself, and reading every portal takes a second.
    monkeypatch.setattr("retainer.portal.standing.verdict", lambda *_, **__: " ".join(OBLIGED_BY_NOTHING))
    everywhere = {place.client_slug for place in {said.place for said in demo}}
    reported = found_in(everything_said())
    with Matrix() as matrix:
        for text in OBLIGED_BY_NOTHING:
            with matrix.case(text):
                found = [one for one in reported if one.text == text]
                assert {one.path.split("/")[3] for one in found} == everywhere
                assert {one.advice for one in found} == {NO_ROW}


OBLIGED_BY_NOTHING = [
    "Your model is retrained tonight.",
    "We call you within five minutes.",
    "Somebody is reachable 24/7.",
    "The monthly report will reach you on Friday.",
    "Your next strategy session is on Tuesday.",
    "We check every minute.",
    "Uptime is at least 99.99 %.",
]


@pytest.mark.parametrize(
    ("severity", "text", "holds"),
    [
        ("critical", "Next news within 30 minutes.", True),
        ("critical", "Next news within 10 minutes.", False),
        ("high", "Next news within 30 minutes.", False),
        ("high", "We write again by noon.", False),
        ("high", "We tell you as soon as it ends.", False),
    ],
)
def test_an_update_may_name_the_time_that_its_clock_holds(
    severity: str, text: str, holds: bool, demo: list[Said]
) -> None:
    place = place_of(demo, "Norvik Outdoor")
    with tenant_scope(place.agency_id, actor=owner_of(place)):
        system = next(row for row in terms_of(place).systems if row.name == "Product search")
        row = incidents.open_incident(system_id=system.id, title="Empty results", severity=severity, source="staff")
        incidents.post_update(incident_id=row.id, body=f"Searches find nothing. {text}")
    terms = terms_of(place)
    said = Said(place, "UTC", f"/p/brightloop-ai/norvik-outdoor/incidents/{row.number}/", text)
    assert promises(said)
    assert (judge(said, terms) is None) is holds


def test_no_message_that_is_written_already_names_a_time() -> None:
    assert not [str(text) for _label, text in TEMPLATES.values() if rules.WHEN.search(str(text))]


def test_a_plan_without_limits_promises_no_alerts_on_them(demo: list[Said]) -> None:
    place = place_of(demo, "Cascade Freight")
    terms: Terms = terms_of(place)
    terms.limits.clear()
    said = [one for one in demo if one.place == place and one.path.endswith("/agreement/") and promises(one)]
    found = {one.text for one in (judge(one, terms) for one in said) if one}
    assert "Alerts on agreed thresholds" in found


def test_what_nobody_sees_is_not_read() -> None:
    page = read("<p>One <b>full</b> retrain<script>We promise</script></p><template>Every day</template>")
    assert [text for text, *_under in page.said] == ["One full retrain"]
