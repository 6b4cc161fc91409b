"""Whether there is anything of several kinds, asked at once and of one's own agency alone."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.models import AISystem, Client
from core.selectors import have_rows
from core.tenancy import ScopeError
from tests.cast import Cast


def test_each_is_answered_for_itself_in_one_statement(cast: Cast) -> None:
    with cast.north.scope(), CaptureQueriesContext(connection) as asked:
        found = have_rows(
            Client.objects.all(), AISystem.objects.filter(name="Nobody's"), AISystem.objects.order_by("name")
        )
    assert found == (True, False, True)
    assert sum("EXISTS" in query["sql"] for query in asked) == 1


def test_what_another_agency_has_is_not_there(cast: Cast) -> None:
    theirs = cast.south.client.id
    with cast.north.scope():
        assert have_rows(Client.objects.filter(id=theirs)) == (False,)
    with cast.south.scope():
        assert have_rows(Client.objects.filter(id=theirs)) == (True,)


def test_nobody_asks_outside_a_scope(cast: Cast) -> None:
    with pytest.raises(ScopeError):
        have_rows(Client.objects.none())
