"""Writes of this app: the improvement backlog, and planned maintenance."""

from __future__ import annotations

from backlog.services.items import NEXT, create_from_incident, move_item, update_item
from backlog.services.maintenance import cancel_maintenance, plan_maintenance
