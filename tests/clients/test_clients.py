"""A client is added, changed and gone live with."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from clients import selectors, services
from clients.models import Client
from core import clock
from core.errors import NotFound
from tests.cast import Cast, random_id
from tests.clients.support import audited, refused, told

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_a_new_client_has_an_address_made_of_its_name_and_gets_no_mail(cast: Cast) -> None:
    with cast.north.scope():
        client = services.create_client(name="Müller & Söhne", time_zone="Europe/Berlin", country="de")
        again = selectors.client_by_slug("muller-sohne")
    assert (client.id, client.country, client.live_at) == (again.id, "DE", None)


def test_what_happened_to_a_client_is_recorded_and_announced_with_it(cast: Cast) -> None:
    with cast.north.scope():
        client = services.create_client(name="Acme", time_zone="UTC")
        services.update_client(client_id=client.id, name="Acme Ltd", time_zone="UTC")
        services.go_live(client_id=client.id)
        acts = ["clients.client.created", "clients.client.updated", "clients.client.went_live"]
        assert audited(client.id) == told(client.id) == acts


def test_a_name_that_is_taken_gets_a_number_behind_its_address(cast: Cast) -> None:
    with cast.north.scope():
        slugs = [services.create_client(name=name, time_zone="UTC").slug for name in ("Acme", "acme", "ACME!")]
    assert slugs == ["acme", "acme-2", "acme-3"]


def test_two_agencies_may_use_one_address(cast: Cast) -> None:
    slugs = []
    for house in (cast.north, cast.south):
        with house.scope():
            slugs.append(services.create_client(name="Acme", time_zone="UTC").slug)
    assert slugs == ["acme", "acme"]


@pytest.mark.parametrize(
    ("name", "slug"),
    [("株式会社", "client"), ("---", "client"), ("a" * 80, "a" * 36), ("Wait… what?", "wait-what")],
)
def test_any_name_makes_an_address(cast: Cast, name: str, slug: str) -> None:
    with cast.north.scope():
        assert services.create_client(name=name, time_zone="UTC").slug == slug


def test_an_address_may_be_chosen_and_is_made_one(cast: Cast) -> None:
    with cast.north.scope():
        assert (
            services.create_client(name="Acme Holding International", slug="Acme HQ", time_zone="UTC").slug == "acme-hq"
        )


@pytest.mark.django_db(transaction=True)
def test_two_people_adding_one_name_at_once_both_succeed(committed_cast: Cast) -> None:
    north, gate, slugs = committed_cast.north, threading.Barrier(2), []

    def add() -> None:
        try:
            with north.scope():
                gate.wait()
                slugs.append(services.create_client(name="Acme", time_zone="UTC").slug)
        finally:
            connection.close()

    threads = [threading.Thread(target=add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(slugs) == ["acme", "acme-2"]


def test_a_new_name_leaves_the_address_alone_so_that_links_stay_good(cast: Cast) -> None:
    with cast.north.scope():
        before = cast.north.client.slug
        changed = services.update_client(client_id=cast.north.client.id, name="Renamed", time_zone="Asia/Tokyo")
        assert (changed.name, changed.time_zone, changed.slug) == ("Renamed", "Asia/Tokyo", before)


GOOD: dict[str, Any] = {"name": "Acme", "time_zone": "Europe/Paris", "country": "FR"}
BAD = [
    ("name", ""),
    ("name", "  \t "),
    ("name", "\u200b\u202e"),
    ("name", "a" * 81),
    ("time_zone", ""),
    ("time_zone", "Mars/Olympus"),
    ("time_zone", "../../etc/passwd"),
    ("time_zone", "Europe"),
    ("time_zone", "Europe/Berlin\x00"),
    ("country", "DEU"),
    ("country", "1a"),
]


@pytest.mark.parametrize(("field", "value"), BAD)
def test_what_cannot_be_right_is_refused_beside_its_field(cast: Cast, field: str, value: str) -> None:
    """The same words for a new client and for a changed one, and nothing is written."""
    with cast.north.scope():
        with refused(field):
            services.create_client(**{**GOOD, field: value})
        with refused(field):
            services.update_client(client_id=cast.north.client.id, **{**GOOD, field: value})
        assert selectors.clients().count() == 2


def test_characters_that_nobody_sees_are_taken_out_of_a_name(cast: Cast) -> None:
    with cast.north.scope():
        client = services.create_client(name="  Ac\x00me\r\n\x1b[31m  Lt\ud800d \u202e", time_zone="UTC")
        client.refresh_from_db()
    assert client.name == "Ac me [31m Lt d"


def test_going_live_twice_keeps_the_first_moment(cast: Cast) -> None:
    client_id = cast.north.client.id
    with clock.at(NOON), cast.north.scope():
        services.go_live(client_id=client_id)
    with clock.at(NOON + timedelta(days=1)), cast.north.scope():
        assert services.go_live(client_id=client_id).live_at == NOON
        assert told(client_id) == ["clients.client.went_live"]


def test_an_archived_client_is_not_on_the_list(cast: Cast) -> None:
    with cast.north.scope():
        Client.objects.filter(id=cast.north.client.id).update(archived_at=NOON)
        assert [row.id for row in selectors.clients()] == [cast.north.other_client.id]


def test_a_client_that_is_not_there_is_not_found(cast: Cast) -> None:
    with cast.north.scope():
        with refused("client", NotFound):
            services.go_live(client_id=random_id())
        with refused(None, NotFound):
            selectors.client_by_slug("nobody")
