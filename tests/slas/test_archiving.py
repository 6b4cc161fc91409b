"""Policies and calendars leave the shelf when nothing relies on them, and then never warn or escalate (S45)."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client

from agreements import selectors as agreements
from agreements import services as agreement_services
from agreements.models import CoveredSystem, Retainer
from core.access.roles import Role
from core.errors import Conflict, DomainError, NotFound
from incidents import services as incidents
from slas import ledger, selectors, services
from slas.models import Policy
from tests.api.support import call, token_of
from tests.cast import Cast, House, random_id
from tests.incidents.ward import Ward
from tests.slas.desk import HOUR, SUBJECT, Desk, sweep, utc
from tests.together import conflicts, together

NOON = "2026-06-01 12:00"


@pytest.fixture
def desk(cast: Cast) -> Desk:
    return Desk(cast.north, {"first_response": HOUR, "resolution": 4 * HOUR})


def archive(desk: Desk, moment: str = NOON) -> Policy:
    with desk.at(moment):
        return services.archive_policy(policy_id=desk.policy.policy_id)


def offered(house: House) -> set[str]:
    with house.scope():
        return {version.policy.slug for version in selectors.latest_policy_versions()}


# --- what keeps a policy on the shelf --------------------------------------------------------------------------------


def test_s45_a_policy_under_which_a_clock_runs_cannot_be_archived(desk: Desk) -> None:
    subject = desk.start("2026-06-01 08:00")
    with pytest.raises(Conflict, match="2 clocks still run"):
        archive(desk)
    desk.record(subject, "satisfy", "2026-06-01 08:10", metrics=["first_response"])
    with pytest.raises(Conflict, match="1 clock still runs"):
        archive(desk)
    desk.record(subject, "cancel", "2026-06-01 08:20")
    assert archive(desk).archived_at == utc(NOON)


def test_s45_a_missed_clock_that_still_runs_keeps_it_too(desk: Desk) -> None:
    desk.start("2026-06-01 08:00")
    sweep("2026-06-02 15:00")
    with pytest.raises(Conflict, match="2 clocks"):
        archive(desk, "2026-06-02 15:01")


def test_s45_a_policy_that_a_client_has_signed_cannot_be_archived_and_the_message_names_the_client(cast: Cast) -> None:
    ward = Ward(cast.north)
    with ward.at(NOON), pytest.raises(Conflict, match=ward.house.client.name):
        services.archive_policy(policy_id=ward.policy.policy_id)


def test_a_draft_holds_it_and_a_retainer_that_is_over_does_not(cast: Cast) -> None:
    ward = Ward(cast.north)
    with ward.at(NOON):
        retainer = Retainer.objects.get()
        agreement_services.end_retainer(retainer_id=retainer.id, ends_on=date(2026, 7, 1))
    # In Berlin the day on which it ends begins at ten in the evening, UTC.
    with ward.at("2026-06-30 21:59"), pytest.raises(Conflict):
        services.archive_policy(policy_id=ward.policy.policy_id)
    with ward.at("2026-06-30 22:00"):
        Retainer.objects.update(state="draft", ends_on=None)
        with pytest.raises(Conflict):
            services.archive_policy(policy_id=ward.policy.policy_id)
        Retainer.objects.update(state="ending", ends_on=date(2026, 7, 1))
        assert services.archive_policy(policy_id=ward.policy.policy_id).archived_at is not None


HELD = {
    "Acme still has these": ["Acme"],
    "Acme and Borg still have these": ["Acme", "Borg"],
    "Acme, Borg and Cyan still have these": ["Acme", "Borg", "Cyan"],
    "Acme, Borg, Cyan and 1 more still have these": ["Acme", "Borg", "Cyan", "Dune"],
}


@pytest.mark.parametrize("said", HELD)
def test_three_are_named_and_the_rest_counted(desk: Desk, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setattr("slas.services.archiving.holders_of", lambda _id: HELD[said])
    with pytest.raises(Conflict, match=said):
        archive(desk)


# --- S45: what is archived never escalates ---------------------------------------------------------------------------


def test_s45_what_is_archived_starts_no_clock_and_tells_nobody_whatever_happens_later(cast: Cast) -> None:
    ward = Ward(cast.north)
    incident = ward.held()
    ward.do("resolve", incident, "2026-06-01 08:30", body="Done")
    with ward.at("2026-06-01 09:00"):
        CoveredSystem.objects.all().delete()
        services.archive_policy(policy_id=ward.policy.policy_id)
    told = ward.told(incident)
    # Opened again within the days that the agreement gave for it: its terms are of the past, and stay there.
    ward.do("reopen", incident, "2026-06-02 08:00", reason="Again")
    ward.do("change_severity", incident, "2026-06-02 08:10", severity="critical")
    assert set(ward.states(incident).values()) <= {"met", "cancelled", "breached"}
    assert sweep("2026-06-20 08:00").judged == 0
    assert [name for name in ward.told(incident) if name.startswith("slas.")] == [
        name for name in told if name.startswith("slas.")
    ]


def test_s45_restored_it_counts_again(cast: Cast) -> None:
    ward = Ward(cast.north)
    incident = ward.held()
    ward.do("resolve", incident, "2026-06-01 08:30", body="Done")
    with ward.at("2026-06-01 09:00"):
        CoveredSystem.objects.all().delete()
        services.archive_policy(policy_id=ward.policy.policy_id)
        services.restore_policy(policy_id=ward.policy.policy_id)
    ward.do("reopen", incident, "2026-06-02 08:00", reason="Again")
    assert ward.states(incident)["resolution"] == "running"


def test_s45_a_start_under_an_archived_version_promises_nothing(desk: Desk) -> None:
    archive(desk)
    subject = desk.start("2026-06-01 13:00")
    with desk.house.scope():
        assert list(selectors.clocks_of(SUBJECT, subject)) == []


# --- what is archived is offered to nobody ---------------------------------------------------------------------------


def test_an_archived_policy_stands_in_no_choice_and_restoring_brings_it_back(desk: Desk) -> None:
    slug = desk.policy.policy.slug
    assert slug in offered(desk.house)
    archive(desk)
    assert slug not in offered(desk.house)
    with desk.at(NOON):
        assert [row.slug for row in selectors.policies(archived=True)] == [slug]
        services.restore_policy(policy_id=desk.policy.policy_id)
    assert slug in offered(desk.house)


def test_nobody_signs_what_was_archived_while_the_form_was_open(cast: Cast) -> None:
    ward = Ward(cast.north)
    desk = Desk(cast.north, {"first_response": HOUR})
    archive(desk)
    with ward.at(NOON):
        row = Retainer.objects.get()
        Retainer.objects.update(state="draft")
        with pytest.raises(Conflict) as refused:
            agreement_services.cover_system(
                retainer_id=row.id, system_id=cast.north.system.id, policy_version_id=desk.policy.id
            )
        assert refused.value.field == "policy_version_id"
        with pytest.raises(NotFound):
            services.version_to_sign(random_id())


def test_no_incident_moves_to_archived_terms(cast: Cast) -> None:
    ward = Ward(cast.north)
    incident = ward.held()
    desk = Desk(cast.north, {"first_response": HOUR})
    archive(desk)
    with ward.at(NOON), pytest.raises(Conflict, match="archived"):
        incidents.change_policy(incident_id=incident, policy_version_id=desk.policy.id)


def test_an_archived_policy_gets_no_new_version(desk: Desk) -> None:
    archive(desk)
    target = {"severity": "high", "metric": "resolution", "seconds": HOUR, "calendar_version_id": desk.calendar.id}
    with desk.at(NOON), pytest.raises(Conflict, match="Restore them first"):
        services.new_policy_version(policy_id=desk.policy.policy_id, targets=[target])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(5))
def test_signing_and_archiving_at_the_same_moment_never_both_happen(committed_cast: Cast, attempt: int) -> None:
    house = committed_cast.north
    desk = Desk(house, {"first_response": HOUR})
    with desk.at(NOON):
        agreement_services.install_catalogue()
        retainer = agreement_services.create_retainer(
            client_id=house.client.id, tier_id=_tier(), starts_on=date(2026, 7, 1), **_DRAFT
        )

    def sign() -> None:
        with desk.at(NOON):
            agreement_services.cover_system(
                retainer_id=retainer.id, system_id=house.system.id, policy_version_id=desk.policy.id
            )

    results = together(sign, lambda: archive(desk))
    assert conflicts(results) == 1, results
    with house.scope():
        signed = CoveredSystem.objects.filter(policy_version_id=desk.policy.id).exists()
        archived = Policy.objects.get(id=desk.policy.policy_id).archived_at is not None
    assert signed is not archived


_DRAFT: dict[str, Any] = {
    "name": "Draft",
    "price_minor": 40_000,
    "currency": "EUR",
    "hours_minutes": 60,
    "time_zone": "Europe/Berlin",
    "price_reason": "agreed",
}


def _tier() -> Any:
    return agreements.tiers()[0].id


# --- once is enough, and it is written down --------------------------------------------------------------------------


def test_archiving_and_restoring_twice_is_written_down_once(desk: Desk) -> None:
    archive(desk)
    assert archive(desk, "2026-06-01 13:00").archived_at == utc(NOON)
    assert desk.audited("slas.policy.archived") == 1
    with desk.at("2026-06-01 14:00"):
        for _again in range(2):
            services.restore_policy(policy_id=desk.policy.policy_id)
    assert desk.audited("slas.policy.restored") == 1


@pytest.mark.parametrize(
    "act", [services.archive_policy, services.restore_policy], ids=["archive a policy", "restore a policy"]
)
def test_what_is_not_there_is_not_found(cast: Cast, act: Any) -> None:
    with cast.north.scope(), pytest.raises(NotFound):
        act(policy_id=random_id())


def test_the_stranger_cannot_archive_ours(cast: Cast, desk: Desk) -> None:
    with cast.south.scope(), pytest.raises(NotFound):
        services.archive_policy(policy_id=desk.policy.policy_id)


# --- calendars -------------------------------------------------------------------------------------------------------


def test_a_calendar_stays_while_response_times_on_offer_count_in_it(desk: Desk) -> None:
    with desk.at(NOON), pytest.raises(Conflict, match=desk.policy.policy.name):
        services.archive_calendar(calendar_id=desk.calendar.calendar_id)
    archive(desk)
    with desk.at(NOON):
        assert services.archive_calendar(calendar_id=desk.calendar.calendar_id).archived_at == utc(NOON)
        names = [version.calendar.name for version in selectors.latest_calendar_versions()]
        assert desk.calendar.calendar.name not in names
        assert [row.id for row in selectors.calendars(archived=True)] == [desk.calendar.calendar_id]
        services.restore_calendar(calendar_id=desk.calendar.calendar_id)
        assert list(selectors.calendars(archived=True)) == []


def test_hours_of_an_older_version_do_not_hold_a_calendar_and_go_on_counting(desk: Desk) -> None:
    subject = desk.start("2026-06-01 08:00")
    due = desk.clock(subject).due_at
    with desk.at(NOON):
        other = services.create_calendar(name="Other hours", spec={"zone": "UTC", "always": True})
        target = {"severity": "high", "metric": "resolution", "seconds": HOUR, "calendar_version_id": other.id}
        services.new_policy_version(policy_id=desk.policy.policy_id, targets=[target])
        services.archive_calendar(calendar_id=desk.calendar.calendar_id)
    sweep("2026-06-01 12:30")
    assert desk.clock(subject).due_at == due
    later = desk.start("2026-06-02 08:00")
    assert desk.clock(later).due_at == utc("2026-06-02 12:00"), "who signed the older version has its hours"


# --- other words for the same promises -------------------------------------------------------------------------------


def test_another_name_changes_no_byte_of_what_was_promised(desk: Desk) -> None:
    subject = desk.start("2026-06-01 08:00")
    sweep("2026-06-01 12:30")
    with desk.at(NOON):
        before = json.dumps(ledger.time_by_side([desk.clock(subject)], utc(NOON)), sort_keys=True, default=str)
        row = services.update_policy(policy_id=desk.policy.policy_id, name="  Gold   plus ", description=" Better ")
        assert (row.name, row.description, row.slug) == ("Gold plus", "Better", desk.policy.policy.slug)
        calendar = services.update_calendar(calendar_id=desk.calendar.calendar_id, name="Daytime")
        assert (calendar.name, calendar.slug) == ("Daytime", desk.calendar.calendar.slug)
        after = json.dumps(ledger.time_by_side([desk.clock(subject)], utc(NOON)), sort_keys=True, default=str)
    assert before == after


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_name_that_is_none_is_refused(desk: Desk, name: str) -> None:
    with desk.at(NOON), pytest.raises(DomainError) as refused:
        services.update_policy(policy_id=desk.policy.policy_id, name=name, description="")
    assert refused.value.field == "name"


def test_two_of_one_name_are_refused_though_one_be_archived(desk: Desk) -> None:
    archive(desk)
    with desk.at(NOON):
        other = desk.new_policy({"resolution": HOUR})
        taken = desk.policy.policy.name.upper()
        with pytest.raises(DomainError, match="perhaps an archived one"):
            services.update_policy(policy_id=other.policy_id, name=taken, description="")
        # Its own name in other letters is no second one.
        assert services.update_policy(policy_id=other.policy_id, name=other.policy.name.upper(), description="")


# --- pages and programs ----------------------------------------------------------------------------------------------


def page(house: House, who: str, path: str, method: str = "get", **data: str) -> Any:
    client = Client()
    client.force_login(getattr(house, who))
    return getattr(client, method)(f"/a/{house.agency.slug}/settings/response-times/{path}", data, follow=True)


def test_a_page_archives_says_so_and_restores(desk: Desk) -> None:
    slug = desk.policy.policy.slug
    shown = page(desk.house, "owner", f"{slug}/")
    assert f"Archive {desk.policy.policy.name}?" in shown.content.decode()
    shown = page(desk.house, "owner", f"{slug}/archive/", "post").content.decode()
    assert "It is offered to nobody, and nothing counts under it." in shown
    assert "New version" not in shown
    listed = page(desk.house, "owner", "").content.decode()
    assert f"/{slug}/restore/" in listed
    shown = page(desk.house, "owner", f"{slug}/restore/", "post").content.decode()
    assert "Restored." in shown
    assert "New version" in shown


def test_the_page_says_who_still_has_it(cast: Cast) -> None:
    ward = Ward(cast.north)
    shown = page(cast.north, "owner", "priority/archive/", "post").content.decode()
    assert f"{ward.house.client.name} still has these response times." in shown
    assert "Archived." not in shown


def test_the_page_renames_and_keeps_what_was_typed_where_it_cannot(desk: Desk) -> None:
    with desk.at(NOON):
        other = desk.new_policy({"resolution": HOUR})
    slug = desk.policy.policy.slug
    shown = page(desk.house, "owner", f"{slug}/rename/", "post", name=other.policy.name, description="Kept")
    assert "There is one of this name already" in shown.content.decode()
    assert "Kept" in shown.content.decode()
    shown = page(desk.house, "owner", f"{slug}/rename/", "post", name="Gold", description="Best")
    assert "<h1>Gold</h1>" in shown.content.decode()


@pytest.mark.parametrize("path", ["archive/", "restore/"])
def test_who_may_only_look_cannot(desk: Desk, path: str) -> None:
    shown = page(desk.house, Role.VIEWER, f"{desk.policy.policy.slug}/{path}", "post")
    assert shown.status_code == 403


def test_a_program_archives_lists_and_restores(desk: Desk) -> None:
    token = token_of(desk.house)
    where = f"policies/{desk.policy.policy_id}"
    assert call("post", f"{where}/archive/", token, {}).status_code == 200
    listed = json.loads(call("get", "policies/", token, archived="true").content)["results"]
    assert [row["id"] for row in listed] == [str(desk.policy.policy_id)]
    assert json.loads(call("get", "policies/", token).content)["results"] == []
    assert json.loads(call("post", f"{where}/restore/", token, {}).content)["archived_at"] is None
    renamed = json.loads(call("patch", f"{where}/", token, {"name": "Gold"}).content)
    assert (renamed["name"], renamed["slug"]) == ("Gold", desk.policy.policy.slug)
    assert call("patch", f"{where}/", token, {}).status_code == 400


def test_a_program_is_told_who_still_has_it(cast: Cast) -> None:
    ward = Ward(cast.north)
    answer = call("post", f"policies/{ward.policy.policy_id}/archive/", token_of(cast.north), {})
    assert answer.status_code == 409
    assert ward.house.client.name in answer.content.decode()
