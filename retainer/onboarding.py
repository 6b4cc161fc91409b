"""Opens an agency: its row, its first owner, and the catalogue it starts with, in one transaction."""

from __future__ import annotations

from agreements import services as agreements
from core.models import Agency, User
from core.services import create_agency, new_agency_id
from core.tenancy import Actor, tenant_scope
from slas import services as slas


def open_agency(*, owner: User, name: str, time_zone: str, currency: str) -> Agency:
    """A new agency with calendars, response times and tiers that are right out of the box."""
    with tenant_scope(new_agency_id(), actor=Actor("user", owner.id, "owner")):
        agency = create_agency(name=name, owner=owner, time_zone=time_zone, currency=currency)
        slas.install_catalogue()
        agreements.install_catalogue()
    return agency
