"""Every page that one goes to by name: what it is called, what people also call it, who may open it, and its key.

The sidebar, the settings, the keys, the sheet of keys and search-and-go are all drawn from here.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

from core.access.roles import Capability


@dataclass(frozen=True, slots=True)
class Page:
    """A page: ``words`` is what stands on it in people's words, by commas; ``key`` follows ``g``."""

    label: str
    route: str
    icon: str
    about: str = ""
    words: str = ""
    key: str = ""
    capability: Capability = Capability.VIEW
    # A page of the person and not of the agency has no agency in its address.
    own: bool = False


STAFF: list[tuple[str, list[Page]]] = [
    (
        "",
        [
            Page(
                _("Home"),
                "dashboard:home",
                "house",
                _("What needs somebody now"),
                _("start, overview, dashboard, today, inbox, my work"),
                "h",
            ),
            Page(
                _("Incidents"),
                "incidents:list",
                "siren",
                _("What broke, its clocks and its timeline"),
                _("outage, problem, failure, deadline, clock, missed, breach, ticket, severity"),
                "i",
            ),
        ],
    ),
    (
        _("Watch"),
        [
            Page(
                _("Systems"),
                "dashboard:systems",
                "bot",
                _("State, uptime, planned maintenance"),
                _("uptime, availability, health, status, maintenance, downtime, window, model, bot, chart, quality"),
                "s",
            ),
            Page(
                _("Alerts"),
                "monitoring:alerts",
                "bell-ring",
                _("Values that crossed a limit"),
                _("mute, silence, firing, alarm, warning, recovered"),
                "a",
            ),
            Page(
                _("Checks"),
                "monitoring:checks",
                "activity",
                _("What is measured, how often, and its limits"),
                _("mute, pause, monitor, probe, poll, metric, threshold, limit, latency, ping, measure"),
                "k",
            ),
        ],
    ),
    (
        _("Deliver"),
        [
            Page(
                _("Backlog"),
                "backlog:list",
                "list-todo",
                _("What was learned and is to be done"),
                _("improvement, idea, task, to do, learning, next"),
                "b",
            )
        ],
    ),
    (
        _("Clients"),
        [
            Page(
                _("Clients"),
                "clients:list",
                "building-2",
                _("Companies, their systems and people"),
                _("customer, company, account, contact, portal, go live"),
                "c",
            ),
            Page(
                _("Retainers"),
                "agreements:list",
                "file-text",
                _("What was promised to whom, and for how long"),
                _("agreement, contract, promise, scope, coverage, renewal"),
                "r",
            ),
            Page(
                _("Approvals"),
                "approvals:list",
                "file-check",
                _("What clients were asked to agree to"),
                _("approve, accept, decline, sign, signature, proposal, consent, agreed"),
                "y",
                capability=Capability.RETAINERS,
            ),
            Page(
                _("SLA review"),
                "dashboard:sla_review",
                "gauge",
                _("Which promises were kept"),
                _("kept, missed, compliance, attainment, simulate, replay, target, report"),
                "v",
            ),
        ],
    ),
    (
        "",
        [
            Page(
                _("Settings"),
                "settings:home",
                "settings",
                "",
                _("preferences, options, configure, administration"),
                ",",
            )
        ],
    ),
]

SETTINGS: list[Page] = [
    Page(
        _("Agency and brand"),
        "settings:agency",
        "building-2",
        _("Name, time zone, colour, sender, second factor"),
        _("brand, logo, colour, color, currency, sender, mail, DNS, domain, two-factor, 2FA, MFA"),
        capability=Capability.SETTINGS,
    ),
    Page(
        _("People"),
        "settings:people",
        "users",
        _("Who works here and in which role"),
        _("user, teammate, team, colleague, member, staff, role, permission, rights, invitation"),
        "p",
    ),
    Page(
        _("On call"),
        "oncall:home",
        "phone",
        _("Who is called, who is away, who takes over"),
        _("oncall, rota, roster, schedule, shift, escalation, duty, pager, away, substitute"),
        "o",
    ),
    Page(
        _("Plans"),
        "agreements:tiers",
        "layers",
        _("What each plan includes"),
        _("tier, package, price, included, hours"),
    ),
    Page(
        _("Response times and calendars"),
        "slas:policies",
        "timer",
        _("What retainers sign, and the hours it counts in"),
        _("SLA, policy, resolution, target, promise, severity, holiday, business hours, support hours"),
        "t",
    ),
    Page(
        _("API and webhooks"),
        "settings:machines",
        "webhook",
        _("Tokens for programs, receivers of events, what was delivered"),
        _("token, API key, secret, integration, endpoint, receiver, delivery, webhook"),
        capability=Capability.SETTINGS,
    ),
    Page(
        _("Audit and export"),
        "settings:audit",
        "history",
        _("Who did what and when"),
        _("audit, log, history, trail, activity, CSV, download, changed"),
        capability=Capability.SETTINGS,
    ),
]

# Pages that stand in no navigation because they are reached from another one.
INNER: list[Page] = [
    Page(
        _("Calendars"),
        "slas:calendars",
        "calendar",
        _("Hours and holidays that promises count in"),
        _("holiday, bank holiday, public holiday, working days, business hours, opening hours, support hours"),
    ),
]

# A person's own pages.
OWN: list[Page] = [
    Page(
        _("Profile and time zone"),
        "profile",
        "user",
        "",
        _("me, my account, name, time zone, timezone, settings of mine"),
        own=True,
    ),
    Page(_("Change password"), "account_change_password", "key-round", "", _("password, sign-in"), own=True),
    Page(
        _("Second factor"),
        "mfa_index",
        "shield-check",
        "",
        _("2FA, MFA, two-factor, authenticator, recovery codes, security"),
        own=True,
    ),
    Page(
        _("Where you are signed in"),
        "usersessions_list",
        "monitor",
        "",
        _("sessions, devices, browsers, sign out everywhere, security"),
        own=True,
    ),
    Page(_("E-mail addresses"), "account_email", "mail", "", _("email, e-mail, mail, my address"), own=True),
]

# What one may begin from anywhere.
ACTIONS: list[Page] = [
    Page(
        _("New incident"),
        "incidents:new",
        "siren",
        "",
        _("open, report, raise, outage, create"),
        capability=Capability.WORK,
    ),
    Page(
        _("New client"),
        "clients:new",
        "building-2",
        "",
        _("add, create, customer, company"),
        capability=Capability.CLIENTS,
    ),
    Page(
        _("Invite a person"),
        "settings:invite",
        "user-plus",
        "",
        _("invite, add, user, teammate, colleague, member, new person"),
        capability=Capability.PEOPLE,
    ),
    Page(
        _("New response times"),
        "slas:new_policy",
        "timer",
        "",
        _("add, create, SLA, policy"),
        capability=Capability.RETAINERS,
    ),
    Page(
        _("New calendar"),
        "slas:new_calendar",
        "calendar",
        "",
        _("add, create, hours, holiday"),
        capability=Capability.RETAINERS,
    ),
    Page(
        _("New rota"),
        "oncall:new",
        "phone",
        "",
        _("add, create, on-call, oncall, roster, shift"),
        capability=Capability.RETAINERS,
    ),
    Page(
        _("Take time off"),
        "oncall:time_off",
        "calendar",
        "",
        _("holiday, vacation, leave, away, absence, sick"),
        capability=Capability.WORK,
    ),
    Page(
        _("New token"),
        "settings:new_token",
        "key-round",
        "",
        _("add, create, API key, API token"),
        capability=Capability.SETTINGS,
    ),
    Page(
        _("New receiver of events"),
        "settings:new_endpoint",
        "webhook",
        "",
        _("add, create, webhook, endpoint"),
        capability=Capability.SETTINGS,
    ),
]

PORTAL: list[Page] = [
    Page(_("Home"), "portal:home", "house"),
    Page(_("Systems"), "portal:systems", "bot"),
    Page(_("Incidents"), "portal:incidents", "siren"),
    Page(_("Our agreement"), "portal:agreement", "file-text"),
]


def everything() -> list[Page]:
    """Every page of the staff's face, in the order of the navigation."""
    return [*(page for _label, pages in STAFF for page in pages), *SETTINGS, *INNER, *OWN]
