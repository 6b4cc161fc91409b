"""What waits for the next statement does there what it would have done by itself."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from django.db import DatabaseError, DataError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core.models import Agency
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def link() -> Any:
    connection.ensure_connection()
    return connection.connection


def ask(sql: str, values: list[Any] | None = None) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]


def setting(name: str) -> str:
    return str(ask("SELECT current_setting(%s, true)", [name]))


def name_it(agency: Agency, name: str) -> None:
    assert Agency.objects.filter(pk=agency.pk).update(name=name) == 1


def test_a_savepoint_in_which_nothing_was_asked_is_never_made() -> None:
    before = list(link().waiting)
    with transaction.atomic(), transaction.atomic():
        pass
    with pytest.raises(ZeroDivisionError), transaction.atomic(), transaction.atomic():
        raise ZeroDivisionError
    assert link().waiting == before


def test_what_was_written_behind_a_savepoint_is_taken_back_and_nothing_else(cast: Cast) -> None:
    agency = cast.north.agency

    def fail() -> None:
        name_it(agency, "Lost")
        with transaction.atomic():
            name_it(agency, "Lost as well")
        raise ZeroDivisionError

    with cast.north.scope():
        with transaction.atomic():
            name_it(agency, "Kept")
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            fail()
        assert Agency.objects.get(pk=agency.pk).name == "Kept"


def test_after_an_error_its_savepoint_is_the_way_back(cast: Cast) -> None:
    with cast.north.scope():
        # The savepoint and the settings travel with the very statement that fails.
        with pytest.raises(DataError), transaction.atomic():
            ask("SELECT 1 / 0")
        assert Agency.objects.count() == 1


def test_a_broken_transaction_is_refused_where_it_is_left() -> None:
    # Whoever hides an error of the database cannot go on as if there had been none.
    with pytest.raises(DatabaseError), transaction.atomic(), suppress(DataError):
        ask("SELECT 1 / 0")
    assert ask("SELECT 1") == 1


def test_a_statement_that_never_leaves_leaves_what_waits(cast: Cast) -> None:
    with cast.north.scope():
        with pytest.raises(ValueError, match="NUL"):
            ask("SELECT %s", ["\x00"])
        assert setting("app.agency_id") == str(cast.north.agency.pk)


def test_the_settings_of_a_scope_hold_in_it_and_nowhere_else(cast: Cast) -> None:
    for house in (cast.north, cast.south):
        with house.scope():
            assert setting("app.agency_id") == str(house.agency.pk)
        assert setting("app.agency_id") == ""
    with pytest.raises(DataError), cast.north.scope():
        ask("SELECT 1 / 0")
    assert setting("app.agency_id") == ""


def test_who_looks_over_its_shoulder_sees_each_statement_by_itself(cast: Cast) -> None:
    with CaptureQueriesContext(connection) as seen, cast.north.scope():
        assert ask("SELECT %s", ["100%"]) == "100%"
    told = [row["sql"] for row in seen.captured_queries]
    assert [sql.partition("(")[0] for sql in told] == ["SELECT set_config", "SELECT '100%'", "SELECT set_config"]


def test_a_cursor_of_the_servers_finds_the_scope_in_which_it_was_opened(cast: Cast) -> None:
    with cast.north.scope(), transaction.atomic():
        assert [agency.pk for agency in Agency.objects.iterator(chunk_size=1)] == [cast.north.agency.pk]


def test_a_sign_of_percent_in_what_waits_is_no_place_for_a_value() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('role', %s, true), set_config('app.lookup', %s, true), %s, %s, %s",
            ["none", "100%s", "", "", ""],
        )
    assert (setting("app.lookup"), ask("SELECT 1")) == ("100%s", 1)
