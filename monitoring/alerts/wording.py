"""What an alert is called: by the result that fired it and by the rule of that moment."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from monitoring.models import Check
from monitoring.polling.transitions import Rule, Told
from monitoring.values import metric_label, value_text

PROBLEMS = {
    "dns": gettext_lazy("its name does not resolve"),
    "refused": gettext_lazy("the connection is refused"),
    "connect_timeout": gettext_lazy("no connection in time"),
    "timeout": gettext_lazy("no answer in time"),
    "tls": gettext_lazy("the certificate is not accepted"),
    "status": gettext_lazy("it answers with an error"),
    "parse": gettext_lazy("its answer cannot be read"),
    "too_large": gettext_lazy("its answer is too large"),
    "decode": gettext_lazy("its answer cannot be decoded"),
    "protocol": gettext_lazy("its answer breaks off"),
}

# The same for whoever tries an address: what happened, and what to do. Entries are kept whatever it is.
NO_ANSWER = {
    "dns": (gettext_lazy("This name does not resolve."), gettext_lazy("Check the spelling.")),
    "refused": (
        gettext_lazy("The connection was refused."),
        gettext_lazy("Check the port, and whether the server runs."),
    ),
    "connect_timeout": (
        gettext_lazy("No connection was made within %(seconds)s s."),
        gettext_lazy("Check the address and whether a firewall lets us in."),
    ),
    "timeout": (
        gettext_lazy("The address did not answer within %(seconds)s s."),
        gettext_lazy("Check the address or try again."),
    ),
    "tls": (
        gettext_lazy("The certificate is not accepted."),
        gettext_lazy("Check its name and until when it is valid."),
    ),
    "too_large": (
        gettext_lazy("The answer is larger than 1 MB, which is the most that is read."),
        gettext_lazy("Choose an address that answers less."),
    ),
    "decode": (
        gettext_lazy("The answer is compressed in a way that cannot be read."),
        gettext_lazy("Let the server send it as it is."),
    ),
    "blocked": (
        gettext_lazy("This address is not public, so it cannot be reached from here."),
        gettext_lazy("Choose a public address."),
    ),
    "protocol": (
        gettext_lazy("The answer broke off, or was none of a web server."),
        gettext_lazy("Check the port and try again."),
    ),
    "internal": (gettext_lazy("The address could not be asked just now."), gettext_lazy("Try again in a minute.")),
}

# Of systems that are not asked but send.
TROUBLES = {
    "silent": gettext_lazy("%(system)s sends no values"),
    "reported": gettext_lazy("%(system)s reports a failure"),
}


def why_no_answer(error_class: str, timeout_ms: int) -> str:
    """What happened, what is kept, what to do."""
    happened, what_to_do = NO_ANSWER.get(error_class, NO_ANSWER["internal"])
    said = str(happened) % {"seconds": f"{timeout_ms / 1000:g}"}
    return _("%(happened)s Your entries are kept. %(what_to_do)s") % {"happened": said, "what_to_do": what_to_do}


def title_of(check: Check, payload: Told) -> str:
    """The alert's title. ``payload`` is that of the transition."""
    limit = payload["rule"] if payload["threshold_id"] else None
    if payload["change"] == "lost":
        return _no_data(check, limit)
    return _limit_title(limit, payload["value"]) if limit else _failure_title(check, payload["error_class"])


def _failure_title(check: Check, error_class: str) -> str:
    if error_class in TROUBLES:
        return str(TROUBLES[error_class] % {"system": check.system.name})[:160]
    why = PROBLEMS.get(error_class, gettext_lazy("it does not answer"))
    return str(_("%(system)s does not answer: %(why)s") % {"system": check.system.name, "why": why})[:160]


def _limit_title(rule: Rule, value: float | None) -> str:
    # "p95_latency_ms 847 ms" would say the unit twice.
    name = rule["metric"].removesuffix(f"_{rule['unit']}").replace("_", " ")
    shown = value_text(value, rule["unit"]) if value is not None else "–"
    limit = value_text(rule["limit"], rule["unit"])
    words = _("%(name)s %(value)s, above the agreed %(limit)s")
    if rule["comparison"] == "below":
        words = _("%(name)s %(value)s, below the agreed %(limit)s")
    return str(words % {"name": name, "value": shown, "limit": limit})[:160].capitalize()


def _no_data(check: Check, rule: Rule | None) -> str:
    if rule is None:
        return str(_("%(check)s: no data, its address may not be asked") % {"check": check.name})[:160]
    words = _("%(metric)s: no data from “%(check)s”")
    return str(words % {"metric": metric_label(rule["metric"]), "check": check.name})[:160]
