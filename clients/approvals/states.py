"""Which act leads an approval where. Every act needs an open one: what is decided stays decided."""

from __future__ import annotations

from clients.approvals.words import ApprovalAct, ApprovalState

# None keeps it open.
LEADS_TO: dict[ApprovalAct, ApprovalState | None] = {
    ApprovalAct.SEEN: None,
    ApprovalAct.QUESTIONED: None,
    ApprovalAct.ANSWERED: None,
    ApprovalAct.DELEGATED: None,
    ApprovalAct.REMINDED: None,
    ApprovalAct.APPROVED: ApprovalState.APPROVED,
    ApprovalAct.DECLINED: ApprovalState.DECLINED,
    ApprovalAct.OFFLINE: ApprovalState.APPROVED,
    ApprovalAct.SUPERSEDED: ApprovalState.SUPERSEDED,
    ApprovalAct.EXPIRED: ApprovalState.EXPIRED,
    ApprovalAct.WITHDRAWN: ApprovalState.WITHDRAWN,
}
