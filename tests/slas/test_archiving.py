"""Policies and calendars leave the shelf when nothing relies on them, and then never warn or escalate (S45)."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from agreements import selectors as agreements
from agreements import services as agreement_services
from agreements.models import CoveredSystem, Retainer
from core.errors import Conflict, DomainError, NotFound
from core.models import OutboxEvent
from incidents import services as incidents
from slas import selectors, services
from slas.models import Policy
from slas.policies.share_locks import offered_calendars, offered_policies
from tests.cast import AgencyFixture, Cast, random_id
from tests.incidents.scenario import IncidentScenario
from tests.slas.scenario import HOUR, SUBJECT, SlaScenario, sweep, utc
from tests.together import conflicts, together

NOON = "2026-06-01 12:00"


@pytest.fixture
def desk(cast: Cast) -> SlaScenario:
    return SlaScenario(cast.north, {"first_response": HOUR, "resolution": 4 * HOUR})


def archive(desk: SlaScenario, moment: str = NOON) -> Policy:
    with desk.at(moment):
        return services.archive_policy(policy_id=desk.policy.policy_id)


def offered(house: AgencyFixture) -> set[str]:
    with house.scope():
        return {version.policy.slug for version in selectors.latest_policy_versions()}


# --- what keeps a policy on the shelf --------------------------------------------------------------------------------


def test_s45_a_policy_under_which_a_clock_runs_cannot_be_archived(desk: SlaScenario) -> None:
    subject = desk.start("2026-06-01 08:00")
    with pytest.raises(Conflict, match="2 clocks still run"):
        archive(desk)
    desk.record(subject, "satisfy", "2026-06-01 08:10", metrics=["first_response"])
    with pytest.raises(Conflict, match="1 clock still runs"):
        archive(desk)
    desk.record(subject, "cancel", "2026-06-01 08:20")
    assert archive(desk).archived_at == utc(NOON)


def test_s45_a_missed_clock_that_still_runs_keeps_it_too(desk: SlaScenario) -> None:
    desk.start("2026-06-01 08:00")
    sweep("2026-06-02 15:00")
    with pytest.raises(Conflict, match="2 clocks"):
        archive(desk, "2026-06-02 15:01")


def test_s45_a_policy_that_a_client_has_signed_cannot_be_archived_and_the_message_names_the_client(cast: Cast) -> None:
    ward = IncidentScenario(cast.north)
    with ward.at(NOON), pytest.raises(Conflict, match=ward.house.client.name):
        services.archive_policy(policy_id=ward.policy.policy_id)


def test_a_retainer_holds_it_until_its_last_day_is_over_in_its_own_zone_and_a_draft_never(cast: Cast) -> None:
    ward = IncidentScenario(cast.north)
    with ward.at(NOON):
        retainer = Retainer.objects.get()
        agreement_services.end_retainer(retainer_id=retainer.id, ends_on=date(2026, 7, 1))
    # In Berlin the day on which it ends begins at ten in the evening, UTC.
    with ward.at("2026-06-30 21:59"), pytest.raises(Conflict):
        services.archive_policy(policy_id=ward.policy.policy_id)
    with ward.at("2026-06-30 22:00"):
        assert services.archive_policy(policy_id=ward.policy.policy_id).archived_at is not None
        services.restore_policy(policy_id=ward.policy.policy_id)
        Retainer.objects.update(state="draft", ends_on=None)
        assert services.archive_policy(policy_id=ward.policy.policy_id).archived_at is not None


def test_a_draft_on_archived_terms_says_so_and_cannot_be_activated(cast: Cast) -> None:
    ward = IncidentScenario(cast.north)
    with ward.at(NOON):
        retainer = Retainer.objects.get()
        Retainer.objects.update(state="draft")
        services.archive_policy(policy_id=ward.policy.policy_id)
        item = next(one for one in agreements.activation_checklist(retainer.id) if one.code == "policy")
        assert (item.done, item.text) == (False, "Response times on offer instead of Priority, archived since")
        with pytest.raises(Conflict, match="Priority, archived since"):
            agreement_services.activate(retainer_id=retainer.id)
        services.restore_policy(policy_id=ward.policy.policy_id)
        assert agreement_services.activate(retainer_id=retainer.id).state == "active"


def test_a_retainer_that_was_over_does_not_come_back_to_archived_terms(cast: Cast) -> None:
    ward = IncidentScenario(cast.north)
    with ward.at(NOON):
        retainer = Retainer.objects.get()
        agreement_services.end_retainer(retainer_id=retainer.id, ends_on=date(2026, 6, 10))
    with ward.at("2026-06-20 12:00"):
        services.archive_policy(policy_id=ward.policy.policy_id)
        with pytest.raises(Conflict, match="“Priority” are archived"):
            agreement_services.end_retainer(retainer_id=retainer.id, ends_on=date(2027, 1, 1))
        # Its end may still be put right where it stays over.
        agreement_services.end_retainer(retainer_id=retainer.id, ends_on=date(2026, 6, 9))


HELD = {
    "Acme still has these": ["Acme"],
    "Acme and Borg still have these": ["Acme", "Borg"],
    "Acme, Borg and Cyan still have these": ["Acme", "Borg", "Cyan"],
    "Acme, Borg, Cyan and 1 more still have these": ["Acme", "Borg", "Cyan", "Dune"],
}


@pytest.mark.parametrize("said", HELD)
def test_three_are_named_and_the_rest_counted(desk: SlaScenario, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setattr("slas.archiving.holders_of", lambda _id: HELD[said])
    with pytest.raises(Conflict, match=said):
        archive(desk)


# --- S45: what is archived never escalates ---------------------------------------------------------------------------


def alarms(ward: IncidentScenario, incident: Any) -> int:
    with ward.house.scope():
        return OutboxEvent.objects.filter(name__startswith="slas.clock.", payload__subject_id=str(incident)).count()


def put_away(ward: IncidentScenario, moment: str = "2026-06-01 09:00") -> None:
    """Ends what was signed, and archives its policy."""
    with ward.at(moment):
        CoveredSystem.objects.all().delete()
        services.archive_policy(policy_id=ward.policy.policy_id)


def test_s45_what_is_archived_is_not_reopened_and_tells_nobody_however_late_it_gets(cast: Cast) -> None:
    ward = IncidentScenario(cast.north)
    incident = ward.held()
    sweep("2026-06-01 08:50")
    ward.do("resolve", incident, "2026-06-01 08:55", body="Done")
    put_away(ward)
    told = alarms(ward, incident)
    assert told > 0, "it had warned while it counted"
    # Within the days that the agreement gave for it: but its terms are of the past, and a new incident has others.
    with pytest.raises(Conflict, match="archived"):
        ward.do("reopen", incident, "2026-06-02 08:00", reason="Again")
    assert ward.row(incident).state == "resolved"
    assert sweep("2026-06-20 08:00").judged == 0
    assert alarms(ward, incident) == told


def test_s45_an_incident_that_began_before_has_no_promise_until_somebody_gives_it_one(cast: Cast) -> None:
    ward = IncidentScenario(cast.north)
    with ward.at("2026-06-01 08:00"):
        agreement_services.end_retainer(retainer_id=Retainer.objects.get().id, ends_on=date(2026, 6, 2))
    with ward.at("2026-06-03 08:00"):
        services.archive_policy(policy_id=ward.policy.policy_id)
        incident = incidents.open_incident(
            system_id=cast.north.system.id,
            title="Seen late",
            severity="high",
            source="staff",
            opened_at=utc("2026-06-01 09:00"),
        ).id
        assert list(selectors.clocks_of(SUBJECT, incident)) == []
        other = next(row for row in selectors.latest_policy_versions() if row.policy.slug == "standard")
        incidents.change_policy(incident_id=incident, policy_version_id=other.id)
        clocks = {row.metric: row for row in selectors.clocks_of(SUBJECT, incident)}
    assert {"first_response", "resolution"} <= set(clocks)
    assert clocks["resolution"].started_at == utc("2026-06-01 09:00")


def test_s45_restored_it_counts_again(cast: Cast) -> None:
    ward = IncidentScenario(cast.north)
    incident = ward.held()
    ward.do("resolve", incident, "2026-06-01 08:30", body="Done")
    with ward.at("2026-06-01 09:00"):
        CoveredSystem.objects.all().delete()
        services.archive_policy(policy_id=ward.policy.policy_id)
        services.restore_policy(policy_id=ward.policy.policy_id)
    ward.do("reopen", incident, "2026-06-02 08:00", reason="Again")
    assert ward.states(incident)["resolution"] == "running"


def test_s45_a_start_under_an_archived_version_promises_nothing(desk: SlaScenario) -> None:
    archive(desk)
    subject = desk.start("2026-06-01 13:00")
    with desk.house.scope():
        assert list(selectors.clocks_of(SUBJECT, subject)) == []


# --- what is archived is offered to nobody ---------------------------------------------------------------------------


def test_an_archived_policy_stands_in_no_choice_and_restoring_brings_it_back(desk: SlaScenario) -> None:
    slug = desk.policy.policy.slug
    assert slug in offered(desk.house)
    archive(desk)
    assert slug not in offered(desk.house)
    with desk.at(NOON):
        assert [row.slug for row in selectors.policies(archived=True)] == [slug]
        services.restore_policy(policy_id=desk.policy.policy_id)
    assert slug in offered(desk.house)


def test_nobody_signs_what_was_archived_while_the_form_was_open(cast: Cast) -> None:
    ward = IncidentScenario(cast.north)
    desk = SlaScenario(cast.north, {"first_response": HOUR})
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
    ward = IncidentScenario(cast.north)
    incident = ward.unsigned()
    desk = SlaScenario(cast.north, {"first_response": HOUR})
    archive(desk)
    with ward.at(NOON), pytest.raises(Conflict, match="archived"):
        incidents.change_policy(incident_id=incident, policy_version_id=desk.policy.id)


def test_an_archived_policy_gets_no_new_version(desk: SlaScenario) -> None:
    archive(desk)
    target = {"severity": "high", "metric": "resolution", "seconds": HOUR, "calendar_version_id": desk.calendar.id}
    with desk.at(NOON), pytest.raises(Conflict, match="Restore them first"):
        services.new_policy_version(policy_id=desk.policy.policy_id, targets=[target])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(5))
def test_activating_and_archiving_at_the_same_moment_never_both_happen(committed_cast: Cast, attempt: int) -> None:
    ward = IncidentScenario(committed_cast.north)
    with ward.at(NOON):
        Retainer.objects.update(state="draft")
        retainer = Retainer.objects.get()

    def activate() -> None:
        with ward.at(NOON):
            agreement_services.activate(retainer_id=retainer.id)

    def put_away_at_once() -> None:
        with ward.at(NOON):
            services.archive_policy(policy_id=ward.policy.policy_id)

    results = together(activate, put_away_at_once)
    assert conflicts(results) == 1, results
    with ward.house.scope():
        active = Retainer.objects.get().state == "active"
        archived = Policy.objects.get(id=ward.policy.policy_id).archived_at is not None
    assert active is not archived


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(5))
def test_s45_a_promise_that_starts_as_its_policy_is_archived_keeps_it_or_does_not_start(
    committed_cast: Cast, attempt: int
) -> None:
    desk = SlaScenario(committed_cast.north, {"first_response": HOUR})
    subject = random_id()
    results = together(lambda: desk.start(NOON, subject), lambda: archive(desk))
    with desk.house.scope():
        started = len(selectors.clocks_of(SUBJECT, subject))
        archived = Policy.objects.get(id=desk.policy.policy_id).archived_at is not None
    assert (started, archived, conflicts(results)) in {(1, False, 1), (0, True, 0)}


@pytest.mark.django_db(transaction=True)
def test_s45_whoever_archives_waits_for_what_starts_and_then_counts_it(committed_cast: Cast) -> None:
    desk = SlaScenario(committed_cast.north, {"first_response": HOUR})
    begun, go_on = threading.Event(), threading.Event()

    def start_slowly() -> None:
        with desk.at(NOON), transaction.atomic():
            desk_start: dict[str, Any] = {
                "severity": "high",
                "policy_version_id": desk.policy.id,
                "started_at": utc(NOON),
            }
            services.start_clocks(
                subject_type=SUBJECT, subject_id=random_id(), client_id=desk.house.client.id, **desk_start
            )
            begun.set()
            go_on.wait(5)

    def archive_meanwhile() -> Policy:
        begun.wait(5)
        threading.Timer(0.5, go_on.set).start()
        return archive(desk)

    results = together(start_slowly, archive_meanwhile)
    assert conflicts(results) == 1
    assert "1 clock still runs" in str(results[1])


# --- once is enough, and it is written down --------------------------------------------------------------------------


def test_archiving_and_restoring_twice_is_written_down_once(desk: SlaScenario) -> None:
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


def test_the_stranger_cannot_archive_ours(cast: Cast, desk: SlaScenario) -> None:
    with cast.south.scope(), pytest.raises(NotFound):
        services.archive_policy(policy_id=desk.policy.policy_id)


def test_what_another_agency_offers_is_on_offer_to_nobody_here(cast: Cast, desk: SlaScenario) -> None:
    with cast.north.scope():
        assert offered_policies([desk.policy.id, random_id()]) == {desk.policy.id}
        assert offered_calendars([desk.calendar.id, random_id()]) == {desk.calendar.id}
    with cast.south.scope():
        assert offered_policies([desk.policy.id]) == set()
        assert offered_calendars([desk.calendar.id]) == set()


# --- calendars -------------------------------------------------------------------------------------------------------


def test_a_calendar_stays_while_response_times_on_offer_count_in_it(desk: SlaScenario) -> None:
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


def test_a_policy_does_not_come_back_into_hours_that_are_archived(desk: SlaScenario) -> None:
    archive(desk)
    with desk.at(NOON):
        services.archive_calendar(calendar_id=desk.calendar.calendar_id)
        with pytest.raises(Conflict, match=desk.calendar.calendar.name):
            services.restore_policy(policy_id=desk.policy.policy_id)
        services.restore_calendar(calendar_id=desk.calendar.calendar_id)
        assert services.restore_policy(policy_id=desk.policy.policy_id).archived_at is None


def test_nobody_promises_in_hours_that_are_archived(desk: SlaScenario) -> None:
    with desk.at(NOON):
        spare = services.create_calendar(name="Spare", spec="24x7")
        services.archive_calendar(calendar_id=spare.calendar_id)
        target = {"severity": "high", "metric": "resolution", "seconds": HOUR, "calendar_version_id": spare.id}
        with pytest.raises(DomainError) as refused:
            services.create_policy(name="In spare hours", targets=[target])
        assert refused.value.field == "calendar_high"


def test_hours_of_an_older_version_do_not_hold_a_calendar_and_go_on_counting(desk: SlaScenario) -> None:
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
