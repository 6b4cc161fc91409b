"""Somebody who types an address sees what it answers before anything is saved, and picks the values from the answer."""

from __future__ import annotations

import base64
import json
import re
import time
import uuid
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse

from core.access.roles import Capability, Role, may
from core.models import AuditEvent
from core.net.client import fetch
from monitoring.checks import trying
from monitoring.checks.masking import masked
from monitoring.models import Check
from monitoring.probing.numbers import ALL_OF, MOST_NUMBERS, numbers_in
from monitoring.probing.parse import read
from tests.monitoring.scenario import MonitoringScenario, Target

SECRET = "Bearer very-secret-value-42"


@pytest.fixture
def owner(lab: MonitoringScenario) -> Browser:
    browser = Browser()
    browser.force_login(lab.house.owner)
    return browser


@pytest.fixture(autouse=True)
def nobody_is_left_waiting() -> Iterator[None]:
    """Whatever happened, the place of whoever waited for a target is free again."""
    yield
    assert trying._waiting == []


def typed(target: Target | None = None, **more: str) -> dict[str, str]:
    url = f"{target.url}/health" if target else ""
    return {"kind": "http_json", "url": url, "authorization": "", "timeout": "2 s"} | more


def new_address(lab: MonitoringScenario) -> str:
    house = lab.house
    return reverse("monitoring:test_new", args=[house.agency.slug, house.client.slug, house.system.slug])


def send(browser: Browser, address: str, form: dict[str, str]) -> str:
    response = browser.post(address, form, headers={"HX-Request": "true"})
    assert response.status_code in (200, 422), response.status_code
    return unescape(response.getvalue().decode())


def tried(browser: Browser, lab: MonitoringScenario, form: dict[str, str]) -> str:
    return send(browser, new_address(lab), form)


def paths(shown: str) -> list[str]:
    return re.findall(r'data-use-value="(.*?)" data-use-name', shown)


def test_the_answer_is_shown_with_each_number_that_could_be_read(
    lab: MonitoringScenario, owner: Browser, target: Target
) -> None:
    lab.house.allow(target.host, target.port)
    target.says(rate=0.71, stats={"errors": 3, "by day": [1, 2]}, name="bot", ok=True)
    shown = tried(owner, lab, typed(target))
    assert "It answered 200 in" in shown
    assert paths(shown) == ["rate", "stats.errors", 'stats."by day"[0]', 'stats."by day"[1]']
    assert '"name": "bot"' in shown
    with lab.at():
        assert not Check.objects.exists()


def test_lines_of_metrics_are_offered_with_their_labels(
    lab: MonitoringScenario, owner: Browser, target: Target
) -> None:
    lab.house.allow(target.host, target.port)
    target.body = (
        b'# HELP queue How many\n# TYPE queue gauge\nqueue{model="a"} 4\nqueue{model="b"} 5\nwait_bucket{le="1"} 2\n'
    )
    shown = tried(owner, lab, typed(target, kind="prometheus"))
    assert paths(shown) == ['queue{model="a"}', 'queue{model="b"}']
    assert re.findall(r'data-use-name="(\w+)"', shown) == ["a", "b"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("http_json", {"a": 1, "b c": {'d"e': [2, {"f": -3.5}]}, "é": 4, "_x": {"y": [[5]]}, "t": True, "n": None}),
        ("http_json", [{"a": 1}, 2]),
        ("http_json", 7),
        ("prometheus", 'up 1\nq{a="x\\"y",b="c\\\\d"} 2.5\nnothing NaN\nmany_total{code="200"} 1e3\n'),
    ],
)
def test_each_path_that_is_offered_reads_the_number_beside_it(kind: str, body: Any) -> None:
    written = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    found = numbers_in(ALL_OF + kind, written).values
    assert found
    for path, number in found.items():
        assert read(kind, [{"name": "x", "path": path}], written).values == {"x": number}


def test_at_most_two_hundred_numbers_are_shown(lab: MonitoringScenario, owner: Browser, target: Target) -> None:
    lab.house.allow(target.host, target.port)
    target.body = json.dumps(list(range(5000))).encode()
    shown = tried(owner, lab, typed(target))
    assert len(paths(shown)) == MOST_NUMBERS - 1 == 200
    assert "The first 200 are shown." in shown
    assert len(shown) < 200_000


def test_what_was_answered_is_shown_as_text_and_cut(lab: MonitoringScenario, owner: Browser, target: Target) -> None:
    lab.house.allow(target.host, target.port)
    target.body = b"<script>alert(1)</script>" + b"x" * 100_000
    response = owner.post(new_address(lab), typed(target, kind="http"), headers={"HX-Request": "true"})
    raw = response.getvalue().decode()
    assert "&lt;script&gt;" in raw
    assert "<script>" not in raw
    assert raw.count("x") < 5000


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"url": "http://127.0.0.1:1/"}, "This port is not one that web servers use"),
        ({"url": "http://10.0.0.1/"}, "This address is not public"),
        ({"url": "http://169.254.169.254/latest/meta-data/"}, "This address is not public"),
        ({"url": "ftp://example.com/"}, "with https:// or http:// in front"),
        ({"url": ""}, "Give the address to ask."),
        ({"kind": "push", "url": ""}, "there is no address to test"),
        ({"timeout": "soon"}, "Write a time like"),
        ({"authorization": "Bearer \u00fc"}, "Use plain letters"),
    ],
)
def test_what_cannot_be_asked_is_said_in_our_words(
    lab: MonitoringScenario, owner: Browser, more: dict[str, str], said: str
) -> None:
    assert said in tried(owner, lab, typed() | {"url": "http://10.0.0.1/"} | more)


def test_a_port_of_another_target_than_the_allowed_one_stays_closed(
    lab: MonitoringScenario, owner: Browser, target: Target, other_target: Target
) -> None:
    lab.house.allow(target.host, target.port)
    assert "This address is not public" in tried(owner, lab, typed(other_target))
    assert other_target.requests == []


def test_a_target_that_hangs_costs_the_time_that_was_typed(
    lab: MonitoringScenario, owner: Browser, target: Target
) -> None:
    lab.house.allow(target.host, target.port)
    target.delay = 4.0
    began = time.monotonic()
    shown = tried(owner, lab, typed(target, timeout="1 s"))
    assert time.monotonic() - began < 3.5
    assert "The address did not answer within 1 s. Your entries are kept. Check the address or try again." in shown


def test_nobody_waits_longer_than_ten_seconds_whatever_is_typed(lab: MonitoringScenario) -> None:
    with lab.at():
        question = trying.prepare(system_id=lab.house.system.id, kind="http", url="http://x/", timeout_ms=60_000)
    assert question.timeout_ms == 10_000


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"[" * 500_000, "The answer is not JSON."),
        (b"[" * 100 + b"]" * 100, "The JSON is nested too deep."),
        (b'{"a":' + b"[1," * 30 + b"1" + b"]" * 30 + b"}", "It answered 200"),
        (b"x" * (1 << 20), "The answer is not JSON."),
        (b"y" * ((1 << 20) + 1), "The answer is larger than 1 MB"),
        (b"[" + b"1," * 500_000 + b"1]", "The first 200 are shown."),
    ],
    ids=["open", "deep", "thirty", "a megabyte", "more", "a megabyte of numbers"],
)
def test_a_hostile_answer_costs_no_more_than_the_caps(
    lab: MonitoringScenario, owner: Browser, target: Target, body: bytes, said: str
) -> None:
    lab.house.allow(target.host, target.port)
    target.body = body
    shown = tried(owner, lab, typed(target))
    assert said in shown
    assert len(shown) < 200_000


def test_no_transaction_is_open_while_the_target_is_asked(
    lab: MonitoringScenario, owner: Browser, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.house.allow(target.host, target.port)
    response = owner.post(new_address(lab), typed(target), headers={"HX-Request": "true"})
    # The request has gone through every middleware, and nobody has been asked yet.
    assert target.requests == []
    depth = len(connection.savepoint_ids)
    monkeypatch.setattr(trying, "fetch", _watching(fetch, depth))
    assert "It answered 200" in response.getvalue().decode()
    assert len(target.requests) == 1


def _watching(fetch: Any, depth: int) -> Any:
    def watched(request: Any) -> Any:
        # No deeper than the transaction of the test itself.
        assert len(connection.savepoint_ids) == depth
        return fetch(request)

    return watched


# --- secrets ---------------------------------------------------------------------------------------------------------


def changed_address(lab: MonitoringScenario, check_id: uuid.UUID) -> str:
    return reverse("monitoring:test_changed", args=[lab.house.agency.slug, check_id])


def test_the_stored_header_goes_to_its_own_host(lab: MonitoringScenario, owner: Browser, target: Target) -> None:
    check_id = lab.watch(target, authorization=SECRET)
    send(owner, changed_address(lab, check_id), typed(target, url=f"{target.url}/another"))
    assert [one.get("authorization") for one in target.requests] == [SECRET]


def test_the_stored_header_goes_nowhere_else(
    lab: MonitoringScenario, owner: Browser, target: Target, other_target: Target
) -> None:
    check_id = lab.watch(target, authorization=SECRET)
    lab.house.allow(other_target.host, other_target.port)
    for url in (f"{other_target.url}/", f"http://{target.host}:{target.port}@{other_target.host}:{other_target.port}/"):
        shown = send(owner, changed_address(lab, check_id), typed(target, url=url))
        assert f"The stored header is sent to {target.host}:{target.port} only." in shown
        assert "secret" not in shown
    assert other_target.requests == []
    send(owner, changed_address(lab, check_id), typed(other_target, authorization="Bearer typed-anew"))
    assert [one.get("authorization") for one in other_target.requests] == ["Bearer typed-anew"]


def test_a_new_check_has_no_stored_header(lab: MonitoringScenario, owner: Browser, target: Target) -> None:
    lab.watch(target, authorization=SECRET)
    tried(owner, lab, typed(target))
    assert [one.get("authorization") for one in target.requests] == [None]


def test_an_address_that_repeats_what_it_was_sent_shows_no_secret(
    lab: MonitoringScenario, owner: Browser, target: Target
) -> None:
    check_id = lab.watch(target, authorization=SECRET)
    target.says(headers={"Authorization": SECRET}, **{"very-secret-value-42": 7}, plain="very-secret-value-42")
    shown = send(owner, changed_address(lab, check_id), typed(target))
    assert "It answered 200" in shown
    assert "very-secret" not in shown
    assert paths(shown) == []


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("Bearer abc-123-def", "got abc-123-def"),
        ("Bearer abc-123-def", "got Bearer abc-123-def"),
        ("plain-key", "x=plain-key"),
        ("Bearer a+b/c=longer", "a%2Bb%2Fc%3Dlonger"),
        ('Key q"uoted\\one', json.dumps('q"uoted\\one')),
        ("Basic " + base64.b64encode(b"me:my-password").decode(), "user me, my-password"),
    ],
)
def test_a_secret_is_found_however_it_is_written(secret: str, text: str) -> None:
    assert "•••" in masked(text, secret)
    assert not any(
        piece in masked(text, secret) for piece in ("abc-123", "plain-key", "longer", "uoted", "my-password")
    )


def test_what_is_no_secret_stays() -> None:
    assert masked("Bearer of news", "Bearer abc-123") == "Bearer of news"
    assert masked("as it is", "") == "as it is"


# --- who may, how often, and what is kept ----------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role.values)
def test_who_may_save_a_check_may_test_an_address(lab: MonitoringScenario, target: Target, role: str) -> None:
    house = lab.house
    user = {"owner": house.owner, "account_manager": house.manager, "engineer": house.engineer}.get(role, house.viewer)
    browser = Browser()
    browser.force_login(user)
    status = browser.post(new_address(lab), typed(target)).status_code
    assert status == (200 if may(role, Capability.CONFIGURE) else 403)


def test_the_eleventh_test_of_a_minute_is_refused(lab: MonitoringScenario, owner: Browser, target: Target) -> None:
    for _time in range(10):
        assert "This address is not public" in tried(owner, lab, typed(target))
    assert "10 tests a minute is the most. Your entries are kept." in tried(owner, lab, typed(target))


def test_one_agency_waits_for_one_target_at_a_time(lab: MonitoringScenario, owner: Browser, target: Target) -> None:
    with trying._place(lab.house.agency.id):
        assert "Another address is being tested." in tried(owner, lab, typed(target))


def test_of_all_agencies_only_so_many_wait_at_once(lab: MonitoringScenario, owner: Browser, target: Target) -> None:
    with trying._place(uuid.uuid4()), trying._place(uuid.uuid4()):
        assert "Another address is being tested." in tried(owner, lab, typed(target))


def test_the_audit_trail_says_who_asked_which_host_and_holds_no_secret(
    lab: MonitoringScenario, owner: Browser, target: Target
) -> None:
    check_id = lab.watch(target, authorization=SECRET)
    send(owner, changed_address(lab, check_id), typed(target, url=f"{target.url}/health?key=topsecret"))
    with lab.at():
        event = AuditEvent.objects.get(action="monitoring.check.tested")
    assert (event.object_id, event.actor_id) == (check_id, lab.house.owner.id)
    host = f"{target.host}:{target.port}"
    assert event.changes == {"kind": "http_json", "host": host, "with_stored_header": True}


def test_a_status_that_lets_nobody_in_names_the_header(lab: MonitoringScenario, owner: Browser, target: Target) -> None:
    lab.house.allow(target.host, target.port)
    target.fails(401)
    shown = tried(owner, lab, typed(target))
    assert "It answered 401: it does not let us in. Check the authorization header." in shown
    assert "out of order" in shown


def test_the_form_has_the_button_when_new_and_when_changed(
    lab: MonitoringScenario, owner: Browser, target: Target
) -> None:
    house, check_id = lab.house, lab.watch(target)
    new = reverse("monitoring:new_check", args=[house.agency.slug, house.client.slug, house.system.slug])
    for page, address in (
        (new, new_address(lab)),
        (reverse("monitoring:edit_check", args=[house.agency.slug, check_id]), changed_address(lab, check_id)),
    ):
        assert f'hx-post="{address}"' in owner.get(page).content.decode()
