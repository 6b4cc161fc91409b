"""What an alert is called: by the result that fired it and by the rule of that moment."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from monitoring.models import Check
from monitoring.selectors import metric_label, value_text

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


# Of systems that are not asked but send.
TROUBLES = {
    "silent": gettext_lazy("%(system)s sends no values"),
    "reported": gettext_lazy("%(system)s reports a failure"),
}


def title_of(check: Check, payload: dict[str, Any]) -> str:
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


def _limit_title(rule: dict[str, Any], value: float | None) -> str:
    # "p95_latency_ms 847 ms" would say the unit twice.
    name = rule["metric"].removesuffix(f"_{rule['unit']}").replace("_", " ")
    shown = value_text(value, rule["unit"]) if value is not None else "–"
    limit = value_text(rule["limit"], rule["unit"])
    words = _("%(name)s %(value)s, above the agreed %(limit)s")
    if rule["comparison"] == "below":
        words = _("%(name)s %(value)s, below the agreed %(limit)s")
    return str(words % {"name": name, "value": shown, "limit": limit})[:160].capitalize()


def _no_data(check: Check, rule: dict[str, Any] | None) -> str:
    if rule is None:
        return str(_("%(check)s: no data, its address may not be asked") % {"check": check.name})[:160]
    words = _("%(metric)s: no data from “%(check)s”")
    return str(words % {"metric": metric_label(rule["metric"]), "check": check.name})[:160]
