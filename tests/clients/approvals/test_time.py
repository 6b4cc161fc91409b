"""Who does not answer is reminded three times; what has a last moment is over then, also while the page is open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clients.approvals.due import remind_or_expire_due
from clients.approvals.services import withdraw
from clients.models import Client
from clients.services import go_live
from core import clock
from core.errors import Conflict, DomainError
from tests.clients.approvals.scenario import ApprovalScenario

START = datetime(2026, 6, 1, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def gone_live(asking: ApprovalScenario) -> None:
    """Only who gets mail is reminded."""
    with clock.at(START), asking.house.scope():
        go_live(client_id=asking.house.client.id)


def pass_days(asking: ApprovalScenario, days: int) -> int:
    """Works off what is due, once a day."""
    done = 0
    for day in range(1, days + 1):
        with clock.at(START + timedelta(days=day)):
            done += remind_or_expire_due()
    return done


def test_three_reminders_each_three_days_after_the_last(asking: ApprovalScenario) -> None:
    with clock.at(START):
        row = asking.ask()
    assert pass_days(asking, 30) == 3
    assert asking.acts(row) == ["asked", "reminded", "reminded", "reminded"]
    assert (asking.row(row.id).state, asking.row(row.id).next_due_at) == ("open", None)


def test_its_time_ends_it_and_nobody_is_reminded_after(asking: ApprovalScenario) -> None:
    with clock.at(START):
        row = asking.ask(expires_at=START + timedelta(days=5))
    pass_days(asking, 10)
    assert asking.acts(row) == ["asked", "reminded", "expired"]
    assert asking.row(row.id).state == "expired"


def test_nobody_decides_after_the_time_although_nothing_has_ended_it_yet(asking: ApprovalScenario) -> None:
    with clock.at(START):
        row = asking.ask(expires_at=START + timedelta(hours=1))
    with clock.at(START + timedelta(hours=1)), pytest.raises(Conflict, match="time to answer is over"):
        asking.decide(row)
    with clock.at(START + timedelta(minutes=59)):
        assert asking.decide(row).state == "approved"


def test_nobody_is_reminded_of_what_is_decided(asking: ApprovalScenario) -> None:
    with clock.at(START):
        row = asking.decide(asking.ask())
    assert pass_days(asking, 10) == 0
    assert asking.acts(row) == ["asked", "approved"]


@pytest.mark.parametrize("days", [-1, 0, 400])
def test_its_time_comes_and_lasts_a_year_at_most(asking: ApprovalScenario, days: int) -> None:
    with clock.at(START), pytest.raises(DomainError) as refused:
        asking.ask(expires_at=START + timedelta(days=days))
    assert refused.value.field == "expires_at"


def test_nobody_is_said_to_be_reminded_who_gets_no_mail(asking: ApprovalScenario) -> None:
    with clock.at(START), asking.house.scope():
        Client.objects.filter(id=asking.house.client.id).update(live_at=None)
    with clock.at(START):
        row = asking.ask(expires_at=START + timedelta(days=8))
    pass_days(asking, 10)
    assert asking.acts(row) == ["asked", "expired"]


def test_and_is_once_the_agency_has_gone_live_with_them(asking: ApprovalScenario) -> None:
    with asking.house.scope():
        Client.objects.filter(id=asking.house.client.id).update(live_at=None)
    with clock.at(START):
        row = asking.ask()
    pass_days(asking, 7)
    with clock.at(START + timedelta(days=7)), asking.house.scope():
        go_live(client_id=asking.house.client.id)
    assert pass_days(asking, 30) == 3
    assert asking.acts(row) == ["asked", "reminded", "reminded", "reminded"]


def test_what_is_past_its_time_and_still_open_can_be_withdrawn_and_replaced(asking: ApprovalScenario) -> None:
    for day in (0, 4):
        with clock.at(START + timedelta(days=day)):
            first = asking.ask(expires_at=START + timedelta(days=day + 1))
        with clock.at(START + timedelta(days=day + 2)):
            second = asking.ask()
            with asking.house.scope():
                withdraw(approval_id=second.id)
        assert (asking.row(first.id).state, asking.row(second.id).state) == ("superseded", "withdrawn")
    with clock.at(START):
        third = asking.ask(expires_at=START + timedelta(days=1))
    with clock.at(START + timedelta(days=2)), asking.house.scope():
        assert withdraw(approval_id=third.id).state == "withdrawn"
