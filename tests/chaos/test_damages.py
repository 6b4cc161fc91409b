"""What the oracle is for: of a sound history it says nothing, and each damage that is planted in it, it finds."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from django.db import connection, connections
from psycopg2.extensions import make_dsn

from core import clock
from core.ids import uuid7
from tests.chaos.facts.stored import read
from tests.chaos.hurts import Hurt, Hurts
from tests.chaos.oracle import findings
from tests.chaos.receivers import Post
from tests.chaos.small_history import History, Maker, receivers

pytestmark = pytest.mark.slow


def as_owner(database: str, *statements: str) -> None:
    """Runs statements past the product, as nobody may."""
    link = psycopg2.connect(make_dsn(os.environ["DATABASE_OWNER_URL"], dbname=database))
    link.autocommit = True
    try:
        with link.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    finally:
        link.close()


@pytest.fixture(scope="module")
def history(django_db_setup: None, django_db_blocker: Any) -> Iterator[History]:
    """Made once, in a database of its own that each damage gets a copy of."""
    name = str(connection.settings_dict["NAME"])
    with django_db_blocker.unblock(), receivers() as inbox:
        _point_at(_copy(name, f"{name}_sound"))
        port, settings.EMAIL_PORT = settings.EMAIL_PORT, inbox.smtp_port
        host, settings.EMAIL_HOST = settings.EMAIL_HOST, "127.0.0.1"
        backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "django.core.mail.backends.smtp.EmailBackend"
        try:
            yield Maker(inbox).make()
        finally:
            settings.EMAIL_PORT, settings.EMAIL_HOST, settings.EMAIL_BACKEND = port, host, backend
            _point_at(name)
            _drop(f"{name}_sound")


@pytest.fixture
def database(history: History, django_db_blocker: Any) -> Iterator[str]:
    """The name of a copy of that history, to which the product is pointed."""
    with django_db_blocker.unblock():
        name = str(connection.settings_dict["NAME"])
        # Each has a name of its own, because one that somebody still looks at cannot be dropped.
        damaged = _copy(name, f"{name[:40]}_{uuid7().hex[-12:]}")
        _point_at(damaged)
        yield damaged
        _point_at(name)
        _drop(damaged)


def _copy(name: str, into: str) -> str:
    connections.close_all()
    as_owner("postgres", f'CREATE DATABASE "{into}" TEMPLATE "{name}"')
    return into


def _drop(name: str) -> None:
    """Where PostgreSQL itself looks after its tables it stays, until the server goes."""
    connections.close_all()
    with suppress(psycopg2.Error):
        as_owner("postgres", f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _point_at(name: str) -> None:
    connections.close_all()
    connections.settings["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


def look(history: History) -> list[str]:
    with clock.at(history.at):
        return findings(history.plans, history.seen)


def test_of_a_sound_history_nothing_is_found(history: History, database: str) -> None:
    found = look(history)
    assert not found, "\n".join(found)


def test_the_history_has_everything_that_can_be_damaged(history: History, database: str) -> None:
    """Of nothing there would be nothing to say either."""
    for plan in history.plans:
        stored = read(plan.agency_id)
        alerts = {(row.health, row.recovered_at is None) for row in stored.alerts}
        assert alerts == {(health, still) for health in ("down", "degraded", "unknown") for still in (True, False)}
        assert {row.source for row in stored.incidents} == {"alert", "staff"}
        assert {row.state for row in stored.clocks} >= {"breached", "met"}
        assert any(call.path in plan.hooks for said in history.seen.post.calls.values() for call in said)
        assert {mail.to for said in history.seen.post.mails.values() for mail in said} >= {*plan.staff}


def doubled(table: str, row: str, **other: str) -> str:
    """A second row like the first, but for its id and some other columns."""
    pairs = ", ".join(f"'{name}', {value}" for name, value in {"id": f"'{uuid7()}'", **other}.items())
    new = f"jsonb_populate_record(kept, jsonb_build_object({pairs}))"
    return f"INSERT INTO {table} SELECT new.* FROM {table} kept, LATERAL {new} AS new WHERE kept.id = ({row})"


def without_trigger(table: str, statement: str) -> list[str]:
    """Rows that may only be added: their owner alone can take that away."""
    return [f"ALTER TABLE {table} DISABLE TRIGGER append_only", statement]


BY_HAND = "SELECT id FROM incidents_incident WHERE source = 'staff' ORDER BY id LIMIT 1"
BY_ALERT = "SELECT id FROM incidents_incident WHERE source = 'alert' ORDER BY id LIMIT 1"
# Of something that answered each time, and has not fallen ill again.
ENDED = (
    "SELECT id FROM monitoring_alert one WHERE health = 'degraded' AND NOT EXISTS (SELECT 1 FROM monitoring_alert two"
    " WHERE two.fingerprint = one.fingerprint AND two.recovered_at IS NULL) ORDER BY id LIMIT 1"
)
OPEN = "SELECT id FROM monitoring_alert WHERE recovered_at IS NULL ORDER BY id LIMIT 1"
MISSED = "SELECT clock_id FROM slas_clocknotice WHERE threshold = 'breach' ORDER BY id LIMIT 1"
ITS_CLOCKS = f"SELECT id FROM slas_clock WHERE subject_id = ({BY_ALERT})"
# What is planted, and words of the finding that must come of it.
IN_ROWS: dict[str, tuple[list[str], str]] = {
    "every alert that ended is gone": (
        ["DELETE FROM monitoring_alert WHERE recovered_at IS NOT NULL"],
        "and has no alert of that",
    ),
    "an incident stands twice": (
        [doubled("incidents_incident", BY_HAND, number="9001")],
        "there are 2 incidents of it",
    ),
    "an incident of an alert stands twice": (
        [doubled("incidents_incident", BY_ALERT, number="9001", fingerprint="''")],
        "was opened by an alert, and no alert says so",
    ),
    "an incident has no clocks": (
        [
            *without_trigger("slas_clockevent", f"DELETE FROM slas_clockevent WHERE clock_id IN ({ITS_CLOCKS})"),
            *without_trigger("slas_clocknotice", f"DELETE FROM slas_clocknotice WHERE clock_id IN ({ITS_CLOCKS})"),
            f"DELETE FROM slas_clock WHERE subject_id = ({BY_ALERT})",
        ],
        "has the clocks [] and was promised",
    ),
    "a breach is missed through a wrong deadline": (
        [
            f"DELETE FROM core_outboxevent WHERE name = 'slas.clock.breached'"
            f" AND payload->>'clock_id' = ({MISSED})::text",
            *without_trigger(
                "incidents_incidententry",
                "DELETE FROM incidents_incidententry e USING slas_clock c WHERE e.kind = 'clock_breached'"
                f" AND c.id = ({MISSED}) AND e.incident_id = c.subject_id AND e.data->>'metric' = c.metric",
            ),
            f"UPDATE slas_clock SET state = 'running', breached_at = NULL, due_at = due_at + interval '90 days',"
            f" next_fire_at = due_at + interval '90 days' WHERE id = ({MISSED})",
            *without_trigger(
                "slas_clockevent", f"DELETE FROM slas_clockevent WHERE kind = 'breach' AND clock_id = ({MISSED})"
            ),
            *without_trigger("slas_clocknotice", f"DELETE FROM slas_clocknotice WHERE clock_id = ({MISSED})"),
        ],
        "and was promised for",
    ),
    "an alert ended before it fired": (
        [f"UPDATE monitoring_alert SET recovered_at = fired_at - interval '1 minute' WHERE id = ({ENDED})"],
        "before it fired at",
    ),
    "an alert is said to have fired before it did": (
        [f"UPDATE monitoring_alert SET fired_at = fired_at - interval '12 seconds' WHERE id = ({ENDED})"],
        ", its firing at",
    ),
    "an alert is of another firing": (
        [f"UPDATE monitoring_alert SET serial = serial + 1000 WHERE id = ({ENDED})"],
        "belongs to no firing",
    ),
    "an alert was ended by the recovery of another firing": (
        [f"UPDATE monitoring_alert SET recovered_at = recovered_at + interval '12 seconds' WHERE id = ({ENDED})"],
        "its own recovery was at",
    ),
    "an alert of what is ill has ended": (
        [f"UPDATE monitoring_alert SET recovered_at = fired_at, state = 'recovered' WHERE id = ({OPEN})"],
        "and has no open alert",
    ),
    "an alert of what is well is open": (
        [f"UPDATE monitoring_alert SET recovered_at = NULL, state = 'firing' WHERE id = ({ENDED})"],
        "and has an open alert",
    ),
    "a firing was neither told nor became an alert": (
        [
            "DELETE FROM core_outboxevent WHERE payload->>'change' IN ('fired', 'lost')"
            " AND (payload->>'finished_at')::timestamptz"
            f" = (SELECT fired_at FROM monitoring_alert WHERE id = ({ENDED}))",
            f"DELETE FROM monitoring_alert WHERE id = ({ENDED})",
        ],
        "bad answers in",
    ),
    "an act is in no audit row": (
        without_trigger("core_auditevent", "DELETE FROM core_auditevent WHERE action = 'monitoring.alert.fired'"),
        "and was audited 0 times",
    ),
    "the news of an incident were never told": (
        [
            "DELETE FROM core_outboxevent WHERE name = 'incidents.incident.opened'"
            f" AND payload->>'id' = ({BY_HAND})::text"
        ],
        "and was told 0 times",
    ),
}


@pytest.mark.parametrize("damage", IN_ROWS)
def test_damage_in_the_database_is_found(history: History, database: str, damage: str) -> None:
    statements, words = IN_ROWS[damage]
    as_owner(database, *statements)
    found = look(history)
    assert any(words in said for said in found), "\n".join(found)


def _lose_webhooks(post: Post) -> None:
    for name in [name for name, said in post.calls.items() if next(iter(said)).event == "monitoring.alert.fired"]:
        del post.calls[name]


def _double_webhook(post: Post) -> None:
    post.calls["msg_another"] = set(next(iter(post.calls.values())))


def _lose_mail(post: Post) -> None:
    del post.mails[next(name for name, said in post.mails.items() if next(iter(said)).event == "slas.clock.breached")]


def _double_mail(post: Post) -> None:
    post.mails["<another@retainer>"] = set(next(iter(post.mails.values())))


def _change_copy(post: Post) -> None:
    name, said = next(iter(post.calls.items()))
    post.calls[name] = {*said, *(replace(call, data="{}") for call in said)}


IN_POST: dict[str, tuple[Callable[[Post], None], str]] = {
    "webhooks of alerts were never sent": (_lose_webhooks, "1 times and got it under 0 ids"),
    "a webhook came again under a new id": (_double_webhook, "1 times and got it under 2 ids"),
    "a mail is missing": (_lose_mail, "of slas.clock.breached about INC-"),
    "a mail came again under a new id": (_double_mail, "under 2 ids"),
    "one id came with two contents": (_change_copy, "2 different contents"),
}


@pytest.mark.parametrize("damage", IN_POST)
def test_damage_of_what_was_sent_is_found(history: History, database: str, damage: str) -> None:
    plant, words = IN_POST[damage]
    post = Post(dict(history.seen.post.mails), dict(history.seen.post.calls))
    plant(post)
    found = look(replace(history, seen=replace(history.seen, post=post)))
    assert any(words in said for said in found), "\n".join(found)


def test_webhooks_that_were_never_queued_are_found_although_nothing_waits(history: History, database: str) -> None:
    """The rows of deliveries are gone with what they would have sent."""
    as_owner(database, "DELETE FROM notifications_delivery WHERE event_name LIKE 'monitoring.alert.%'")
    post = Post(dict(history.seen.post.mails), dict(history.seen.post.calls))
    _lose_webhooks(post)
    assert any("none was queued" in said for said in look(replace(history, seen=replace(history.seen, post=post))))


def _later(history: History, hurts: Hurts) -> list[str]:
    """What is found a minute later, when nobody was asked since."""
    return look(replace(history, seen=replace(history.seen, ended=history.seen.ended + 60, hurts=hurts)))


def test_who_was_not_asked_is_found_unless_nobody_could_ask(history: History, database: str) -> None:
    words, since = "was not asked for", history.seen.ended
    assert any(words in said for said in _later(history, Hurts()))
    frozen = Hurt("frozen", since, since + 60, frozenset({"worker-2"}), strands=True)
    assert any(words in said for said in _later(history, Hurts([frozen])))
    stopped = Hurt("stopped", since, since + 60, frozenset({"postgres"}))
    assert not any(words in said for said in _later(history, Hurts([stopped])))
