"""What the pages and actions of this app need."""

from __future__ import annotations

from core.access.roles import Capability, TokenScope

SEE = Capability.VIEW
CHANGE_RESPONSE_TIMES = Capability.RETAINERS
TAKE_TURNS = Capability.WORK
READ_CLOCKS = TokenScope.INCIDENTS
# It stores nothing, so whoever may read may calculate.
CALCULATE = TokenScope.READ
READ_RESPONSE_TIMES = TokenScope.RETAINERS
