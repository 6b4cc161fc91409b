"""What holds the sentences of the portal: one rule for each form, each recomputed from rows."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from incidents.services import DISPUTABLE_FOR
from incidents.severities import DEFINITIONS
from slas.models import Target
from slas.words import Metric, ResponseRule, Severity
from tests.portal.demo import Said
from tests.portal.promises import BY_ITSELF, rule
from tests.portal.terms import Terms

METRICS = {str(label): value for value, label in Metric.choices}
SEVERITIES = {str(label): value for value, label in Severity.choices}
UNITS = {"s": 1, "min": 60, "h": 3600}
DURATION = r"(?:\d+ (?:s|min|h) ?)+"
OFTEN = {
    "weekly": r"\b(weekly|every week|a week)\b",
    "monthly": r"\b(monthly|every month|a month)\b",
    "quarterly": r"\b(quarterly|every quarter|a quarter)\b",
}
# An hour or a day by which something is said to come.
WHEN = re.compile(r"\b(within|by (\d|noon|tonight|tomorrow)|next (news|update)|write again|as soon as)", re.I)


def seconds(text: str) -> int:
    """ "1 h 30 min" in seconds."""
    return sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+) (s|min|h)\b", text))


def wrong(holds: bool, advice: str) -> str:
    return "" if holds else advice


# --- What is not a promise, by the row that it repeats -------------------------------------------------------------


@rule(r".*")
def names_repeat_rows(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    """Titles of incidents, purposes of systems, names of plans: no commitment of the agency."""
    names = {row.title for row in terms.incidents} | {row.purpose for row in terms.systems}
    names |= {row.name for row in terms.systems} | {f"{row.name} · {row.tier.name}" for row in terms.retainers}
    return "" if said.text in names else None


@rule(r"Nothing is promised here\.|Not promised")
def nothing_is_promised(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    version = terms.versions.get(said.heading)
    if said.text == "Not promised" and version is not None:
        return wrong(version.uptime_target is None, "The signed version promises an uptime.")
    return ""


@rule(r"We are waiting for data from some of your systems\.")
def waiting_for_data(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    return wrong(any(row.last_finished_at is None for row in terms.checks), "Every check has answered.")


@rule(r"None of your systems is watched yet\.")
def nothing_is_watched(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    return wrong(not any(row.enabled for row in terms.checks), "Something is.")


@rule(r"What we have agreed appears here once it is signed\.")
def nothing_is_signed(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    return wrong(not terms.retainers, "A retainer is running.")


@rule(r"Something is .*\. We are on it\.|We are on it\.|We are looking into a problem\.")
def somebody_is_on_it(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    return wrong(any(row.resolved_at is None for row in terms.incidents), "No incident is open.")


@rule(rf"{DURATION}(counted|outside hours|paused|waiting on .+|to spare|late|left)|done {DURATION}late")
def used_time(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    return wrong(bool(terms.clocks_at(said.path)), "No clock was counted here.")


@rule(rf"((?:Down|Maintenance|Not measured) )?({DURATION}|[\d.]+ %)")
def measured_uptime(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    return "" if said.column in ("Uptime", "Down", "Maintenance", "Not measured") else None


# --- The agreement -------------------------------------------------------------------------------------------------


@rule(r"We watch (.+)\.")
def we_watch(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    watched = {row.system_id for row in terms.checks if row.environment.kind == "production"}
    names = {row.name for row in terms.systems if row.id in watched} & terms.versions.keys()
    return wrong(set(match[1].split(", ")) == names, f"What has a check is {sorted(names)}.") if said.heading else None


@rule(r"When a value is bad by its limit for long enough, an incident opens\.")
def limits_open_incidents(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    return wrong(bool(terms.limits), "No value has a limit.")


@rule(r"When an incident opens its clocks start\.|Once it is shown to you, you read here what we find and do\.")
def incidents_start_clocks(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    return wrong(all(terms.targets.get(one.id) for one in terms.versions.values()), "A version promises no time.")


@rule(r"(.+): a critical or high incident is shown to you after (.+) even if nobody has confirmed it yet\.")
def shown_after(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    held = terms.versions[match[1]].publish_after_minutes
    return wrong(held is not None and held * 60 == seconds(match[2]), f"The signed version says {held} minutes.")


@rule(r"(.+): what our monitoring finds is shown to you as soon as one of us has confirmed it\.")
def shown_when_confirmed(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    return wrong(terms.versions[match[1]].publish_after_minutes is None, "The signed version shows it by itself.")


@rule(r".+")
def reporting(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    """The words of the version, where what they name is there: limits on what is watched, a plan that reviews."""
    if not any(said.text in version.reporting for version in terms.versions.values()) or _in_list(said):
        return None
    for word, metric in (("latency", "latency"), ("errors", "error"), ("quality", "rate")):
        if re.search(rf"\b{word}\b.*\beach system\b", said.text):
            limited = {row.source_check.system_id for row in terms.limits if metric in row.metric}
            bare = [row.name for row in terms.systems if row.name in terms.versions and row.id not in limited]
            if bare:
                return f"Nothing limits {word} of {', '.join(bare)}."
    return said_by_itself(said) or _has_deliverables(said, terms)


@rule(r".+")
def support_hours(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    if said.row != "Support hours" or said.heading not in terms.versions:
        return None
    targets = terms.targets[terms.versions[said.heading].id]
    if said.text in {", ".join(SEVERITIES)} or set(said.text.split(", ")) <= SEVERITIES.keys():
        return wrong(
            {SEVERITIES[one] for one in said.text.split(", ")} <= {row.severity for row in targets}, "No target."
        )
    return wrong(said.text in {_hours(row.calendar_version.spec) for row in targets}, "No calendar has such hours.")


def _hours(spec: dict[str, Any]) -> str:
    """The two shapes that calendars of the demo have, written without the product's own summary."""
    if spec.get("always"):
        return "Around the clock"
    weekly: dict[str, list[list[str]]] = spec["weekly"]
    hours = [weekly.get(day, []) for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")]
    assert hours == [hours[0]] * 5 + [[], []], "another week: teach this rule its words"
    return f"Mon–Fri {hours[0][0][0]}–{hours[0][0][1]} · {spec['zone']}"


@rule(r"(\d[\d.]*) % of a month · (planned maintenance counts|without planned maintenance)")
def uptime(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    version = terms.versions[said.heading]
    says = (Decimal(match[1]), match[2] == "planned maintenance counts")
    return wrong(says == (version.uptime_target, version.maintenance_counts), f"Signed: {version.uptime_target} %.")


@rule(r"(Within (\d+) days?|Always)")
def reopening(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    if said.row != "Reopening":
        return None
    days = terms.versions[said.heading].reopen_days
    return wrong(days == (int(match[2]) if match[2] else None), f"The signed version says {days} days.")


@rule(r".+")
def first_response_is(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    if said.row != "A first response is":
        return None
    return wrong(said.text == str(ResponseRule(terms.versions[said.heading].response_rule).label), "Signed otherwise.")


def _target(said: Said, terms: Terms) -> tuple[str | None, list[Target]]:
    """The metric of the row, and its targets of the system above the table."""
    version = terms.versions.get(said.heading)
    rows = [] if version is None else terms.targets[version.id]
    metric = METRICS.get(said.row)
    return metric, [row for row in rows if row.metric == metric]


@rule(rf"(Critical|High|Medium|Low) ({DURATION})")
def target(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    metric, rows = _target(said, terms)
    if metric is None:
        return None
    found = [row.seconds for row in rows if row.severity == SEVERITIES[match[1]]]
    return wrong(found == [seconds(match[2])], f"Signed for {said.row}, {match[1]}: {found} seconds.")


@rule(r"(.+ · )?[gG]uaranteed|.+")
def hours_of_target(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    metric, rows = _target(said, terms)
    calendars = {row.calendar_version.calendar.name for row in rows}
    name = re.sub(r"( · )?guaranteed$", "", said.text, flags=re.I)
    if metric is None or name not in calendars | {""}:
        return None
    if severity := SEVERITIES.get(said.column):
        rows = [row for row in rows if row.severity == severity]
    guaranteed = said.text.lower().endswith("guaranteed")
    holds = {row.is_guarantee for row in rows} == {True} if guaranteed else bool(rows)
    return wrong(holds, "Not everything in this row is guaranteed.")


@rule(r".+")
def meanings(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    usual = [str(text) for text in DEFINITIONS.values()]
    own = [text for one in terms.versions.values() for text in one.severity_definitions.values()]
    return "" if any(said.text in text for text in (*usual, *own)) else None


def _in_list(said: Said) -> bool:
    return said.heading in ("What is included?", "What is separate?", "What do we need to do?")


def said_by_itself(said: Said) -> str:
    return wrong(
        not BY_ITSELF.search(said.text),
        "Nothing makes this happen by itself. Say what the plan includes: “One full retrain a month”.",
    )


def _has_deliverables(said: Said, terms: Terms) -> str:
    """What says that something is reviewed or reported needs a plan that includes it."""
    for word in ("review", "report"):
        owed = any(word in row.text.lower() for row in terms.inclusions if row.kind == "deliverable")
        if word in said.text.lower() and not owed:
            return f"The plan includes no {word}."
    return ""


@rule(r".+")
def included(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    """Wording of the contract: a clause of what was signed, or a line of the plan, as often as its row says."""
    if said.heading != "What is included?":
        return None
    if any(said.text in line for line in terms.clauses("covered")):
        return said_by_itself(said) or _has_deliverables(said, terms)
    rows = [row for row in terms.inclusions if row.text == said.text]
    if not rows:
        return None
    said_often = {cadence for cadence, words in OFTEN.items() if re.search(words, said.text, re.I)}
    if said_often - {rows[0].cadence}:
        return f"Its row says {rows[0].cadence}."
    if "threshold" in said.text and not terms.limits:
        return "No value has an agreed limit."
    return said_by_itself(said)


@rule(rf"({DURATION})of work a month")
def hours(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    owed = [row.hours_minutes * 60 for row in terms.retainers]
    return wrong(seconds(match[1]) in owed, f"The retainer has {owed} seconds.")


@rule(r".+")
def separate_and_duties(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    kind = {"What is separate?": "excluded", "What do we need to do?": "client_duties"}.get(said.heading)
    return "" if kind and any(said.text in line for line in terms.clauses(kind)) else None


@rule(r"While we wait for you, (our clocks stand still|some of our clocks stand still and say so; the others run on).*")
def clocks_stand_still(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    rows = [row for rows in terms.targets.values() for row in rows]
    stop = {row.pausable and (not row.pausing or "client" in row.pausing) for row in rows}
    wanted = {True} if match[1].startswith("our") else {True, False}
    return wrong(stop == wanted, "Not what the targets say of a wait for the client.")


@rule(r"For (\d+) days (.+) can ask us to look at such a wait again\.")
def may_dispute(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    able = {row.name for row in terms.contacts if "approver" in row.rights}
    says = (int(match[1]), set(match[2].split(", ")))
    return wrong(says == (DISPUTABLE_FOR.days, able), f"{DISPUTABLE_FOR.days} days, {sorted(able)}.")
