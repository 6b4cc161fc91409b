"""A slow second opinion on clocks: one byte for every second, counted. It shares no code with the engine."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

HOUR, DAY = 3600, 86_400
NAMES = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def wall_seconds(calendar: dict[str, Any], day: date) -> bytes:
    """For each of the 86,400 wall seconds of a date: 1 if it lies in a window."""
    two_days = [bytearray(2 * DAY), bytearray(2 * DAY)]
    for which, start_day in enumerate((day - timedelta(days=1), day)):
        rows = calendar["dates"].get(start_day.isoformat())
        if rows is None:
            rows = calendar["weekly"].get(NAMES[start_day.weekday()], [])
        for opens, closes in rows:
            a, b = ((int(text[:2]) * 60 + int(text[3:])) * 60 for text in (opens, closes))
            b += DAY if b <= a else 0
            two_days[which][a:b] = b"\1" * (b - a)
    yesterday, today = int.from_bytes(two_days[0][DAY:]), int.from_bytes(two_days[1][:DAY])
    return (yesterday | today).to_bytes(DAY)


class Seconds:
    """For each second from the hour of `start` on, 1 if it is open; grows as far as it is asked."""

    def __init__(self, calendar: dict[str, Any], start: int) -> None:
        self.calendar, self.zone = calendar, ZoneInfo(calendar["zone"])
        self.base = start - start % HOUR
        self.open = bytearray()
        self.days: dict[date, bytes] = {}

    def day(self, day: date) -> bytes:
        if day not in self.days:
            self.days[day] = wall_seconds(self.calendar, day)
        return self.days[day]

    def upto(self, end: int) -> None:
        while self.base + len(self.open) < end:
            hour = self.base + len(self.open)
            first, last = (datetime.fromtimestamp(t, self.zone) for t in (hour, hour + HOUR - 1))
            if last.replace(tzinfo=None) - first.replace(tzinfo=None) == timedelta(seconds=HOUR - 1):
                second = first.hour * HOUR + first.minute * 60 + first.second
                part = self.day(first.date())[second : second + HOUR]
                self.open += part + self.day(last.date())[: HOUR - len(part)]
            else:
                for t in range(hour, hour + HOUR):
                    wall = datetime.fromtimestamp(t, self.zone)
                    self.open.append(self.day(wall.date())[wall.hour * HOUR + wall.minute * 60 + wall.second])

    def count(self, a: int, b: int) -> int:
        self.upto(b)
        return self.open.count(1, a - self.base, b - self.base)

    def after(self, start: int, seconds: int) -> int:
        """The instant by which so many open seconds have passed."""
        if seconds == 0:
            return start
        end, left = start, seconds
        while (found := self.count(end, end + DAY)) < left:
            end, left = end + DAY, left - found
            assert end < start + 400 * DAY, "the example has too little open time"
        return self.base + nth(self.open, end - self.base, left) + 1


def nth(flags: bytes | bytearray, start: int, number: int) -> int:
    """The position of the number-th 1 at or after start."""
    low, high = start, len(flags)
    while high - low > 1:
        middle = (low + high) // 2
        if flags.count(1, start, middle) >= number:
            high = middle
        else:
            low = middle
    return low


@dataclass
class Verdict:
    state: str
    due: int
    breached_at: int | None
    consumed: int
    overrun: int
    remaining: int
    warnings: list[tuple[int, bool]]
    segments: list[tuple[int, int, str, str | None]] = field(default_factory=list)


def thresholds(target: int, warn: list[dict[str, int]]) -> list[int]:
    """Used seconds of each warning, and of being at risk as the last."""
    marks = []
    for item in warn:
        if "percent" in item:
            marks.append((target * item["percent"] + 99) // 100)
        else:
            marks.append(max(0, target - item["seconds_before"]))
    three_quarters, half = (target * 3 + 3) // 4, (target + 1) // 2
    return [*marks, max(half, min(three_quarters, target - 1800))]


class Trace:
    """What a clock does in each second from start to end or now: runs, waits for somebody, or stands still."""

    def __init__(self, start: int, events: list[dict[str, Any]], now: int, pausing: list[str]) -> None:
        order = {"satisfy": 0, "cancel": 0, "reopen": 0, "pause": 1, "resume": 2, "retarget": 4}
        known = [e for e in events if start <= e["at"] <= now]
        known.sort(key=lambda e: (e["at"], order[e["kind"]], e["seq"]))
        self.start = start
        self.waits: list[tuple[int, int, str | None, int]] = []
        self.stops: list[tuple[int, int]] = []
        self.retargets: list[dict[str, Any]] = []
        open_pauses: list[tuple[int, int, str | None]] = []
        stopped: dict[str, Any] | None = None
        for e in known:
            if e["kind"] == "reopen":
                if stopped is not None:
                    self.stops.append((stopped["at"], e["at"]))
                stopped = None
            elif stopped is not None:
                continue
            elif e["kind"] == "pause":
                open_pauses.append((e["at"], e["seq"], e["party"]))
            elif e["kind"] == "resume":
                fits = [n for n, (_, _, party) in enumerate(open_pauses) if e["party"] in (None, party)]
                if fits:
                    self.waits.append((*open_pauses.pop(fits[0]), e["at"]))
            elif e["kind"] == "retarget":
                self.retargets.append(e)
            else:
                stopped = e
                self.waits += [(*w, e["at"]) for w in open_pauses]
                open_pauses = []
        self.ending = None if stopped is None else str(stopped["kind"])
        self.end = now if stopped is None else stopped["at"]
        self.waits += [(*w, self.end) for w in open_pauses]
        # Whoever this promise does not stop for is waited on in vain.
        self.waits = [w for w in self.waits if not pausing or w[2] in pausing]
        self.waiting = any(not pausing or w[2] in pausing for w in open_pauses)
        self.parties: list[str | None] = []
        self.mode = bytearray(self.end - start)
        # Painted from the latest wait to the earliest, so that the one that began first shows; in one second, the one
        # recorded first.
        for since, _, party, until in sorted(self.waits, key=lambda w: (-w[0], -w[1])):
            self.parties.append(party)
            length = max(0, until - since)
            self.mode[since - start : until - start] = bytes([len(self.parties)]) * length
        for since, until in self.stops:
            self.mode[since - start : until - start] = b"\xff" * (until - since)

    def first_running(self, instant: int, until: int) -> int | None:
        found = self.mode.find(0, instant - self.start, until - self.start)
        return None if found < 0 else found + self.start


def judge(
    calendar: dict[str, Any],
    target: int,
    warn: list[dict[str, int]],
    events: list[dict[str, Any]],
    now: int,
    pausing: list[str],
) -> Verdict:
    """Judge a duration clock. The first event is its start; a retarget carries `target` and `mode`."""
    start = events[0]["at"]
    seconds, trace = Seconds(calendar, start), Trace(start, events[1:], now, pausing)
    seconds.upto(max(now, start + HOUR))
    offset = start - seconds.base
    running = trace.mode.translate(b"\1" + bytes(255))
    opened = seconds.open[offset : offset + len(running)]
    counted = bytearray((int.from_bytes(opened) & int.from_bytes(running)).to_bytes(len(running)))
    live = trace.ending is None and not trace.waiting

    used, since, given = 0, start, dict[int, int]()
    breached_at: int | None = None
    marks = thresholds(target, warn)

    def work(a: int, b: int, last: bool) -> None:
        nonlocal used, breached_at
        done = counted.count(1, a - start, b - start)
        for number, mark in enumerate(marks):
            if number in given or mark > used + done:
                continue
            if mark > used:
                given[number] = start + nth(counted, a - start, mark - used) + 1
            elif (first := trace.first_running(a, b)) is not None:
                given[number] = first
            elif last and live:
                given[number] = b
        if target <= used + done:
            due = a if target <= used else start + nth(counted, a - start, target - used) + 1
            breached_at = trace.first_running(due, b)
        used += done

    for e in trace.retargets:
        work(since, e["at"], False) if breached_at is None else None
        since = e["at"]
        if breached_at is not None:
            break
        old_target, target = target, e["target"]
        marks = thresholds(target, warn)
        if e["mode"] == "retroactive":
            used, given, since = 0, {}, e["at"]
            work(start, since, False)
        elif e["mode"] == "fresh":
            used, given = 0, {}
        else:
            if e["mode"] == "carry_fraction":
                used = used * target // old_target if old_target else target
            given = {n: given.get(n, since) for n, mark in enumerate(marks) if mark <= used}
    if breached_at is None:
        work(since, trace.end, True)

    end = trace.end
    projected = [
        given.get(n, seconds.after(end, max(0, m - used)) if n not in given else 0) for n, m in enumerate(marks)
    ]
    if breached_at is not None:
        state, due, remaining = "breached", breached_at, 0
    else:
        due, remaining = seconds.after(end, max(0, target - used)), max(0, target - used)
        seconds.upto(now + 1)
        if trace.ending is not None:
            state = {"satisfy": "met", "cancel": "cancelled"}[trace.ending]
        elif trace.waiting:
            state = "paused"
        elif projected[-1] <= now:
            state = "at_risk"
        else:
            state = "running" if seconds.open[now - seconds.base] else "outside_hours"
    warnings = [(at, n in given) for n, at in enumerate(projected[:-1])]
    overrun = 0 if breached_at is None else counted.count(1, breached_at - start)
    segments = run_lengths(trace, counted)
    return Verdict(state, due, breached_at, counted.count(1), overrun, remaining, warnings, segments)


def run_lengths(trace: Trace, counted: bytearray) -> list[tuple[int, int, str, str | None]]:
    """Seconds of the same label, as (from, to, kind, party)."""
    # 0 closed and 1 open for running seconds, 2 and above for waits by party, 255 for standing still.
    parties = sorted({party or "" for party in trace.parties})
    table = bytes([0, *(2 + parties.index(party or "") for party in trace.parties)]).ljust(255, b"\0") + b"\xff"
    labels = int.from_bytes(trace.mode.translate(table)) | int.from_bytes(counted)
    rows = []
    for match in re.finditer(rb"(?s)(.)\1*", labels.to_bytes(len(trace.mode))):
        label = match[1][0]
        kind = {0: "closed", 1: "open", 255: "stopped"}.get(label, "paused")
        party = parties[label - 2] or None if kind == "paused" else None
        rows.append((trace.start + match.start(), trace.start + match.end(), kind, party))
    return rows
