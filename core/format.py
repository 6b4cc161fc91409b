"""Durations, sums, numbers and moments as people read them. Nothing measured is an en dash, never a nought."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel import Locale
from babel.numbers import NumberPattern, get_currency_symbol, parse_pattern
from django.utils import formats, timezone
from django.utils.translation import get_language, ngettext, to_locale
from django.utils.translation import gettext as _

from core.clock import now
from core.currencies import decimals

NOTHING = "–"
MINUS = "\N{MINUS SIGN}"
HOUR = 3600


def duration(seconds: float | None) -> str:
    """``seconds`` in hours and whole minutes: "3 h 20 min", "47 min", "45 s"; never days and never 3.33 h."""
    if seconds is None:
        return NOTHING
    sign, whole = (MINUS, -int(seconds)) if seconds < 0 else ("", int(seconds))
    hours, minutes = whole // HOUR, whole % HOUR // 60
    if hours and minutes:
        return sign + _("%(hours)s h %(minutes)s min") % {"hours": grouped(hours), "minutes": minutes}
    if hours:
        return sign + _("%(hours)s h") % {"hours": grouped(hours)}
    if minutes:
        return sign + _("%(minutes)s min") % {"minutes": minutes}
    return sign + _("%(seconds)s s") % {"seconds": whole}


def duration_in_words(seconds: int) -> str:
    """What a typed duration is echoed as: "4 hours", "1 hour 30 minutes"."""
    hours, minutes = seconds // HOUR, seconds % HOUR // 60
    parts = []
    if hours:
        parts.append(ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours})
    if minutes or not hours:
        parts.append(ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes})
    return " ".join(parts)


def money(minor: int | None, currency: str) -> str:
    """A sum in the currency's smallest unit as the reader's language writes it: "€1,200.00", "−$40.00", "¥1,200"."""
    if minor is None:
        return NOTHING
    places = decimals(currency)
    amount = Decimal(minor).scaleb(-places)
    locale = Locale.parse(to_locale(get_language() or "en"))
    pattern = _currency_pattern(locale, currency, places)
    words: str = pattern.apply(amount, locale, currency=currency, currency_digits=False)
    return words.replace("-", MINUS)


@lru_cache(maxsize=256)
def _currency_pattern(locale: Locale, currency: str, places: int) -> NumberPattern:
    """The language's own pattern with the decimals of ISO 4217, which are not everywhere those that CLDR shows."""
    words = locale.currency_formats["standard"].pattern
    # Letters stand apart from figures: "CHF 1,200.00". The library leaves that rule of CLDR out.
    if get_currency_symbol(currency, locale)[-1].isalpha():
        words = words.replace("¤#", "¤\N{NO-BREAK SPACE}#")
    pattern = parse_pattern(words)
    pattern.frac_prec = (places, places)
    return pattern


def number(value: float | Decimal | int | None, places: int | None = None) -> str:
    """A number with its thousands apart and a true minus; ``places`` None keeps at most four significant digits."""
    if value is None:
        return NOTHING
    if places is None:
        places = 0 if isinstance(value, int) else _places(abs(float(value)))
    text = grouped(abs(Decimal(str(value))), places)
    return f"{MINUS}{text}" if value < 0 and text.strip("0.,") else text


def percent(ratio: float | None, places: int = 1) -> str:
    """A ratio of 0 to 1 as "94.2 %"."""
    return NOTHING if ratio is None else f"{number(ratio * 100, places)}\N{NO-BREAK SPACE}%"


def moment(at: datetime | None, zone: tzinfo | None = None, *, seconds: bool = False) -> str:
    """An instant in the reader's zone: "14:30" today, else "Tue 24 Mar 14:30"; the year only if not this one."""
    if at is None:
        return NOTHING
    here, today = timezone.localtime(at, zone), timezone.localtime(now(), zone)
    clock = formats.date_format(here, "H:i:s" if seconds else "H:i")
    return clock if here.date() == today.date() else f"{day(here.date(), today.date())} {clock}"


def full_moment(at: datetime, zone: tzinfo | None = None) -> str:
    """An instant with everything, for a title: "Tue 24 Mar 2026 14:30 CET"."""
    here = timezone.localtime(at, zone)
    return f"{formats.date_format(here, 'D j M Y H:i')} {here.tzname()}"


def day(value: date, today: date | None = None) -> str:
    """ "Tue 24 Mar", with the year if it is not this one."""
    today = today or timezone.localtime(now()).date()
    return formats.date_format(value, "D j M" if value.year == today.year else "D j M Y")


def ago(at: datetime | None) -> str:
    """ "4 min ago" or "in 2 h" within a day, else the moment."""
    if at is None:
        return NOTHING
    passed = now() - at.astimezone(UTC)
    if abs(passed) >= timedelta(days=1):
        return moment(at)
    seconds = int(passed.total_seconds())
    if abs(seconds) < 60:
        return _("just now")
    # Beyond an hour whole hours are enough.
    shown = duration(abs(seconds) if abs(seconds) < HOUR else abs(seconds) // HOUR * HOUR)
    return _("%(duration)s ago") % {"duration": shown} if seconds > 0 else _("in %(duration)s") % {"duration": shown}


def initials(name: str) -> str:
    """One or two letters for an avatar."""
    words = [word for word in name.replace("@", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words[:1])).upper() or "?"


def grouped(value: float | Decimal | int, places: int = 0) -> str:
    """A number that is not negative, with thousands apart by the reader's locale, or by commas in English."""
    # Django would cut the digits off instead of rounding.
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return formats.number_format(rounded, decimal_pos=places, use_l10n=True, force_grouping=True)


def _places(size: float) -> int:
    for limit, places in ((100, 0), (10, 1), (1, 2)):
        if size >= limit:
            return places
    return 3 if size else 0
