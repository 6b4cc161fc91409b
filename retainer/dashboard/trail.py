"""The audit trail in words: what was done to what. Programs and exports keep the names."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Said = str | Promise

# What is acted on, by the middle of an action's name.
OBJECTS: dict[str, Said] = {
    "address": gettext_lazy("Internal address"),
    "agency": gettext_lazy("Agency"),
    "alert": gettext_lazy("Alert"),
    "approval": gettext_lazy("Approval"),
    "calendar": gettext_lazy("Support hours"),
    "calendar_version": gettext_lazy("Version of support hours"),
    "catalogue": gettext_lazy("Catalogue"),
    "check": gettext_lazy("Check"),
    "client": gettext_lazy("Client"),
    "clock": gettext_lazy("Clocks"),
    "contact": gettext_lazy("Contact"),
    "endpoint": gettext_lazy("Receiver"),
    "event": gettext_lazy("News"),
    "factor": gettext_lazy("Second factor"),
    "incident": gettext_lazy("Incident"),
    "invitation": gettext_lazy("Invitation"),
    "item": gettext_lazy("Improvement"),
    "list": gettext_lazy("List"),
    "login_address": gettext_lazy("Sign-in address"),
    "maintenance": gettext_lazy("Maintenance"),
    "member": gettext_lazy("Member"),
    "move": gettext_lazy("Move of open clocks"),
    "oncall": gettext_lazy("On-call plan"),
    "password": gettext_lazy("Password"),
    "policy": gettext_lazy("Response times"),
    "policy_version": gettext_lazy("Version of response times"),
    "retainer": gettext_lazy("Retainer"),
    "sender": gettext_lazy("Sender's domain"),
    "session": gettext_lazy("Session"),
    "system": gettext_lazy("System"),
    "threshold": gettext_lazy("Limit"),
    "token": gettext_lazy("Token"),
    "view": gettext_lazy("Saved view"),
}
# Where object and verb side by side would not say it.
WHOLE: dict[str, Said] = {
    "agreements.retainer.covered": gettext_lazy("System covered by a retainer"),
    "agreements.retainer.ending": gettext_lazy("Retainer's last day set"),
    "agreements.retainer.recounted": gettext_lazy("Retainer's price recounted in its currency"),
    "agreements.retainer.withdrawn": gettext_lazy("Retainer taken back to a draft"),
    "clients.approval.answered": gettext_lazy("Client's question answered"),
    "clients.approval.asked": gettext_lazy("Client asked to agree"),
    "clients.approval.decided": gettext_lazy("Approval decided or over"),
    "clients.approval.delegated": gettext_lazy("One more contact asked to agree"),
    "clients.approval.questioned": gettext_lazy("Question before an approval"),
    "clients.approval.reminded": gettext_lazy("Client reminded to agree"),
    "clients.approval.seen": gettext_lazy("Approval opened by a contact"),
    "clients.client.went_live": gettext_lazy("Went live with a client"),
    "clients.contact.ended": gettext_lazy("Contact removed"),
    "clients.contact.linked": gettext_lazy("Contact has come to the portal"),
    "core.member.role_changed": gettext_lazy("Member's role changed"),
    "core.session.began": gettext_lazy("Signed in"),
    "core.session.ended": gettext_lazy("Signed out"),
    "core.session.refused": gettext_lazy("Sign-in failed"),
    "incidents.incident.client_wrote": gettext_lazy("Message from the client kept"),
    "incidents.incident.date_agreed": gettext_lazy("Date agreed with the client"),
    "incidents.incident.false_alarm": gettext_lazy("Incident called a false alarm"),
    "incidents.incident.policy_changed": gettext_lazy("Incident brought to other response times"),
    "incidents.incident.published": gettext_lazy("Incident shown to the client"),
    "incidents.incident.reminded": gettext_lazy("Client reminded of a question"),
    "incidents.incident.severity_changed": gettext_lazy("Incident's severity changed"),
    "incidents.incident.took_in": gettext_lazy("Incident took in another"),
    "incidents.incident.wait_disputed": gettext_lazy("Review of a wait asked for"),
    "incidents.incident.wait_reviewed": gettext_lazy("Wait reviewed"),
    "monitoring.check.disabled": gettext_lazy("Check paused"),
    "monitoring.check.enabled": gettext_lazy("Check runs again"),
    "monitoring.check.reconciled": gettext_lazy("Alerts set right by the audit"),
    "monitoring.check.tested": gettext_lazy("Address of a check tested"),
    "notifications.endpoint.secret_rotated": gettext_lazy("Receiver got a new secret"),
    "notifications.sender.lost": gettext_lazy("Sender's domain is no longer proven"),
    "slas.calendar.holidays_decided": gettext_lazy("Public holidays decided"),
    "slas.clock.breached": gettext_lazy("Deadline missed"),
    "slas.clock.cancel": gettext_lazy("Clocks ended"),
    "slas.clock.correct": gettext_lazy("Wait taken back"),
    "slas.clock.escalated": gettext_lazy("Somebody called"),
    "slas.clock.next_cycle": gettext_lazy("Next update owed"),
    "slas.clock.owed": gettext_lazy("Answer owed"),
    "slas.clock.pause": gettext_lazy("Clocks paused"),
    "slas.clock.reopen": gettext_lazy("Clocks run again"),
    "slas.clock.resume": gettext_lazy("Clocks resumed"),
    "slas.clock.retargeted": gettext_lazy("Clocks brought to other terms"),
    "slas.clock.satisfy": gettext_lazy("Promise kept"),
    "slas.clock.agreed": gettext_lazy("Date of a promise agreed"),
    "slas.clock.warned": gettext_lazy("Deadline near"),
    "slas.move.applied": gettext_lazy("Move of open clocks begun"),
    "slas.move.prepared": gettext_lazy("Move of open clocks counted"),
}


def said_of(action: str) -> str:
    """An action in words: "Incident acknowledged". What is new and has none of its own reads by its parts."""
    if action in WHOLE:
        return str(WHOLE[action])
    parts = action.split(".")
    if len(parts) != 3:
        return action
    _app, thing, verb = parts
    known = str(OBJECTS.get(thing, thing.replace("_", " ").capitalize()))
    return _("%(thing)s %(verb)s") % {"thing": known, "verb": verb.replace("_", " ")}
