"""What a user does: signs in, reads pages, fills in the forms that stand on them, and calls the API.

The tests of the mission touch the product here and nowhere else: over HTTP, and through the ticks that its workers run.
"""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

from django.core import mail
from django.test import Client as Browser

from agreements.services import install_catalogue as install_plans
from clients.tasks import remind_of_approvals
from core import clock, outbox
from incidents.tasks import publish_incidents, remind_clients
from monitoring.polling.prober import probe_round
from monitoring.tasks import mark_stale, roll_up
from retainer.notifications.tasks import send_mail
from slas.services import install_catalogue as install_response_times
from slas.tasks import sweep_clocks
from tests.cast import PASSWORD, AgencyFixture
from tests.monitoring.scenario import Target
from tests.ui.forms_on_a_page import FormOnPage, forms_on

__all__ = [
    "Page",
    "Program",
    "Somebody",
    "Target",
    "after",
    "at",
    "count",
    "furnish",
    "mails",
    "poll",
    "work",
]

API = "/api/v1/"
_UNSEEN = frozenset(("script", "style", "template", "svg", "head"))


def at(moment: str | datetime) -> AbstractContextManager[None]:
    """As if it were this instant, such as "2026-06-01 08:00", in UTC."""
    instant = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return clock.at(instant.replace(tzinfo=UTC))


def after(moment: str, **time: float) -> datetime:
    """The instant so much later."""
    return datetime.fromisoformat(moment) + timedelta(**time)


def furnish(house: AgencyFixture) -> None:
    """Gives an agency the plans, calendars and response times that every new one starts with."""
    with house.scope():
        install_response_times()
        install_plans()


def work() -> None:
    """One turn of every worker but the poller: deadlines are judged, news is passed on, and mail is sent."""
    for tick in (sweep_clocks, publish_incidents, remind_clients, remind_of_approvals, mark_stale):
        tick()
    while outbox.relay_round():
        pass
    send_mail()


def poll() -> None:
    """The poller asks whatever is due, and what it heard is passed on."""
    probe_round(seconds=5, size=20)
    work()


def count() -> None:
    """What was measured is counted by the hour, as uptime is read from it."""
    roll_up()


def mails(address: str) -> list[str]:
    """The subjects of the mails to this address, the oldest first."""
    return [str(letter.subject) for letter in mail.outbox if address in letter.to]


@dataclass(frozen=True)
class Page:
    """What one address answered."""

    path: str
    status: int
    html: str

    @property
    def text(self) -> str:
        """All that can be read on it, in its order, with single spaces."""
        reader = _Reader()
        reader.feed(self.html)
        reader.close()
        return " ".join(" ".join(reader.said).split())

    def form(self, *fields: str, to: str = "") -> FormOnPage:
        """Its form that has these fields and leads there."""
        found = [
            form
            for form in forms_on(self.html, self.path)
            if form.method == "post" and to in form.action and set(fields) <= {*form.values, *form.fields}
        ]
        assert found, f"{self.path} has no form to “{to}” with {', '.join(fields) or 'any fields'}"
        return found[0]

    def offers(self, to: str) -> bool:
        """Whether it has a form that leads there."""
        return any(to in form.action for form in forms_on(self.html, self.path))

    def choice(self, field: str, words: str) -> str:
        """The value of the choice of this field that says so."""
        select = self.html[self.html.index(f'name="{field}"') :]
        found = re.search(r'value="([^"]*)"[^>]*>\s*' + re.escape(words), select)
        assert found, f"{self.path} offers no “{words}” for {field}"
        return found[1]

    def choice_of(self, field: str, words: str) -> str:
        """The value of the box of this field beside which that is written."""
        found = re.search(rf'name="{field}" value="([^"]*)"[^>]*><span>' + re.escape(words), self.html)
        assert found, f"{self.path} offers no “{words}” for {field}"
        return found[1]


class Somebody:
    """A person at a browser of their own."""

    def __init__(self, email: str) -> None:
        self._browser = Browser(enforce_csrf_checks=True)
        self.fills("/accounts/login/", login=email, password=PASSWORD)

    def reads(self, path: str) -> Page:
        """Opens an address."""
        return _page(path, self._browser.get(path, follow=True))

    def confirms(self, path: str) -> None:
        """Shows once more who they are, which some pages ask for."""
        page = self.reads(path)
        if page.path != path:
            self.fills(page.path, "reauthenticate", password=PASSWORD)

    def asks(self, path: str) -> Any:
        """What a page asks for by itself, such as the values of a chart."""
        return self._browser.get(path).json()

    def refreshes(self, path: str) -> Page:
        """Asks for the part of an open page that keeps itself up to date, as the page does."""
        return _page(path, self._browser.get(path, headers={"HX-Request": "true"}, follow=True))

    def fills(self, path: str, to: str = "", /, **typed: str | list[str] | None) -> Page:
        """Opens an address, fills in the form that leads there and sends it. None clears a field."""
        form = self.reads(path).form(*typed, to=to)
        said = {name: value if isinstance(value, list) else [value or ""] for name, value in typed.items()}
        sent = {name: [one for one in values if one] for name, values in (form.values | said).items()}
        return _page(form.action, self._browser.post(form.action, sent, follow=True))

    def presses(self, path: str, to: str) -> Page:
        """Presses the button that leads there."""
        return self.fills(path, to)


class Program:
    """A program with a token that somebody made for it on the settings page."""

    def __init__(self, maker: Somebody, agency: str, *scopes: str) -> None:
        new = f"/a/{agency}/settings/api/tokens/new/"
        maker.confirms(new)
        offered = maker.reads(new).form("scopes").options["scopes"]
        page = maker.fills(new, name="A program", days="30", scopes=list(scopes) or offered)
        token = re.search(r'id="secret"[^>]*>([^<]+)<', page.html)
        assert token, "the page shows no token"
        self._browser = Browser(headers={"Authorization": f"Bearer {token[1]}"})

    def reads(self, path: str, **query: str) -> Any:
        """What the API answers to a GET."""
        return self._answered(self._browser.get(API + path, query))

    def sends(self, path: str, **body: Any) -> Any:
        """What it answers to a POST."""
        return self._answered(self._browser.post(API + path, body, content_type="application/json"))

    def finds(self, path: str, **query: str) -> list[Any]:
        """The rows of a list."""
        return list(self.reads(path, **query)["results"])

    def _answered(self, answer: Any) -> Any:
        return answer.json() | {"status": answer.status_code} if answer.status_code >= 400 else answer.json()


class _Reader(HTMLParser):
    """The text that a reader sees, or hears read out."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in _UNSEEN

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _UNSEEN

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.said.append(data)


def _page(path: str, answer: Any) -> Page:
    last = str(answer.redirect_chain[-1][0]) if answer.redirect_chain else path
    return Page(last, answer.status_code, answer.content.decode())
