"""X03 on the pages: an id of another agency, or of another client in the portal, in any field of any form and any
filter, is answered like an id that never was, and changes nothing there.

The pages come from the URL resolver, the forms from the pages, the ids from every table.
"""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.apps import apps
from django.test import Client as Browser

from clients.models import Client
from core.models import AuditEvent, OutboxEvent
from core.tenancy import TenantManager
from tests.cast import AgencyFixture, Cast, random_id
from tests.matrix import browser_of, taken_back
from tests.ui.forms_on_a_page import FormOnPage, forms_on
from tests.walls.test_routes import PORTAL, STAFF, Route, path

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

MODELS: list[Any] = [
    model
    for model in apps.get_models()
    if isinstance(model._default_manager, TenantManager)
    and not issubclass(model, AuditEvent | OutboxEvent)
    and model._meta.pk is not None
    and model._meta.pk.get_internal_type() == "UUIDField"
]
# Fields that name a row although the page offers none to choose from.
NAMED_LIKE_ONE = re.compile(r"(^|_)(id|client|system|owner|tier|policy|policy_version|check|incident|contact)$")


def ids_of(house: AgencyFixture, client: Client | None = None) -> set[str]:
    """An id or two of every table of a house, or of the rows of one of its clients."""
    found: set[str] = set()
    with house.scope():
        for model in MODELS:
            rows = model.objects.all()
            if client is not None:
                owned = any(field.name == "client" for field in model._meta.fields)
                rows = rows.filter(client_id=client.id) if owned else rows.filter(pk=client.pk)
            found |= {str(key) for key in rows.values_list("pk", flat=True)[:2]}
    return found


def is_id(value: str) -> bool:
    try:
        return bool(uuid.UUID(value))
    except ValueError:
        return False


def fields_with_ids(form: FormOnPage) -> list[str]:
    """Those in which a row is named."""
    names = {*form.fields, *form.values}
    return sorted(
        name
        for name in names
        if NAMED_LIKE_ONE.search(name) or any(map(is_id, [*form.options.get(name, []), *form.values.get(name, [])]))
    )


def answer(browser: Browser, form: FormOnPage, name: str, value: str) -> tuple[int, str, str]:
    """What comes back, without what differs between any two calls."""
    data = form.with_value(name, value)
    with taken_back():
        got = browser.post(form.action, data) if form.method == "post" else browser.get(form.action, data)
    # The token of the session, and times, which run on between two calls.
    text = re.sub(r"\b[A-Za-z0-9]{64}\b|\d+ (s|min|seconds?|minutes?) ago", "", got.content.decode())
    return got.status_code, got.get("Location", "").replace(value, "ID"), text.replace(value, "ID")


def swap_all(browser: Browser, address: str, theirs: set[str]) -> int:
    """Puts every one of their ids into every field that holds one; returns how many fields there were."""
    shown = browser.get(address)
    if shown.status_code != 200 or "html" not in shown.get("Content-Type", ""):
        return 0
    tried = 0
    for form in forms_on(shown.content.decode(), address):
        for name in fields_with_ids(form):
            tried += 1
            never = answer(browser, form, name, str(random_id()))
            assert never[0] < 500
            for value in sorted(theirs):
                assert answer(browser, form, name, value) == never, f"{form.action} {name}={value}"
    return tried


def written(house: AgencyFixture) -> int:
    with house.scope():
        return AuditEvent.objects.count() + OutboxEvent.objects.count()


@pytest.mark.parametrize("route", STAFF, ids=str)
def test_x03_no_form_knows_another_agencys_id(route: Route, cast: Cast, both_rows: dict[str, Any]) -> None:
    before, theirs = written(cast.south), ids_of(cast.south)
    swap_all(browser_of(cast, cast.north.owner), path(route, cast.north, both_rows), theirs)
    assert written(cast.south) == before


@pytest.mark.parametrize("route", PORTAL, ids=str)
def test_x03_no_page_of_the_portal_knows_another_clients_id(
    route: Route, cast: Cast, both_rows: dict[str, Any]
) -> None:
    theirs = ids_of(cast.south) | ids_of(cast.north, cast.north.other_client)
    swap_all(browser_of(cast, cast.north.contact), path(route, cast.north, both_rows), theirs)


def test_fields_that_name_rows_were_found(cast: Cast, north_rows: dict[str, Any]) -> None:
    """A reader that found none would let everything through."""
    browser = browser_of(cast, cast.north.owner)
    assert sum(swap_all(browser, path(route, cast.north, north_rows), set()) for route in STAFF) > 8


def test_a_form_that_takes_another_agencys_id_would_be_found(
    cast: Cast, north_rows: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken on purpose: a page that repeats the name of whatever system it is asked for."""
    south = cast.south.system

    def leaks(self: Browser, address: str, data: Any = None, *args: Any, **more: Any) -> Any:
        got = plain(self, address, data, *args, **more)
        if data and str(south.id) in str(data):
            got.content = got.content.replace(b"</body>", south.name.encode() + b"</body>")
        return got

    plain = Browser.post
    monkeypatch.setattr(Browser, "post", leaks)
    browser = browser_of(cast, cast.north.owner)
    edit = next(route for route in STAFF if route.name == "clients:edit_system")
    with pytest.raises(AssertionError, match="owner_id"):
        swap_all(browser, path(edit, cast.north, north_rows), {str(south.id)})
