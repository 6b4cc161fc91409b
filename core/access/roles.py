"""Staff roles, contact rights, token scopes, and the one table that says what each may do."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """A person's role on an agency's staff."""

    OWNER = "owner", _("Owner")
    ACCOUNT_MANAGER = "account_manager", _("Account manager")
    ENGINEER = "engineer", _("Engineer")
    VIEWER = "viewer", _("Viewer")


class Right(models.TextChoices):
    """What a client's contact may do. Everybody with a right may read the portal."""

    VIEWER = "viewer", _("Viewer")
    APPROVER = "approver", _("Approver")
    FINANCE = "finance", _("Finance")


class Capability(models.TextChoices):
    """What a page or an action needs. One word per kind of act, so that the table below stays readable."""

    VIEW = "view", _("See the agency's work")
    WORK = "work", _("Work on incidents and checks")
    OVERRIDE = "override", _("Call an incident solved against what is measured")
    CONFIGURE = "configure", _("Set up systems and checks")
    CLIENTS = "clients", _("Manage clients and contacts")
    RETAINERS = "retainers", _("Manage retainers and response times")
    MONEY = "money", _("See cost and margin")
    PEOPLE = "people", _("Invite and remove people")
    SETTINGS = "settings", _("Change the agency's settings")


STAFF: dict[str, frozenset[str]] = {
    Role.OWNER: frozenset(Capability.values),
    Role.ACCOUNT_MANAGER: frozenset(
        {
            Capability.VIEW,
            Capability.WORK,
            Capability.OVERRIDE,
            Capability.CONFIGURE,
            Capability.CLIENTS,
            Capability.RETAINERS,
            Capability.MONEY,
        }
    ),
    Role.ENGINEER: frozenset({Capability.VIEW, Capability.WORK, Capability.CONFIGURE}),
    Role.VIEWER: frozenset({Capability.VIEW}),
}


class TokenScope(models.TextChoices):
    """What a token may do. A token never makes tokens or owners, and never invites anybody."""

    READ = "read", _("Read everything the token's client or agency has")
    INCIDENTS = "incidents", _("Open, update and resolve incidents, keep the backlog")
    MONITORING = "monitoring", _("Create and change checks, send samples")
    CLIENTS = "clients", _("Create and change clients, contacts and systems")
    RETAINERS = "retainers", _("Create and change retainers and response times")
    PEOPLE = "people", _("Change what members of the staff may do")
    SETTINGS = "settings", _("Read and change webhooks, read messages and the audit trail")


# What somebody must be allowed to do themselves for their token to do it.
BEHIND: dict[str, str] = {
    # Reading through the API shows prices too.
    TokenScope.READ: Capability.MONEY,
    TokenScope.INCIDENTS: Capability.WORK,
    TokenScope.MONITORING: Capability.CONFIGURE,
    TokenScope.CLIENTS: Capability.CLIENTS,
    TokenScope.RETAINERS: Capability.RETAINERS,
    TokenScope.PEOPLE: Capability.PEOPLE,
    TokenScope.SETTINGS: Capability.SETTINGS,
}


def may(role: str, capability: str) -> bool:
    """True where this staff role includes the capability. An unknown role may do nothing."""
    return capability in STAFF.get(role, frozenset())


def scopes_within(role: str, scopes: list[str]) -> list[str]:
    """Those scopes whose acts the role includes."""
    return [scope for scope in scopes if may(role, BEHIND[scope])]
