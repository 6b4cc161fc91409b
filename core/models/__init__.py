"""The kernel's tables. Other apps use ``core.services`` and ``core.selectors``; foreign keys name them by string."""

from core.models.accounts import Agency, Invitation, Membership, User
from core.models.lists import SavedView
from core.models.machines import ApiToken, IdempotencyKey, NetAllowance
from core.models.records import AccountEvent, AuditEvent, AuditSeal, Counter, Heartbeat, OutboxEvent, OutboxHandled
