"""What a check makes of an answer that is late, broken, missing or not allowed."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from core import clock
from core.errors import DomainError
from core.models import NetAllowance
from monitoring.checks import services
from monitoring.models import Check
from monitoring.polling import prober
from monitoring.polling.results import Result
from monitoring.probing.parse import Reading
from tests.cast import Cast
from tests.monitoring.scenario import MonitoringScenario, Target

NOT_PUBLIC = (
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://localhost/",
    "http://10.0.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fec0::1]/",
    "http://224.0.0.1/",
    "http://0.0.0.0/",
    "http://user:secret@example.com/",
    "file:///etc/passwd",
    "gopher://example.com/",
)


def test_m26_a_check_gives_up_after_its_own_timeout_and_says_so(lab: MonitoringScenario, target: Target) -> None:
    check_id = lab.watch(target, timeout_ms=300)
    target.delay = 1
    lab.round()
    check = lab.check(check_id)
    assert (check.last_error, check.bad_streak) == ("timeout", 1)
    assert check.last_latency_us is not None
    assert 250_000 < check.last_latency_us < 900_000


def test_a_closed_port_and_an_error_status_have_their_own_class(lab: MonitoringScenario, target: Target) -> None:
    check_id = lab.watch(target)
    target.fails(500)
    lab.round()
    assert lab.check(check_id).last_error == "status"
    target.close()
    lab.round()
    assert lab.check(check_id).last_error == "refused"


@pytest.mark.parametrize(
    "body",
    [b'"quoted"', b"{", b"\xff\xfe", b'{"rate": NaN}', b"[" * 5000, b""],
    ids=["text", "cut off", "not UTF-8", "NaN", "deep", "empty"],
)
def test_m35_a_malformed_answer_gives_no_values_and_reuses_no_old_ones(
    lab: MonitoringScenario, target: Target, body: bytes
) -> None:
    check_id = lab.watch(target)
    threshold_id = lab.limit(check_id)
    target.says(rate=0.9)
    lab.round()
    target.body = body
    lab.round()
    check, threshold = lab.check(check_id), lab.threshold(threshold_id)
    assert (check.last_values.get("rate"), len(lab.samples(check_id))) == (None, 1)
    assert (threshold.missing_streak, threshold.bad_streak) == (1, 0)


def test_m35_an_exposition_in_quotes_is_a_failure_of_the_check(lab: MonitoringScenario, target: Target) -> None:
    check_id = lab.watch(
        target, kind="prometheus", metrics=[{"name": "running", "path": "llamacpp:requests_processing", "unit": ""}]
    )
    target.body = b"llamacpp:requests_processing 3\n"
    lab.round()
    assert lab.check(check_id).last_values["running"] == 3.0
    target.body = b'"llamacpp:requests_processing 3\\n"'
    lab.round()
    assert (lab.check(check_id).last_error, lab.check(check_id).last_values) == ("parse", {})


def test_m37_a_value_that_disappears_neither_ends_nor_begins_an_alert(lab: MonitoringScenario, target: Target) -> None:
    threshold_id = lab.limit(lab.watch(target))
    target.says(rate=0.71)
    lab.round(3)
    target.says(something="else")
    lab.round(6)
    assert [alert.state for alert in lab.alerts() if alert.health == "degraded"] == ["firing"]
    assert (lab.threshold(threshold_id).health, lab.threshold(threshold_id).missing_streak) == ("degraded", 6)
    target.says(rate=0.9)
    lab.round(2)
    assert [alert.state for alert in lab.alerts() if alert.health == "degraded"] == ["recovered"]


def test_m37_a_target_that_disappears_does_not_end_the_alert_of_its_value(
    lab: MonitoringScenario, target: Target
) -> None:
    lab.limit(lab.watch(target))
    target.says(rate=0.71)
    lab.round(3)
    target.close()
    lab.round(4)
    assert [(alert.health, alert.state) for alert in lab.alerts()] == [("degraded", "firing"), ("down", "firing")]


def test_a_value_that_was_there_and_is_missing_three_times_is_unknown(lab: MonitoringScenario, target: Target) -> None:
    threshold_id = lab.limit(lab.watch(target))
    target.says(rate=0.9)
    lab.round()
    assert lab.threshold(threshold_id).health == "healthy"
    target.says(rate=None)
    lab.round(3)
    assert lab.threshold(threshold_id).health == "unknown"
    assert [alert.health for alert in lab.alerts()] == ["unknown"]
    assert lab.incidents() == []


@pytest.mark.parametrize("url", NOT_PUBLIC)
def test_x26_m31_an_address_that_is_not_public_is_refused_when_it_is_saved(lab: MonitoringScenario, url: str) -> None:
    with pytest.raises(DomainError) as refused:
        _save(lab, url)
    assert refused.value.field == "url"
    with lab.at():
        assert not Check.objects.exists()


def test_x26_an_address_that_stopped_being_allowed_is_not_asked(lab: MonitoringScenario, target: Target) -> None:
    """The same judgement falls again when the socket is opened, and the state is unknown, not down."""
    target.says(rate=0.9)
    check_id = lab.watch(target)
    lab.round()
    asked = len(target.requests)
    with lab.at():
        NetAllowance.objects.all().delete()
    lab.round(4)
    check = lab.check(check_id)
    assert (len(target.requests), check.last_error, check.health) == (asked, "blocked", "unknown")
    assert [alert.health for alert in lab.alerts()] == ["unknown"]
    assert lab.incidents() == []


def test_x26_one_agencys_allowance_is_no_other_agencys(lab: MonitoringScenario, cast: Cast, target: Target) -> None:
    lab.watch(target)
    with pytest.raises(DomainError):
        _save(MonitoringScenario(cast.south), target.url)


def test_a_redirect_is_not_followed(lab: MonitoringScenario, target: Target, other_target: Target) -> None:
    check_id = lab.watch(target)
    target.fails(302)
    target.headers = {"Location": f"{other_target.url}/"}
    lab.round()
    assert (lab.check(check_id).last_error, other_target.requests) == ("status", [])


def test_an_answer_without_end_is_cut_off_and_so_is_one_that_unpacks_into_one(
    lab: MonitoringScenario, target: Target
) -> None:
    check_id = lab.watch(target)
    target.body = b" " * (2 << 20)
    lab.round()
    assert lab.check(check_id).last_error == "too_large"
    target.body, target.headers = gzip.compress(b" " * (20 << 20)), {"Content-Encoding": "gzip"}
    lab.round()
    assert lab.check(check_id).last_error == "too_large"


def test_m41_a_check_that_cannot_be_asked_stops_nobody_else(lab: MonitoringScenario, target: Target) -> None:
    """Its secret does not open, its address cannot be read, its values have no path; the others are asked on time."""
    good = lab.watch(target, name="Good")
    bad = [lab.watch(target, name=f"Bad {number}") for number in range(3)]
    target.says(rate=0.9)
    with lab.at():
        Check.objects.filter(id=bad[0]).update(sealed_authorization=b"k1\0nonsense")
        Check.objects.filter(id=bad[1]).update(url="http://ex\u00e4mple.invalid/\u00fc")
        Check.objects.filter(id=bad[2]).update(metrics=[{"name": "rate"}])
    lab.round(3)
    assert [value for _slot, value in lab.samples(good)] == [0.9] * 3
    assert {lab.check(check_id).last_error for check_id in bad[1:]} == {"internal"}
    assert lab.alerts() == []


def test_m41_a_result_that_cannot_be_stored_is_put_aside_alone(
    lab: MonitoringScenario, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = lab.watch(target, name="Good"), lab.watch(target, name="Bad")
    target.says(rate=0.9)
    original = prober._judged

    def judged(tag: Any, reading: Reading) -> Result:
        result = original(tag, reading)
        # A value that no column can hold.
        return result._replace(values={"\0": 1.0}) if result.check_id == bad else result

    monkeypatch.setattr(prober, "_judged", judged)
    with clock.at(lab.moment):
        prober.probe_round(seconds=2, size=10)
    assert lab.check(good).health == "healthy"
    assert lab.check(bad).last_finished_at is None


def _save(lab: MonitoringScenario, url: str) -> None:
    with lab.at():
        services.create_check(system_id=lab.house.system.id, name="Probe", kind="http", url=url)
