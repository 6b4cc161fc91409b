"""What a check keeps to itself."""

from __future__ import annotations

import json
import logging

import pytest

from core.models import AuditEvent, OutboxEvent
from incidents.models import IncidentEntry
from monitoring.addresses import shown_url, stored_url
from monitoring.checks import services
from monitoring.models import Alert, Check
from tests.cast import Cast
from tests.monitoring.scenario import MonitoringScenario, Target

SECRET = "Bearer very-secret-value"


def test_m29_the_authorization_is_sent_and_stored_sealed(lab: MonitoringScenario, target: Target) -> None:
    check_id = lab.watch(target, authorization=SECRET)
    lab.round()
    assert target.requests[0]["authorization"] == SECRET
    assert b"very-secret" not in bytes(lab.check(check_id).sealed_authorization or b"")


def test_an_empty_authorization_keeps_the_stored_one(lab: MonitoringScenario, target: Target) -> None:
    check_id = lab.watch(target, authorization=SECRET)
    with lab.at():
        services.update_check(check_id=check_id, url=f"{target.url}/other", authorization="")
    lab.round()
    assert target.requests[-1]["authorization"] == SECRET


def test_a_secret_that_was_given_for_one_host_is_not_sent_to_the_next(
    lab: MonitoringScenario, target: Target, other_target: Target
) -> None:
    """Whoever may move a check, and never saw its secret, must not read it at a host of their own."""
    check_id = lab.watch(target, authorization=SECRET)
    lab.house.allow(other_target.host, other_target.port)
    with lab.at():
        services.update_check(check_id=check_id, url=f"{other_target.url}/")
    lab.round()
    assert "authorization" not in other_target.requests[0]


def test_an_answer_to_the_old_question_is_not_stored_as_one_to_the_new(lab: MonitoringScenario, target: Target) -> None:
    check_id = lab.watch(target)
    with lab.at():
        Check.objects.filter(id=check_id).update(lease_id="0198c0de-0000-7000-8000-000000000000")
        services.update_check(check_id=check_id, url=f"{target.url}/other")
    assert lab.check(check_id).lease_id is None


def test_the_secret_of_another_agencys_check_does_not_open_here(cast: Cast, target: Target) -> None:
    """X12: a ciphertext that is copied across is worth nothing."""
    north, south = MonitoringScenario(cast.north), MonitoringScenario(cast.south)
    theirs = north.watch(target, authorization=SECRET)
    mine = south.watch(target)
    sealed = north.check(theirs).sealed_authorization
    with south.at():
        Check.objects.filter(id=mine).update(sealed_authorization=sealed)
    south.round()
    assert sorted("authorization" in request for request in target.requests) == [False, True]


def test_m27_secrets_of_the_address_are_in_no_alert_no_news_and_no_log(
    lab: MonitoringScenario, target: Target, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    check_id = lab.watch(target, url=f"{target.url}/health?api_key=hunter2secret", authorization=SECRET)
    target.fails()
    lab.round(3)
    target.says(rate=0.9)
    lab.round(2)
    with lab.at():
        written = [
            *Alert.objects.values_list("title", "evidence"),
            *OutboxEvent.objects.values_list("payload", "last_error"),
            *AuditEvent.objects.values_list("changes"),
            *IncidentEntry.objects.values_list("body", "data"),
            (lab.check(check_id).last_detail, lab.check(check_id).shown_url),
        ]
    everything = json.dumps(written, default=str) + caplog.text
    assert lab.alerts()[0].state == "recovered"
    assert "hunter2" not in everything
    assert "very-secret" not in everything


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.com/health", "https://example.com/health"),
        ("https://example.com/h?region=eu&api_key=abc", "https://example.com/h?region=eu&api_key=***"),
        ("https://example.com/h?X-Amz-Signature=abc", "https://example.com/h?X-Amz-Signature=***"),
        ("https://user:pass@example.com/h", "https://***@example.com/h"),
        ("https://example.com/hook/T0AbCdEfGh1234567890ijklm/x", "https://example.com/hook/***/x"),
        ("https://example.com/v1/models/a-short-name/ready", "https://example.com/v1/models/a-short-name/ready"),
        ("https://example.com/h#token=abc", "https://example.com/h"),
    ],
)
def test_m27_an_address_is_shown_without_what_could_be_a_secret(url: str, shown: str) -> None:
    assert shown_url(url) == shown


def test_an_address_is_stored_as_the_network_writes_it() -> None:
    """libcurl sends bytes, and takes no letters outside ASCII."""
    stored = stored_url("https://exämple.com:8443/größe/a%20b?q=ü&r=1#top", "xn--exmple-cua.com")
    assert stored == "https://xn--exmple-cua.com:8443/gr%C3%B6%C3%9Fe/a%20b?q=%C3%BC&r=1"
    assert stored_url("http://[::1]:80", "::1") == "http://[::1]:80/"
