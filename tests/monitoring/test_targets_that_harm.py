"""X26 for probes: no inner address at save, none at use; whatever some targets do, no other check is later by a
second, and memory stays where it was."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest

from core import clock
from core.clock import now
from core.errors import DomainError
from core.ids import uuid7
from monitoring.checks import services
from monitoring.models import Check
from monitoring.polling.prober import probe_round
from tests.cast import AgencyFixture, Cast
from tests.core.net.lab import Script, Wire, raw, says
from tests.core.net.test_addresses import SPELLINGS, UNREADABLE
from tests.core.net.test_at_use import INNER, INNER_V6
from tests.core.net.test_at_use import SPELLINGS as LOOPBACK
from tests.core.net.test_servers_that_misbehave import BROKEN, FLOODS, LATE

EVERY_BAD_ADDRESS = [*SPELLINGS, *INNER, *INNER_V6, *(url for urls in UNREADABLE.values() for url in urls)]
JSON = "Content-Type: application/json"
# Answers that arrive whole and cannot be read.
UNREAD: dict[str, Script] = {
    "no JSON": says(b"{half"),
    "NaN": says(b'{"rate": NaN}', JSON),
    "infinity": says(b'{"rate": 1e999, "x": Infinity}', JSON),
    "another charset": says('{"größe": 1}'.encode("utf-16"), "Content-Type: application/json; charset=utf-16"),
    "bytes that are no text": says(b'{"rate": "\xff\xfe\xfd"}', JSON),
    "nested without end": says(b"[" * 100_000 + b"]" * 100_000, JSON),
    "nothing": says(b""),
    "two numbers": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\n{}"),
}
HARM = {**LATE, **{name: script for name, (script, _class) in BROKEN.items()}, **FLOODS, **UNREAD}
MEBIBYTE = 1 << 20


@pytest.fixture
def house(cast: Cast) -> AgencyFixture:
    return cast.north


@pytest.mark.django_db
@pytest.mark.parametrize("url", EVERY_BAD_ADDRESS)
def test_x26_no_such_address_is_saved_with_a_check(house: AgencyFixture, url: str) -> None:
    with house.scope():
        with pytest.raises(DomainError) as refused:
            services.create_check(system_id=house.system.id, name="Inside", kind="http", url=url)
        assert refused.value.field == "url"
        assert not Check.objects.exists()


def watch(house: AgencyFixture, name: str, url: str, **more: Any) -> None:
    """A check of an address that was fine when it was saved."""
    values: dict[str, Any] = {"kind": "http_json", "metrics": [{"name": "rate"}], "timeout_ms": 2500} | more
    with house.scope():
        check = services.create_check(
            system_id=house.system.id, name=name, url="http://93.184.216.34/", interval_seconds=2_678_400, **values
        )
        Check.objects.filter(id=check.id).update(url=url)


def found(house: AgencyFixture) -> dict[str, Check]:
    with house.scope():
        return {check.name: check for check in Check.objects.all()}


@pytest.mark.django_db
def test_x26_no_spelling_of_an_inner_address_is_asked(house: AgencyFixture) -> None:
    with ExitStack() as open_ones:
        wire = serve(open_ones, says(b'{"rate": 1}'))
        urls = [f"http://{spelling}:{wire.port}/" for spelling in LOOPBACK] + [*INNER, *INNER_V6]
        for url in urls:
            watch(house, f"{uuid7()}", url)
        assert probe_round(seconds=5) == len(urls)
        assert wire.connections == 0
    for check in found(house).values():
        assert check.last_error in ("blocked", "dns", "refused"), check.url
        assert check.last_values == {}


def serve(open_ones: ExitStack, script: Script) -> Wire:
    wire = Wire(script)
    open_ones.callback(wire.close)
    return wire


@pytest.fixture
def harm(house: AgencyFixture) -> Iterator[dict[str, Wire]]:
    with ExitStack() as open_ones:
        wires = {name: serve(open_ones, script) for name, script in HARM.items()}
        for name, wire in wires.items():
            house.allow("127.0.0.1", wire.port)
            watch(house, name, wire.url)
        yield wires


@pytest.mark.django_db
def test_no_other_check_is_later_by_a_second(house: AgencyFixture, harm: dict[str, Wire]) -> None:
    with ExitStack() as open_ones:
        good = [serve(open_ones, says(b'{"rate": 0.9}')) for _server in range(40)]
        for number, wire in enumerate(good):
            house.allow("127.0.0.1", wire.port)
            watch(house, f"good {number}", wire.url)
        began = now()
        # Fewer places than checks, so that those that hang hold some of them while the others take turns.
        assert probe_round(seconds=20, size=len(HARM) + 8) == len(HARM) + len(good)
    checks = found(house)
    ends = [checks[f"good {number}"].last_finished_at for number in range(40)]
    late = [end - began for end in ends if end]
    assert len(late) == 40
    assert max(late) < timedelta(seconds=1)
    assert all(checks[f"good {number}"].last_values["rate"] == 0.9 for number in range(40))


@pytest.mark.django_db
def test_every_one_of_them_ends_in_a_class_and_in_no_value(house: AgencyFixture, harm: dict[str, Wire]) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    probe_round(seconds=20, size=100)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    checks = found(house)
    kept = {name: checks[name].last_values for name in harm if set(checks[name].last_values) - {"latency"}}
    assert kept == {}
    silent = {"NaN", "infinity", "nothing"} & {name for name in harm if not checks[name].last_error}
    # A number that is none is left out of an answer that can be read; everything else is an error of a class.
    assert silent <= {"infinity"}
    assert {checks[name].last_error for name in harm} <= {"", "timeout", "protocol", "decode", "too_large", "parse"}
    assert all("x" * 50 not in check.last_detail for check in checks.values())
    # All floods together, of hundreds of megabytes, cost less than one of them would.
    assert grown < 100 * MEBIBYTE


@pytest.mark.django_db
def test_a_second_round_finds_the_prober_as_good_as_new(house: AgencyFixture, harm: dict[str, Wire]) -> None:
    probe_round(seconds=20, size=100)
    with ExitStack() as open_ones:
        wire = serve(open_ones, says(b'{"rate": 0.9}'))
        house.allow("127.0.0.1", wire.port)
        watch(house, "good", wire.url)
        with clock.at(now() + timedelta(days=1, minutes=1)):
            probe_round(seconds=20, size=100)
    assert found(house)["good"].last_values["rate"] == 0.9
