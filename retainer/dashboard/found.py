"""What search-and-go can find, and how each find is shown: a few rows of every kind, best first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Model, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from agreements import selectors as agreements
from clients import selectors as clients
from clients.approvals import selectors as approvals
from core import selectors as core
from core.access.roles import Capability, may
from core.searching import NAME, best, rank
from incidents import selectors as incidents
from retainer import navigation, sitemap
from retainer.sitemap import Page
from retainer.viewer import membership_of
from slas import selectors as slas

MOST = 6


@dataclass(frozen=True, slots=True)
class Act:
    """What is done on the spot instead of opened; ``words`` is what people also call it."""

    label: str
    words: str
    icon: str
    act: str
    value: str = ""


ACTS: list[Act] = [
    Act(gettext_noop("Light theme"), gettext_noop("theme, bright, day, appearance, colours"), "sun", "theme", "light"),
    Act(gettext_noop("Dark theme"), gettext_noop("theme, night, black, appearance, colours"), "moon", "theme", "dark"),
    Act(
        gettext_noop("Theme of the system"),
        gettext_noop("theme, follow the system, automatic, appearance, colours"),
        "monitor",
        "theme",
        "system",
    ),
    Act(gettext_noop("Sign out"), gettext_noop("log out, logout, sign off, leave, exit"), "log-out", "sign_out"),
]


@dataclass(frozen=True, slots=True)
class Find:
    """One line of what was found: a link, or with ``act`` something done on the spot."""

    name: str
    rank: int
    url: str = ""
    note: str = ""
    icon: str = ""
    key: str = ""
    act: str = ""
    value: str = ""


def pages(request: HttpRequest, words: str) -> list[Find]:
    """Pages by their name and by what stands on them; without words the sidebar's."""
    known = sitemap.everything() if words else [page for _label, some in sitemap.STAFF for page in some]
    return _of(request, known, words, most=MOST if words else len(known))


def actions(request: HttpRequest, words: str) -> list[Find]:
    """What may be begun from anywhere, and what is done on the spot."""
    if not words:
        return []
    return _first([*_of(request, sitemap.ACTIONS, words), *_acts(words)])


def people(request: HttpRequest, words: str) -> list[Find]:
    """Members of the agency, and contacts of the clients it has."""
    if not words:
        return []
    place = reverse("settings:people", args=[_slug(request)])
    members = best(core.members(), words, name="user__name", also=["user__email"], most=MOST)
    staff = [
        Find(row.user.get_full_name(), _rank(row), f"{place}#person-{row.id}", row.get_role_display(), "user")
        for row in members
    ]
    return _first([*staff, *_contacts(request, words)])


def rows(request: HttpRequest, words: str) -> list[tuple[str, list[Find]]]:
    """Clients, systems, incidents, retainers, approvals and terms; each kind with its label."""
    if not words:
        return []
    kinds: list[tuple[str, Callable[[HttpRequest, str], list[Find]]]] = [
        (_("Clients"), _clients),
        (_("Systems"), _systems),
        (_("Incidents"), _incidents),
        (_("Retainers"), _retainers),
        (_("Approvals"), _approvals),
        (_("Response times and calendars"), _terms),
    ]
    return [(label, find(request, words)) for label, find in kinds]


def _slug(request: HttpRequest) -> str:
    return membership_of(request).slug


def _rank(row: Model) -> int:
    return int(getattr(row, "rank", NAME))


def _first(finds: Iterable[Find], most: int = MOST) -> list[Find]:
    return sorted(finds, key=lambda find: find.rank)[:most]


def _of(request: HttpRequest, known: Iterable[Page], words: str, most: int = MOST) -> list[Find]:
    finds = []
    for page in navigation.opened(request, known):
        # An empty text has no translation: gettext answers it with what it knows of itself.
        place = rank(words, _(page.label), _(page.words) if page.words else "") if words else NAME
        if place is not None:
            url, note = navigation.url_of(request, page), _(page.about) if page.about else ""
            finds.append(Find(_(page.label), place, url, note, page.icon, page.key))
    return _first(finds, most)


def _acts(words: str) -> list[Find]:
    ranked = [(rank(words, _(act.label), _(act.words)), act) for act in ACTS]
    return [
        Find(_(act.label), place, icon=act.icon, act=act.act, value=act.value)
        for place, act in ranked
        if place is not None
    ]


def _contacts(request: HttpRequest, words: str) -> list[Find]:
    known = clients.all_contacts().filter(client__archived_at=None).select_related("client")
    return [
        Find(
            row.name,
            _rank(row),
            reverse("dashboard:client", args=[_slug(request), row.client.slug]) + "#contacts",
            _("Contact of %(client)s") % {"client": row.client.name},
            "user",
        )
        for row in best(known, words, name="name", also=["email"], most=MOST)
    ]


def _clients(request: HttpRequest, words: str) -> list[Find]:
    return [
        Find(row.name, _rank(row), reverse("dashboard:client", args=[_slug(request), row.slug]), icon="building-2")
        for row in best(clients.clients(), words, name="name", most=MOST)
    ]


def _systems(request: HttpRequest, words: str) -> list[Find]:
    known = clients.systems().select_related("client")
    return [
        Find(
            row.name,
            _rank(row),
            reverse("dashboard:system", args=[_slug(request), row.client.slug, row.slug]),
            row.client.name,
            "bot",
        )
        for row in best(known, words, name="name", also=["client__name"], most=MOST)
    ]


def _incidents(request: HttpRequest, words: str) -> list[Find]:
    number = re.fullmatch(r"(?i)(?:inc-?)?(\d{1,9})", words)
    exactly = Q(number=int(number[1])) if number else None
    return [
        Find(
            f"{row.reference} {row.title}",
            _rank(row),
            reverse("dashboard:incident", args=[_slug(request), row.number]),
            row.get_state_display(),
            "siren",
        )
        for row in best(incidents.incidents(), words, name="title", most=MOST, exactly=exactly)
    ]


def _retainers(request: HttpRequest, words: str) -> list[Find]:
    known = agreements.retainers().select_related("client")
    return [
        Find(
            row.name,
            _rank(row),
            reverse("agreements:retainer", args=[_slug(request), row.id]),
            f"{row.client.name} · {row.get_state_display()}",
            "file-text",
        )
        for row in best(known, words, name="name", also=["client__name"], most=MOST)
    ]


def _approvals(request: HttpRequest, words: str) -> list[Find]:
    if not may(membership_of(request).role, Capability.RETAINERS):
        return []
    known = approvals.approvals().select_related("client")
    return [
        Find(
            row.title,
            _rank(row),
            reverse("approvals:approval", args=[_slug(request), row.id]),
            f"{row.client.name} · {row.get_state_display()}",
            "file-check",
        )
        for row in best(known, words, name="title", also=["client__name"], most=MOST)
    ]


def _terms(request: HttpRequest, words: str) -> list[Find]:
    policies = best(slas.policies(), words, name="name", most=MOST)
    calendars = best(slas.calendars(), words, name="name", most=MOST)
    times, hours = _("Response times"), _("Calendar")
    finds = [Find(row.name, _rank(row), _term(request, "policy", row.slug), times, "timer") for row in policies]
    finds += [Find(row.name, _rank(row), _term(request, "calendar", row.slug), hours, "calendar") for row in calendars]
    return _first(finds)


def _term(request: HttpRequest, kind: str, own: str) -> str:
    return reverse(f"slas:{kind}", args=[_slug(request), own])
