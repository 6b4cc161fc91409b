"""What a new agency does first, in order, until everything has been done once."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from agreements import selectors as agreements
from clients import selectors as clients
from core.selectors import have_rows
from monitoring import selectors as monitoring


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One step: what it is, why, where it is done (empty while an earlier one is missing), whether it is done."""

    title: str
    text: str
    url: str
    done: bool


def first_steps(slug: str) -> list[FirstStep]:
    """The steps, or nothing once all of them are done."""
    done = have_rows(
        clients.clients(),
        clients.all_contacts(),
        clients.systems(),
        agreements.retainers().filter(state="active"),
        monitoring.checks(),
        clients.clients().filter(live_at__isnull=False),
    )
    if all(done):
        return []
    return [FirstStep(*words, url, one) for words, url, one in zip(_words(), _urls(slug), done, strict=True)]


def _words() -> list[tuple[str, str]]:
    return [
        (_("Add a client"), _("Whose AI systems you look after.")),
        (_("Add its main contact"), _("Who is told, and who may read the portal.")),
        (_("Add an AI system"), _("What can break, and how much that would hurt.")),
        (_("Sign a retainer"), _("The plan, and the response times for each system. Clocks run on them.")),
        (_("Add a check"), _("An address that is asked for values, and the limits that were agreed.")),
        (_("Go live"), _("From then on the client gets mail about what you publish.")),
    ]


def _urls(slug: str) -> list[str]:
    """Where each is done; those of the client that is added first are empty until there is one."""
    client, retainer = clients.clients().first(), agreements.retainers().filter(state="draft").first()

    def form(name: str) -> str:
        return reverse(name, args=[slug, client.slug]) if client else ""

    return [
        reverse("clients:new", args=[slug]),
        form("clients:new_contact"),
        form("clients:new_system"),
        # A draft's page names what still keeps it from starting, each with the form that mends it.
        reverse("agreements:retainer", args=[slug, retainer.id]) if retainer else form("agreements:new"),
        _new_check(slug),
        form("clients:go_live"),
    ]


def _new_check(slug: str) -> str:
    system = clients.systems().select_related("client").first()
    return reverse("monitoring:new_check", args=[slug, system.client.slug, system.slug]) if system else ""
