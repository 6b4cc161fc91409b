"""What a check sends to be let in is one line."""

from __future__ import annotations

import pytest

from core.errors import DomainError
from tests.monitoring.scenario import MonitoringScenario, Target


@pytest.mark.parametrize("value", ["Bearer x\r\nHost: internal", "Bearer x\n", "Bearer\0x", "Bearer \u00fc"])
def test_x26_an_authorization_that_would_start_a_header_of_its_own_is_refused(
    lab: MonitoringScenario, target: Target, value: str
) -> None:
    with pytest.raises(DomainError) as refused:
        lab.watch(target, authorization=value)
    assert refused.value.field == "authorization"


def test_an_authorization_of_one_line_is_sent_as_it_is(lab: MonitoringScenario, target: Target) -> None:
    target.says(rate=0.9)
    lab.watch(target, authorization="Bearer abc-123")
    lab.round()
    assert target.requests[0]["authorization"] == "Bearer abc-123"
