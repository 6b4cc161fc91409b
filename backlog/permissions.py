"""What the pages and actions of this app need."""

from __future__ import annotations

from core.access.roles import Capability, TokenScope

SEE = Capability.VIEW
CHANGE_ITEMS = Capability.WORK
API = TokenScope.INCIDENTS
