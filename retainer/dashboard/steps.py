"""What a new agency does first, in order, until everything has been done once."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from agreements import selectors as agreements
from clients import selectors as clients
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
    client = clients.clients().first()
    system = clients.systems().first()
    retainer = agreements.retainers().filter(state="draft").first()

    def form(name: str) -> str:
        """The form of the client that is added first; empty until there is one."""
        return reverse(name, args=[slug, client.slug]) if client else ""

    steps = [
        FirstStep(
            _("Add a client"), _("Whose AI systems you look after."), reverse("clients:new", args=[slug]), bool(client)
        ),
        FirstStep(
            _("Add its main contact"),
            _("Who is told, and who may read the portal."),
            form("clients:new_contact"),
            clients.all_contacts().exists(),
        ),
        FirstStep(
            _("Add an AI system"),
            _("What can break, and how much that would hurt."),
            form("clients:new_system"),
            bool(system),
        ),
        FirstStep(
            _("Sign a retainer"),
            _("The plan, and the response times for each system. Clocks run on them."),
            # Its page names what still keeps it from starting, each with the form that mends it.
            reverse("agreements:retainer", args=[slug, retainer.id]) if retainer else form("agreements:new"),
            agreements.retainers().filter(state="active").exists(),
        ),
        FirstStep(
            _("Add a check"),
            _("An address that is asked for values, and the limits that were agreed."),
            _new_check(slug),
            monitoring.checks().exists(),
        ),
        FirstStep(
            _("Go live"),
            _("From then on the client gets mail about what you publish."),
            form("clients:go_live"),
            clients.clients().filter(live_at__isnull=False).exists(),
        ),
    ]
    return [] if all(step.done for step in steps) else steps


def _new_check(slug: str) -> str:
    system = clients.systems().select_related("client").first()
    return reverse("monitoring:new_check", args=[slug, system.client.slug, system.slug]) if system else ""
