"""Bad input on every form of every page: no failure, a clear error, and everything that was typed still stands there.

The pages come from the URL resolver and the forms from what the pages show, so a new form is tried without a word here.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable
from typing import Any

import pytest
from django.contrib.messages import ERROR, get_messages
from django.forms import BoundField
from django.test import Client as Browser

from slas.selectors import METRICS, SEVERITIES
from tests import edges
from tests.cast import Cast, person
from tests.matrix import browser_of, taken_back
from tests.ui.forms_on_a_page import FormOnPage, forms_on
from tests.walls.test_routes import PORTAL, STAFF, Route, path

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

# Shown to a person as they typed it, so that it must come back: a wrong word, a wrong time, far too much, and mark-up.
TYPED = ["  ", "not a value at all", "-1", "2026-02-30T25:61", "9" * 30, "x" * 20_000, "<b>&amp;\"'", "٣٫٥", "🙂" * 300]
# What no keyboard sends; it need not come back.
SENT = ["\x00", "a\x00b", "NaN", "1e999", "00000000-0000-0000-0000-000000000000", "' OR 1=1 --"]
SENT += ["9999-12-31", "9999-12-31T23:59", "0001-01-01T00:00", "9" * 5_000 + "h", edges.ADDRESS]
CELL = re.compile("|".join([r"\d+", *(value for value, _label in [*METRICS, *SEVERITIES])]))
OUTSIDE = [
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/password/change/",
    "/accounts/email/",
    "/accounts/2fa/totp/activate/",
    "/accounts/reauthenticate/",
    "/me/",
    "/start/",
]

# Buttons that the cast's rows do not show, and that carry a word of a fixed list at most.
WITHOUT_WORDS = {
    *(
        "approvals:withdraw",
        "agreements:back_to_draft",
        "clients:invite_contact",
        "agreements:activate",
        "incidents:step",
        "slas:decide_holidays",
    ),
    *("slas:prepare_policy_move", "slas:prepare_calendar_move", "slas:apply_move"),
    *("slas:restore_policy", "slas:restore_calendar"),
    *("clients:restore", "clients:restore_system", "settings:restore_endpoint", "settings:check_sender"),
    *("incidents:acknowledge_several", "dashboard:delete_view"),
    # What is typed stands in the form of the check, which is tried itself; the answer comes beside it.
    *("monitoring:test_new", "monitoring:test_changed"),
}


@pytest.fixture(autouse=True)
def nothing_is_counted(settings: Any) -> None:
    """Attempts are counted outside the database, where no test's rollback takes them back."""
    settings.ACCOUNT_RATE_LIMITS = False
    settings.SIGN_UP = "open"


def signed_in(cast: Cast) -> Browser:
    browser = Browser(raise_request_exception=True)
    browser.force_login(cast.north.owner)
    return browser


def try_everything(browser: Browser, address: str) -> int:
    """Every form on the page, every field of it, every bad value. Returns how many forms were posted."""
    shown = browser.get(address)
    if shown.status_code != 200 or "html" not in shown.get("Content-Type", ""):
        return 0
    forms = forms_on(shown.content.decode(), address)
    for form in forms:
        if form.action != "/accounts/logout/":
            _try(browser, form)
    return sum(form.method == "post" for form in forms)


def _try(browser: Browser, form: FormOnPage) -> None:
    _send(browser, form, {}, typed="")
    for name in _kinds(form.fields):
        for value in TYPED if name in form.typed else []:
            _send(browser, form, form.with_value(name, value), typed=name)
        for value in SENT:
            _send(browser, form, form.with_value(name, value), typed="")


def _kinds(names: Iterable[str]) -> list[str]:
    """Of the fields of a table, whose names differ in a number, a promise or a severity only, the first stands for
    all: one loop makes them."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(CELL.sub("0", name), name)
    return list(first.values())


def _send(browser: Browser, form: FormOnPage, data: dict[str, list[str]], *, typed: str) -> None:
    said = f"{form.method} {form.action} {typed or 'odd'}={str(data.get(typed, data))[:80]!r}"
    cookies = copy.deepcopy(browser.cookies)
    with taken_back():
        answer = browser.post(form.action, data) if form.method == "post" else browser.get(form.action, data)
        browser.cookies = cookies
        assert answer.status_code < 500, said
        assert not answer.get("Location", "").startswith("/accounts/login/?next="), f"{said}: signed out"
        if form.method != "post":
            return
        errors = [str(message) for message in get_messages(answer.wsgi_request) if message.level >= ERROR]
        # Sent on with an error, a page forgets what was typed.
        assert not (errors and typed), f"{said}: {errors}"
        if answer.status_code == 422 and typed:
            _stays(answer, form, data, typed, said)


def _stays(answer: Any, form: FormOnPage, data: dict[str, list[str]], typed: str, said: str) -> None:
    text = answer.content.decode()
    assert 'role="alert"' in text or "field-error" in text, f"{said}: nothing is said"
    again = [other for other in forms_on(text, form.action) if typed in other.typed]
    assert again, f"{said}: the form is gone"
    standing = {name: values for name, values in again[0].values.items() if name in form.typed}
    for name, values in standing.items():
        # Line breaks travel as CR LF.
        got, meant = ("".join(texts).replace("\r\n", "\n").strip() for texts in (values, data.get(name, [""])))
        assert got == meant, f"{said}: {name} became {got[:60]!r}"


@pytest.mark.parametrize("route", [*STAFF, *PORTAL], ids=str)
def test_bad_input_fails_nothing_says_what_is_wrong_and_keeps_what_was_typed(
    route: Route, cast: Cast, north_rows: dict[str, Any]
) -> None:
    browser = browser_of(cast, cast.north.contact if route in PORTAL else cast.north.owner)
    try_everything(browser, path(route, cast.north, north_rows))


@pytest.mark.parametrize("address", OUTSIDE)
@pytest.mark.parametrize("who", ["nobody", "somebody"])
def test_bad_input_on_the_pages_of_ones_account_is_no_better(who: str, address: str, cast: Cast) -> None:
    browser = Browser(raise_request_exception=True)
    if who == "somebody":
        browser.force_login(person("Somebody", "somebody@example.com"))
    try_everything(browser, address)


def test_every_page_that_takes_words_was_tried(cast: Cast, north_rows: dict[str, Any]) -> None:
    """A reader that found no form would let everything through."""
    rows, browser = north_rows, browser_of(cast, cast.north.owner)
    typed: set[str] = set()
    for route in STAFF:
        address = path(route, cast.north, rows)
        shown = browser.get(address)
        if shown.status_code == 200 and "html" in shown["Content-Type"]:
            typed |= {form.action for form in forms_on(shown.content.decode(), address) if form.method == "post"}
    posts = {route.name: path(route, cast.north, rows) for route in STAFF}
    unseen = {name for name, at in posts.items() if browser.get(at).status_code == 405 and at not in typed}
    assert unseen <= WITHOUT_WORDS
    assert len(typed) > 40


def test_a_page_that_forgets_what_was_typed_is_found(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundField, "value", lambda field: field.initial)
    with pytest.raises(AssertionError, match="became"):
        try_everything(signed_in(cast), "/a/north/clients/new/")
