"""What holds the sentences about systems and incidents: what is measured, what is open, what is due."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from slas.models import Clock, PolicyVersion
from tests.portal.demo import Said
from tests.portal.promises import rule
from tests.portal.rules import DURATION, WHEN, said_by_itself, seconds, wrong
from tests.portal.terms import Terms

MESSAGES = ("first_response", "next_response", "periodic_update")


@rule(r"What we did|the last (\d+) (hours|days|months)|24 h 7 d 30 d 90 d 12 m|30 days ago ?Today")
def heads_and_periods(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    """What stands above something that is over, and the period that a chart shows."""
    return "" if terms.system_at(said.path) or terms.incident_at(said.path) else None


@rule(r".+ · solved after (.+)")
def solved_after(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    took = [(row.resolved_at - row.opened_at).total_seconds() for row in terms.incidents if row.resolved_at]
    return wrong(any(0 <= one - seconds(match[1]) < 60 for one in took), f"None was solved after that: {took}.")


@rule(r"We are working on it\.")
def taken_up(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    open_ones = [row for row in terms.incidents if row.resolved_at is None]
    return wrong(any(row.acknowledged_at for row in open_ones), "Nobody has taken up what is open.")


@rule(r"(You hear from us by|We aim to write to you by) (.+)\.")
def next_message(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    guaranteed = match[1].startswith("You")
    zone = ZoneInfo(said.zone)
    found = [one for one in terms.clocks_at(said.path) if one.metric in MESSAGES]
    kept = [one for one in found if one.due_at and match[2] in _ways_to_say(one.due_at.astimezone(zone))]
    return wrong(any(_is_guaranteed(one, terms) is guaranteed for one in kept), f"Due: {found}.")


def _is_guaranteed(clock: Clock, terms: Terms) -> bool:
    wanted = (clock.metric, clock.severity)
    rows = terms.targets.get(clock.policy_version_id, [])
    return any(row.is_guarantee for row in rows if (row.metric, row.severity) == wanted)


@rule(r"Ask for a review|Such as: .+|INC-\d+, .+: our clocks stood still.*")
def asking_for_a_review(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    if not said.path.startswith("/review/"):
        return None
    return wrong(any(one.kind == "paused" for one in terms.entries), "No clock of this client has stood still.")


@rule(r"(.+) (?:–|[\d.,]+) ?(?:[^ ·]+ )?(?:· )?bad (above|below) ([\d.,]+) ?(\S*)")
def limit(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    system = terms.system_at(said.path)
    shown = float(match[3].replace(",", ""))
    found = [
        round(row.limit * 100, 6) if row.unit == "ratio" else row.limit
        for row in terms.limits
        # Home shows those of all systems.
        if (system is None or row.source_check.system_id == system.id)
        and row.metric.replace("_ms", "").replace("_", " ") == match[1].lower()
        and row.comparison == match[2]
    ]
    return wrong(shown in found, f"Agreed: {found}.")


@rule(r".*?([\d.]+) % promised.*")
def promised_uptime(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    signed = _signed_at(said, terms)
    # The share that was measured stands right before it.
    target = signed.uptime_target if signed else None
    says = target is not None and f"% {target.normalize()} % promised" in said.text
    return wrong(says, f"Signed: {target} %.")


@rule(r"[A-Z][a-z]+ \d{4} (?:–|[\d.]+ %)")
def month(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    return "" if terms.system_at(said.path) else None


@rule(r"of the time measured(; planned maintenance counts as downtime|, without planned maintenance)")
def measured(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    signed = _signed_at(said, terms)
    return wrong(signed is None or signed.maintenance_counts == match[1].startswith(";"), "Signed otherwise.")


def _signed_at(said: Said, terms: Terms) -> PolicyVersion | None:
    system = terms.system_at(said.path)
    return terms.versions.get(system.name) if system else None


@rule(rf"(Guaranteed: |The target is )({DURATION})of support time\.")
def term_of_clock(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    wanted = (match[1] == "Guaranteed: ", seconds(match[2]))
    clocks = terms.clocks_at(said.path)
    kept = {
        (row.is_guarantee, row.seconds)
        for clock in clocks
        for row in terms.targets.get(clock.policy_version_id, [])
        if (row.metric, row.severity) == (clock.metric, clock.severity)
    }
    return wrong(wanted in kept, f"The targets behind the clocks here say {sorted(kept)}.")


@rule(r"due .+ if resumed now")
def due_if_resumed(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    return wrong(any(one.state == "paused" for one in terms.clocks_at(said.path)), "No clock stands still here.")


@rule(r"(?:done .+, |was )?due ((?:\w{3} \d+ \w{3}(?: \d{4})? )?\d\d:\d\d)")
def due(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    clocks = terms.clocks_at(said.path)
    due_at = [row.due_at for row in clocks if row.due_at] + [one for row in clocks for one in _was_due(row, terms)]
    moments = [one.astimezone(ZoneInfo(said.zone)) for one in due_at]
    return wrong(any(match[1] in _ways_to_say(one) for one in moments), f"Due: {[str(one) for one in moments]}.")


def _was_due(clock: Clock, terms: Terms) -> list[datetime]:
    """When one that is over was due, where its hours are around the clock."""
    return [
        clock.started_at + timedelta(seconds=row.seconds)
        for row in terms.targets.get(clock.policy_version_id, [])
        if (row.metric, row.severity) == (clock.metric, clock.severity) and row.calendar_version.spec.get("always")
    ]


def _ways_to_say(moment: datetime) -> set[str]:
    day = f"{moment:%a} {moment.day} {moment:%b}"
    return {f"{moment:%H:%M}", f"{day} {moment:%H:%M}", f"{day} {moment.year} {moment:%H:%M}"}


@rule(r".+")
def written_update(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    """What somebody wrote to the client. A time in it needs the clock of the next update, due no later."""
    row = terms.incident_at(said.path)
    lines = [one for one in terms.entries if row and one.incident_id == row.id and said.text in one.body]
    if not lines:
        return None
    if not WHEN.search(said.text):
        return said_by_itself(said)
    within = re.search(r"within (\d+) (minutes?|hours?)", said.text)
    if within is None:
        return (
            "A time that no row can be held against. Say “within 30 minutes”, as the promised update does, or no time."
        )
    allowed = int(within[1]) * (60 if within[2].startswith("minute") else 3600)
    updates = [one for one in terms.clocks_at(said.path) if one.metric == "periodic_update" and one.due_at]
    kept = any(
        abs((one.started_at - line.at).total_seconds()) < 1 and (one.due_at - one.started_at).total_seconds() <= allowed
        for one in updates
        for line in lines
        if one.due_at
    )
    return wrong(kept, "No clock of the next update is due by then.")


@rule(r"Waiting on you: .+|Until we have it, the time to solve this does not run\..*|Asked .+")
def question(match: re.Match[str], said: Said, terms: Terms) -> str | None:
    asked = [row for row in terms.incidents if row.waiting_on == "client"]
    stopped = [row for row in terms.clocks if row.metric == "resolution" and row.state == "paused"]
    if said.text.startswith("Until"):
        return wrong(any(one.subject_id in {row.id for row in asked} for one in stopped), "No such clock stands still.")
    return wrong(bool(asked), "Nobody is waited on.")
