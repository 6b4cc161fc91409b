"""What the pages and actions of approvals need: what a client agrees to names prices."""

from __future__ import annotations

from core.access.roles import Capability, TokenScope

AGREE = Capability.RETAINERS
API = TokenScope.RETAINERS
