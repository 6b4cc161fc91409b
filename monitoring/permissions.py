"""What the pages and actions of this app need."""

from __future__ import annotations

from core.access.roles import Capability, TokenScope

SEE = Capability.VIEW
ASK_NOW = Capability.WORK
CHANGE_CHECKS = Capability.CONFIGURE
API = TokenScope.MONITORING
