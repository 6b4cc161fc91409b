"""F63 Metrics: latency, error rate, drift, data quality: ingest, chart, threshold each."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from tests.cast import AgencyFixture
from tests.mission.acting import Program, Somebody, Target, at, work
from tests.mission.doing import MORNING, PORTAL, SYSTEM, limits, minutes_pass, signs, watches

METRICS = "error_rate | rates.errors | ratio\ndrift | psi | \ndata_quality | rates.complete | ratio"
GOOD = {"rates": {"errors": 0.01, "complete": 0.99}, "psi": 0.05}
FAULTY, PATCHY = {"errors": 0.08, "complete": 0.99}, {"errors": 0.01, "complete": 0.9}
# Of each: the limit, what the system answers when it is bad, the lowest and the highest value as its chart shows them,
# and what the alert says.
BAD = {
    "error_rate": (("above", "5 %"), GOOD | {"rates": FAULTY}, (1.0, 8.0), "Error rate 8.0 %"),
    "drift": (("above", "0.2"), GOOD | {"psi": 0.31}, (0.05, 0.31), "Drift 0.31"),
    "data_quality": (("below", "95 %"), GOOD | {"rates": PATCHY}, (90.0, 99.0), "Data quality 90.0 %"),
}


def extremes(reader: Somebody, place: str, check: str, metric: str) -> tuple[float, float]:
    """The lowest and the highest value that the chart of the metric draws."""
    query = {"check": check.rstrip("/").rpartition("/")[2], "metric": metric}
    drawn = reader.asks(f"{place}series.json?{urlencode(query)}")
    lows, highs = (drawn.get(name) or drawn["values"] for name in ("low", "high"))
    return min(filter(None, lows)), max(filter(None, highs))


@pytest.mark.parametrize("metric", BAD)
def test_each_is_read_drawn_and_held_to_a_limit(
    metric: str, owner: Somebody, contact: Somebody, program: Program, house: AgencyFixture, target: Target
) -> None:
    (comparison, limit), bad, shown, said = BAD[metric]
    house.allow(target.host, target.port)
    signs(owner)
    with at(MORNING):
        check = watches(owner, target.url, METRICS)
        limits(owner, check, metric, comparison, limit)
    target.says(**GOOD)
    minutes_pass(MORNING, 2)
    target.says(**bad)
    moment = minutes_pass("2026-06-01 08:02", 3)
    with at(moment):
        for reader, place in ((owner, SYSTEM), (contact, f"{PORTAL}systems/support-bot/")):
            assert extremes(reader, place, check, metric) == shown
        (alert,) = program.finds("alerts/")
    assert (alert["state"], said in alert["title"]) == ("firing", True)


def test_the_latency_is_measured_by_itself_and_can_have_a_limit_too(
    owner: Somebody, contact: Somebody, program: Program, house: AgencyFixture, target: Target
) -> None:
    house.allow(target.host, target.port)
    signs(owner)
    with at(MORNING):
        check = watches(owner, target.url, METRICS)
        limits(owner, check, "latency", "above", "150 ms", bad_count="2")
    target.says(**GOOD)
    minutes_pass(MORNING, 2)
    target.delay = 0.3
    moment = minutes_pass("2026-06-01 08:02", 2)
    with at(moment):
        lowest, highest = extremes(contact, f"{PORTAL}systems/support-bot/", check, "latency")
        assert lowest < 0.15 < 0.3 <= highest
        (alert,) = program.finds("alerts/")
    assert (alert["state"], alert["title"].startswith("Latency")) == ("firing", True)


def test_what_a_system_sends_by_itself_counts_alike(owner: Somebody, contact: Somebody, program: Program) -> None:
    signs(owner)
    with at(MORNING):
        check = watches(owner, "", METRICS, kind="push")
        limits(owner, check, "drift", "above", "0.2", bad_count="1")
        name = check.rstrip("/").rpartition("/")[2]
        sample = {"metric": "drift", "value": 0.4, "at": "2026-06-01T08:00:00Z"}
        assert program.sends(f"checks/{name}/samples/", samples=[sample]) == {"received": 1, "stored": 1}
    with at("2026-06-01 08:01"):
        work()
        assert extremes(contact, f"{PORTAL}systems/support-bot/", check, "drift") == (0.4, 0.4)
        assert [alert["state"] for alert in program.finds("alerts/")] == ["firing"]
