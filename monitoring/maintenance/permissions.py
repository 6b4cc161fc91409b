"""Who may plan maintenance."""

from __future__ import annotations

from core.access.roles import Capability, TokenScope

PLAN = Capability.WORK
API = TokenScope.MONITORING
