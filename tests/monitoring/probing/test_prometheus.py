"""Values out of the Prometheus text format: which lines count, and what makes the whole scrape unreadable."""

from __future__ import annotations

from typing import Any

import prometheus_client.parser
import pytest

from monitoring.probing import parse
from monitoring.probing.parse import BadPath, Reading, check_path, parse_selector, read_prometheus

MLSERVER = b"""\
# HELP model_infer_request_success_total Model infer request success count
# TYPE model_infer_request_success_total counter
model_infer_request_success_total{model="churn",version="v1"} 41.0
model_infer_request_success_total{model="churn",version="v2"} 1.0
model_infer_request_success_total{model="price",version="v1"} 8.0
# HELP model_infer_request_success_created Model infer request success count
# TYPE model_infer_request_success_created gauge
model_infer_request_success_created{model="churn",version="v1"} 1.7639e+09
model_infer_request_success_created{model="churn",version="v2"} 1.7639e+09
# HELP model_infer_request_failure_total Model infer request failure count
# TYPE model_infer_request_failure_total counter
# HELP model_infer_request_duration_seconds Model infer request duration
# TYPE model_infer_request_duration_seconds histogram
model_infer_request_duration_seconds_bucket{le="0.1",model="churn"} 30.0
model_infer_request_duration_seconds_bucket{le="+Inf",model="churn"} 42.0
model_infer_request_duration_seconds_count{model="churn"} 42.0
model_infer_request_duration_seconds_sum{model="churn"} 6.5
# TYPE model_infer_request_duration_seconds_created gauge
model_infer_request_duration_seconds_created{model="churn"} 1.7639e+09
rest_server_requests_in_progress{method="POST",path="/v2/models/{model_name}/infer"} 3.0
rest_server_requests_in_progress{method="GET",path="/v2/health/ready"} 0.0
"""

MALFORMED = {
    # llama.cpp answered its whole exposition as one JSON string.
    "a quoted string": b'"wanted 3\\n# TYPE wanted gauge\\n"',
    "a quoted string with line feeds": b'"# TYPE wanted gauge\nwanted 3\n"',
    "JSON": b'{"wanted": 3}',
    "a JSON list": b'[{"wanted": 3}]',
    "a page": b"<!doctype html>\nwanted 3\n",
    "no value": b"wanted\n",
    "a word for a value": b"wanted many\n",
    "an open label": b'wanted{a="b} 3\n',
    "open braces": b'wanted{a="b" 3\n',
    "a label without quotes": b"wanted{a=b} 3\n",
    "a number with underscores": b"wanted 1_000\n",
    "a hexadecimal number": b"wanted 0x10\n",
    "one bad line among good ones": b'wanted{a="1"} 3\nwanted{a="2"} x\nwanted{a="3"} 3\n',
    "another charset": "wanted{a=\"caf\u00e9\"} 3\n".encode("latin-1"),
    "UTF-16": "wanted 3\n".encode("utf-16"),
}  # fmt: skip


def _read(body: bytes, *selectors: str) -> Reading:
    return read_prometheus([{"name": selector, "path": selector} for selector in selectors], body)


@pytest.mark.parametrize("body", MALFORMED.values(), ids=list(MALFORMED))
def test_m35_a_malformed_exposition_gives_no_value_at_all(body: bytes) -> None:
    reading = _read(b"" + body, "wanted", "other")
    assert (reading.values, reading.error_class) == ({}, "parse")
    assert reading.detail in (
        "The metrics are malformed.",
        "The metrics are not UTF-8.",
        "The answer is not in the Prometheus text format.",
    )


@pytest.mark.parametrize("written", ["NaN", "+Inf", "-Inf", "Inf", "1e400", "9" * 400])
def test_m35_a_gauge_that_is_no_finite_number_is_missing_and_not_zero(written: str) -> None:
    assert _read(f"wanted {written}\nother 1\n".encode(), "wanted", "other") == Reading({"other": 1.0})


def test_m35_a_series_that_is_not_there_is_missing_and_not_zero() -> None:
    assert _read(b"other 1\n", "wanted") == Reading()
    assert _read(b"", "wanted") == Reading()


def test_an_exposition_with_created_gauges_is_read_by_exact_names() -> None:
    reading = _read(
        MLSERVER,
        "model_infer_request_success_total",
        "model_infer_request_success",
        "model_infer_request_success_created",
        "model_infer_request_failure_total",
        'model_infer_request_duration_seconds_bucket{le="+Inf"}',
        "model_infer_request_duration_seconds_count",
        "model_infer_request_duration_seconds_sum",
        'rest_server_requests_in_progress{path="/v2/models/{model_name}/infer"}',
    )
    assert reading.values == {
        "model_infer_request_success_total": 50.0,
        "model_infer_request_success_created": pytest.approx(2 * 1.7639e9),
        'model_infer_request_duration_seconds_bucket{le="+Inf"}': 42.0,
        "model_infer_request_duration_seconds_count": 42.0,
        "model_infer_request_duration_seconds_sum": 6.5,
        'rest_server_requests_in_progress{path="/v2/models/{model_name}/infer"}': 3.0,
    }


@pytest.mark.parametrize(
    ("labels", "expected"),
    [("", 50.0), ('{model="churn"}', 42.0), ('{model="churn", version="v2"}', 1.0), ('{model="nobody"}', None)],
)
def test_labels_choose_and_what_they_leave_is_added(labels: str, expected: float | None) -> None:
    selector = f"model_infer_request_success_total{labels}"
    assert _read(MLSERVER, selector).values.get(selector) == expected


def test_series_that_add_up_to_more_than_a_float_holds_are_missing() -> None:
    assert _read(b'wanted{a="1"} 1e308\nwanted{a="2"} 1e308\n', "wanted") == Reading()


def test_time_stamps_comments_line_ends_and_the_missing_last_one_do_no_harm() -> None:
    body = b'# wanted 9\n# HELP wanted "odd\r\nwanted 3 1700000000000\r\n\n\nother -0.5'
    assert _read(body, "wanted", "other").values == {"wanted": 3.0, "other": -0.5}


@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e"])
def test_whoever_may_write_a_label_cannot_write_a_line(end: str) -> None:
    """A label holds what a user typed; only a line feed, which the format escapes, ends a line."""
    body = f'requests{{prompt="hello{end}wanted 99{end}"}} 1\nwanted 3\n'.encode()
    assert _read(body, "wanted") == Reading({"wanted": 3.0})
    assert _read(body, "requests") == Reading({"requests": 1.0})


def test_a_label_with_quotes_backslashes_and_line_feeds_is_found_as_it_is_written() -> None:
    body = rb"""wanted{path="C:\\new",said="\"no\"\nyes, {really}"} 3
wanted{path="C:\\old",said=""} 4
""".replace(b'""}', b'"-"}')
    for selector in (r'wanted{path="C:\\new"}', r'wanted{said="\"no\"\nyes, {really}"}'):
        assert _read(body, selector).values == {selector: 3.0}


def test_lines_that_nobody_asked_for_are_never_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five thousand series of others, one of them malformed, cost a look at their first letters."""
    parsed: list[str] = []
    original = prometheus_client.parser.text_string_to_metric_families

    def counting(text: str) -> Any:
        parsed.extend(text.split())
        return original(text)

    monkeypatch.setattr(parse, "text_string_to_metric_families", counting)
    others = "".join(f'other_{number}{{a="b"}} {number}\n' for number in range(5000))
    body = f"{others}wanted 3\nother_x{{ broken\n".encode()
    assert _read(body, "wanted").values == {"wanted": 3.0}
    assert parsed == ["wanted", "3"]


def test_a_longer_name_is_another_series() -> None:
    assert _read(b"wanted_total 5\nwanted_bucket 6\nwanted:rate 7\nwanted 3\n", "wanted").values == {"wanted": 3.0}


def test_a_line_that_is_too_long_makes_the_answer_unreadable_unless_nobody_asked_for_it() -> None:
    line = b'wanted{a="' + b"x" * 8200 + b'"} 3\n'
    assert _read(line + b"other 1\n", "other") == Reading({"other": 1.0})
    assert _read(line, "wanted") == Reading(error_class="parse", detail="A line of the metrics is too long.")
    assert _read(b'wanted{a="' + b"x" * 8000 + b'"} 3\n', "wanted").values == {"wanted": 3.0}


@pytest.mark.parametrize(
    ("text", "name", "labels"),
    [
        ("up", "up", {}),
        ("vllm:num_requests_running", "vllm:num_requests_running", {}),
        (' up { job = "a" , le = "+Inf" , } ', "up", {"job": "a", "le": "+Inf"}),
        ("up{}", "up", {}),
        ('up{path="/v2/{name}"}', "up", {"path": "/v2/{name}"}),
        ('up{a="x,y=\\"z\\""}', "up", {"a": 'x,y="z"'}),
    ],
)
def test_a_selector_is_a_name_with_labels(text: str, name: str, labels: dict[str, str]) -> None:
    assert parse_selector(text) == (name, labels)


@pytest.mark.parametrize(
    "text",
    ["", "9up", "up down", "up}", "up{", 'up{a="b"', "up{a=b}", 'up{a!="b"}', 'up{a=~"b"}', "up{,}", 'up{a="b",,c="d"}',
     'up{a="b" c="d"}', "rate(up[5m])", "up - 1", 'up{a="' + "b" * 500 + '"}', 'up{a="b}'],
)  # fmt: skip
def test_a_selector_that_can_never_find_anything_is_refused_when_it_is_saved(text: str) -> None:
    with pytest.raises(BadPath):
        check_path("prometheus", text)
