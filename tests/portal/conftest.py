"""The demo, filled once for a module and only read, or changed in a test that takes back what it did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from tests.conftest import _empty_every_table
from tests.portal.demo import Said, everything_said, seed_demo


@pytest.fixture(scope="module")
def demo(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Said]]:
    """All that its portals say, as it stands after `make demo` has filled it."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        seed_demo(patch, tmp_path_factory.mktemp("demo"))
        said = everything_said()
    yield said
    with django_db_blocker.unblock():
        connection.close()
        _empty_every_table()
