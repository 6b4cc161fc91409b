"""What was promised: calendar, target or agreed date, warnings. Frozen into a clock at its start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slas.engine.calendar import CalendarSpec

if TYPE_CHECKING:
    from core.json_values import JsonValue

AT_RISK_PERCENT = 75
AT_RISK_SECONDS_LEFT = 30 * 60
AT_RISK_NOT_BEFORE_PERCENT = 50


class TermsError(ValueError):
    """Terms that make no promise one could keep. `field` names the part at fault, `message` says why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class Warn:
    """A warning in open time: at a per cent of the target (1 to 100), or so many seconds before the
    deadline."""

    percent: int | None = None
    seconds_before: int | None = None

    def __post_init__(self) -> None:
        if (self.percent is None) == (self.seconds_before is None):
            raise TermsError("warn", "give either percent or seconds_before")
        if self.percent is not None and not (_whole(self.percent) and 1 <= self.percent <= 100):
            raise TermsError("warn.percent", "must be a whole number from 1 to 100")
        if self.seconds_before is not None and not (_whole(self.seconds_before) and self.seconds_before >= 0):
            raise TermsError("warn.seconds_before", "must be a whole number of seconds and not negative")

    def threshold(self, target_seconds: int) -> int:
        """Used open seconds at which it is due. A warning longer than the target is due at the start."""
        if self.percent is not None:
            return _percent(target_seconds, self.percent)
        return max(0, target_seconds - (self.seconds_before or 0))

    def to_json(self) -> dict[str, int]:
        if self.percent is not None:
            return {"percent": self.percent}
        return {"seconds_before": self.seconds_before or 0}

    @classmethod
    def from_json(cls, data: object) -> Warn:
        if not isinstance(data, Mapping) or not set(data) <= {"percent", "seconds_before"}:
            raise TermsError("warn", 'must be {"percent": n} or {"seconds_before": n}')
        return cls(percent=data.get("percent"), seconds_before=data.get("seconds_before"))


@dataclass(frozen=True, slots=True)
class Terms:
    """One promise: either `target_seconds` of open time, or `agreed_at`, an instant that nothing moves.

    `guarantee` tells a guaranteed promise from a target and changes no judgement. A clock that is not
    `pausable` runs on through pauses; one with `pausing` stops only while one of these parties is waited on.
    Raises `TermsError`.
    """

    calendar: CalendarSpec
    target_seconds: int | None = None
    agreed_at: int | None = None
    warn: tuple[Warn, ...] = ()
    guarantee: bool = False
    pausable: bool = True
    # Empty: whoever is waited on.
    pausing: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.target_seconds is None) == (self.agreed_at is None):
            raise TermsError("target_seconds", "give either a target or an agreed date")
        if self.target_seconds is not None and not _whole(self.target_seconds):
            raise TermsError("target_seconds", "must be a whole number of seconds")
        if self.target_seconds is not None and self.target_seconds < 0:
            raise TermsError("target_seconds", "must not be negative")
        if self.agreed_at is not None and not _whole(self.agreed_at):
            raise TermsError("agreed_at", "must be a whole epoch second")

    def stops_for(self, party: str | None) -> bool:
        """Whether the clock stands still while this party is waited on."""
        return self.pausable and (not self.pausing or party in self.pausing)

    def to_json(self) -> dict[str, JsonValue]:
        """A JSON object in one fixed order, to be frozen in a row; `from_json` gives equal terms back."""
        # Terms from before there was a choice of parties keep their bytes.
        named = {"pausing": list(self.pausing)} if self.pausing else {}
        return {
            "calendar": self.calendar.to_json(),
            "target_seconds": self.target_seconds,
            "agreed_at": self.agreed_at,
            "warn": [warn.to_json() for warn in self.warn],
            "guarantee": self.guarantee,
            "pausable": self.pausable,
            **named,
        }

    @classmethod
    def from_json(cls, data: object) -> Terms:
        """Read what `to_json` wrote; all but the calendar and one of target and date may be missing."""
        if not isinstance(data, Mapping):
            raise TermsError("terms", "must be an object")
        warn = data.get("warn", [])
        if not isinstance(warn, list | tuple):
            raise TermsError("warn", "must be a list")
        for name in ("guarantee", "pausable"):
            if not isinstance(data.get(name, False), bool):
                raise TermsError(name, "must be true or false")
        pausing = data.get("pausing", [])
        if not isinstance(pausing, list | tuple) or not all(isinstance(party, str) and party for party in pausing):
            raise TermsError("pausing", "must be a list of parties")
        return cls(
            calendar=CalendarSpec.from_json(data.get("calendar")),
            target_seconds=data.get("target_seconds"),
            agreed_at=data.get("agreed_at"),
            warn=tuple(Warn.from_json(item) for item in warn),
            guarantee=data.get("guarantee", False),
            pausable=data.get("pausable", True),
            pausing=tuple(pausing),
        )


def at_risk_threshold(target_seconds: int) -> int:
    """Used open seconds from which a clock is at risk: 75 % used or 30 minutes left, never before 50 %."""
    early = min(_percent(target_seconds, AT_RISK_PERCENT), target_seconds - AT_RISK_SECONDS_LEFT)
    return max(_percent(target_seconds, AT_RISK_NOT_BEFORE_PERCENT), early)


def default_warnings(target_seconds: int) -> tuple[Warn, ...]:
    """The one warning a new policy starts with; it falls on the instant at which the clock gets at risk."""
    if target_seconds <= 0:
        return ()
    if target_seconds < 2 * AT_RISK_SECONDS_LEFT:
        return (Warn(percent=AT_RISK_NOT_BEFORE_PERCENT),)
    if target_seconds <= 4 * AT_RISK_SECONDS_LEFT:
        return (Warn(seconds_before=AT_RISK_SECONDS_LEFT),)
    return (Warn(percent=AT_RISK_PERCENT),)


def _percent(whole: int, percent: int) -> int:
    # Rounded up to the second, so that a warning never comes before its per cent is reached.
    return -(-whole * percent // 100)


def _whole(value: JsonValue) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
