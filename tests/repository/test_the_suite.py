"""The tools of the tests themselves: a matrix that tells all its failures, houses that stand, the time at the end."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse

from clients.models import Client
from tests import databases, standing
from tests.cast import Cast
from tests.matrix import Matrix, browser_of
from tests.timing import Timing, folder_of, longest


def names(cast: Cast) -> list[str]:
    """The clients of the north."""
    with cast.north.scope():
        return sorted(Client.objects.values_list("name", flat=True))


def rename(cast: Cast) -> None:
    with cast.north.scope():
        Client.objects.update(name="Renamed")


def broken_matrix() -> None:
    with Matrix() as matrix:
        for number in range(4):
            with matrix.case(f"number {number}"):
                assert number % 2 == 0, "it is odd"


@pytest.mark.django_db
def test_a_matrix_names_every_case_that_failed_and_none_that_did_not() -> None:
    with pytest.raises(pytest.fail.Exception) as told:
        broken_matrix()
    said = str(told.value)
    assert "2 cases failed" in said
    assert [number for number in range(4) if f"number {number}: AssertionError: it is odd" in said] == [1, 3]
    assert "repository/test_the_suite.py" in said


def test_a_case_takes_back_what_it_did(cast: Cast) -> None:
    before = names(cast)
    with Matrix() as matrix:
        with matrix.case("one that writes"):
            rename(cast)
            assert names(cast) != before
        with matrix.case("the next one"):
            assert names(cast) == before
    assert names(cast) == before


@pytest.mark.parametrize("_time", [1, 2])
def test_what_a_test_does_to_a_house_that_stands_is_gone_afterwards(_time: int, cast: Cast) -> None:
    assert connection.settings_dict["NAME"] == databases.of_worker("cast")
    assert names(cast) == ["North Client", "North Other"]
    assert cast.north.client.name == "North Client"
    rename(cast)
    cast.north.client.name = "Renamed"


def test_who_commits_finds_the_empty_database(committed_cast: Cast) -> None:
    assert connection.settings_dict["NAME"] == databases.of_worker()
    assert names(committed_cast) == ["North Client", "North Other"]


def test_everybody_of_a_furnished_house_is_signed_in(cast: Cast, north_rows: dict[str, Any]) -> None:
    for person in (cast.north.owner, cast.north.contact, cast.south.viewer, cast.stranger):
        assert browser_of(cast, person).get(reverse("profile")).status_code == 200
    assert Browser().get(reverse("profile")).status_code == 302


def test_of_two_houses_the_later_one_stands(request: pytest.FixtureRequest, north_rows: dict[str, Any]) -> None:
    assert {"cast", "north_rows"} <= set(request.fixturenames)
    assert standing.place.here == "north_rows"


def report(test: str, when: str, seconds: float) -> Any:
    more: dict[str, Any] = {"location": ("", 0, ""), "keywords": {}, "outcome": "passed", "longrepr": None}
    return pytest.TestReport(nodeid=test, when=when, duration=seconds, **more)  # type: ignore[arg-type]


def test_the_time_is_told_by_folder_and_of_the_slowest_tests() -> None:
    timing = Timing()
    for test, setup, call in (("tests/a/test_x.py::one", 1.0, 2.0), ("tests/a/test_y.py::two", 0.5, 0.5)):
        timing.pytest_runtest_logreport(report(test, "setup", setup))
        timing.pytest_runtest_logreport(report(test, "call", call))
    timing.pytest_runtest_logreport(report("tests/b/c/test_z.py::three", "call", 9.0))
    folders = longest(timing.of_folders())
    assert [(name, took.seconds, took.setup, took.tests) for name, took in folders] == [
        ("b", 9.0, 0, 0),
        ("a", 4.0, 1.5, 2),
    ]
    assert [name for name, _took in longest(timing.of_tests)] == [
        "tests/b/c/test_z.py::three",
        "tests/a/test_x.py::one",
        "tests/a/test_y.py::two",
    ]
    assert folder_of("tests/test_alone.py::one") == "tests"
