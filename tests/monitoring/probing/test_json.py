"""Values out of JSON: what counts as a number, and what makes the whole answer unreadable."""

from __future__ import annotations

import contextlib
import json

import pytest

from monitoring.probing.parse import BadPath, Reading, TooManyParts, check_path, read, read_json

UNREADABLE = {
    "nothing": b"",
    "text": b"out of order",
    "cut off": b'{"rate": 0.9',
    "more after the end": b'{"rate": 0.9} and more',
    "NaN": b'{"rate": 0.9, "other": NaN}',
    "Infinity": b'{"rate": 0.9, "other": -Infinity}',
    "a page": b"<html><body>0.9</body></html>",
    "Latin-1": '{"rate": 0.9, "caf\u00e9": 1}'.encode("latin-1"),
    "UTF-16": '{"rate": 0.9}'.encode("utf-16"),
    "zero bytes": b"\0" * 100,
    "too deep to parse": b"[" * 100_000,
    "too deep to search": b'{"a":' * 70 + b"1" + b"}" * 70,
    "a number of 5,000 digits": b'{"rate": ' + b"9" * 5000 + b"}",
    "single quotes": b"{'rate': 0.9}",
}

NOT_A_NUMBER = {
    "true": b"true",
    "text": b'"0.9"',
    "null": b"null",
    "list": b"[0.9]",
    "object": b'{"value": 0.9}',
    "more than a float holds": b"1e400",
    "a whole number of 400 digits": b"9" * 400,
}


def _rate(body: bytes, path: str = "rate") -> Reading:
    return read_json([{"name": "rate", "path": path}], body)


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=list(UNREADABLE))
def test_m35_an_answer_that_is_no_json_gives_no_value_at_all(body: bytes) -> None:
    reading = _rate(body)
    assert (reading.values, reading.error_class) == ({}, "parse")
    # A person reads this; nothing of the answer is in it.
    assert reading.detail in ("The answer is not JSON.", "The JSON is nested too deep.")


@pytest.mark.parametrize("value", NOT_A_NUMBER.values(), ids=list(NOT_A_NUMBER))
def test_m35_what_is_no_finite_number_is_missing_and_not_zero(value: bytes) -> None:
    reading = read_json(
        [{"name": "rate", "path": "rate"}, {"name": "good", "path": "good"}], b'{"rate": ' + value + b', "good": 1}'
    )
    assert (reading.values, reading.error_class) == ({"good": 1.0}, "")


@pytest.mark.parametrize(
    ("written", "expected"), [("0", 0.0), ("-3", -3.0), ("7.5e-1", 0.75), ("9007199254740993", 2.0**53)]
)
def test_a_number_is_read_as_it_is(written: str, expected: float) -> None:
    reading = _rate(f'{{"rate": {written}}}'.encode())
    assert reading.values == {"rate": expected}
    assert isinstance(reading.values["rate"], float)


def test_a_value_that_is_not_there_is_missing_and_no_failure() -> None:
    for body in (b"{}", b"[]", b"3", b'"text"', b"null"):
        assert _rate(body) == Reading()


def test_the_last_of_two_equal_names_counts() -> None:
    assert _rate(b'{"rate": 0.1, "rate": 0.9}').values == {"rate": 0.9}


def test_a_mark_of_the_encoding_in_front_does_no_harm() -> None:
    assert _rate(b'\xef\xbb\xbf{"rate": 0.9}').values == {"rate": 0.9}


def test_sixty_levels_are_read() -> None:
    body = b'{"a":' * 58 + b'{"rate": 0.9}' + b"}" * 58
    assert _rate(body, ".".join(["a"] * 58) + ".rate").values == {"rate": 0.9}


BODY = json.dumps(
    {
        "data": {"models": [{"name": "one", "score": 0.5}, {"name": "two", "score": 0.7}]},
        "latency.p95": 120,
        "good": 30,
        "bad": 10,
    }
).encode()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("data.models[0].score", 0.5),
        ("data.models[?name=='two'].score | [0]", 0.7),
        ("avg(data.models[].score)", 0.6),
        ("length(data.models)", 2.0),
        ('"latency.p95"', 120.0),
        ("sum([good, bad])", 40.0),
        ("max_by(data.models, &score).score", 0.7),
    ],
)
def test_a_path_may_search_and_count(path: str, expected: float) -> None:
    check_path("http_json", path)
    assert _rate(BODY, path).values == {"rate": pytest.approx(expected)}


@pytest.mark.parametrize(
    "path", ["nosuch(good)", "sum(good)", "abs()", "avg(data)", "sort_by(data.models, &nosuch(@))"]
)
def test_a_path_that_fails_on_this_answer_finds_nothing(path: str) -> None:
    assert _rate(BODY, path) == Reading()


def test_numbers_that_add_up_to_more_than_a_float_holds_are_missing() -> None:
    assert _rate(b'{"a": [1e308, 1e308, %s]}' % (b"9" * 400), "sum(a)") == Reading()


@pytest.mark.parametrize(
    "path",
    ["", "a b", "a.", "[", "foo(", "(" * 400, "!" * 5000 + "a", "a." * 5000 + "a", "a[0"],
)
def test_a_path_that_nobody_can_read_is_refused_when_it_is_saved(path: str) -> None:
    with pytest.raises(BadPath):
        check_path("http_json", path)


@pytest.mark.parametrize(
    "path",
    [
        # Each step doubles the list: thirty of them would be a thousand million elements out of ten bytes.
        "[@,@][]" + "|[@,@][]" * 29,
        "{a: [@, @], b: @}",
        "[" + ",".join(["@"] * 11) + "]",
        # Half of the answer between any two of the other half.
        "length(join(glue, parts))",
        # Each step escapes the quotes of the one before.
        "length(to_string(to_array(to_string(to_array(to_string(@))))))",
    ],
)
def test_a_short_path_that_would_fill_the_memory_is_refused_and_never_searched(path: str) -> None:
    with pytest.raises(BadPath):
        check_path("http_json", path)
    # One that was stored before the rule finds nothing.
    assert _rate(b'{"glue": "-", "parts": ["a", "b"]}', path).values == {}


def test_a_path_of_too_many_parts_is_refused_and_one_that_was_stored_before_says_so() -> None:
    path = "[?" + "||".join(["a"] * 97) + "]"
    with pytest.raises(TooManyParts):
        check_path("http_json", path)
    assert _rate(b"[{}]", path) == Reading(error_class="parse", detail="A path of this check has too many parts.")
    check_path("http_json", "[?" + "||".join(["a"] * 40) + "]")


def test_a_path_that_is_nested_as_deep_as_it_is_long_breaks_nothing() -> None:
    deep = "!" * 499 + "a"
    # Whether the parser's stack holds it depends on who called; neither way may anything but a refusal come out.
    with contextlib.suppress(BadPath):
        check_path("http_json", deep)
    assert _rate(b'{"a": 1}', deep) == Reading()


def test_a_check_that_reads_nothing_does_not_care_what_the_answer_says() -> None:
    assert read("http", [{"name": "rate", "path": "rate"}], b"\xff") == Reading()
    assert read("http_json", [], b"\xff") == Reading()
