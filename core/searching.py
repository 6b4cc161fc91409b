"""Finding by a few letters: case, accents and hyphens do not matter, and what begins like that comes first.

One pattern is read by Python and by PostgreSQL alike, so that pages and rows are found by the same rule.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import TypeVar

from django.db.models import Case, IntegerField, Model, Q, QuerySet, Value, When

from core.text import printable

Row = TypeVar("Row", bound=Model)

# How well something fits: its name begins so, a word of it does, another word for it does, or it stands inside.
NAME, WORD, SYNONYM, INSIDE = range(4)
LONGEST = 80

# What people type without the accent, and what a name may have in its place.
_ACCENTED = {
    "a": "aàáâãäåāăąǎÀÁÂÃÄÅĀĂĄǍ",
    "c": "cçćĉċčÇĆĈĊČ",
    "d": "dðďđÐĎĐ",
    "e": "eèéêëēĕėęěÈÉÊËĒĔĖĘĚ",
    "g": "gĝğġģĜĞĠĢ",
    "h": "hĥħĤĦ",
    "i": "iìíîïĩīĭįıÌÍÎÏĨĪĬĮİ",
    "j": "jĵĴ",
    "k": "kķĶ",
    "l": "lĺļľłĹĻĽŁ",
    "n": "nñńņňÑŃŅŇ",
    "o": "oòóôõöøōŏőÒÓÔÕÖØŌŎŐ",
    "r": "rŕŗřŔŖŘ",
    "s": "sśŝşšșŚŜŞŠȘ",
    "t": "tţťŧțŢŤŦȚ",
    "u": "uùúûüũūŭůűųÙÚÛÜŨŪŬŮŰŲ",
    "w": "wŵŴ",
    "y": "yýÿŷÝŸŶ",
    "z": "zźżžŹŻŽ",
}
_PLAIN = {mark: letter for letter, marks in _ACCENTED.items() for mark in marks} | {"æ": "ae", "œ": "oe"}
# Two letters that are often written for one.
_PAIRS = {"ae": "äæÄÆ", "oe": "öøœÖØŒ", "ue": "üÜ", "ss": "ßẞ", "aa": "åÅ"}


def folded(text: str) -> str:
    """The words in small letters, without accents, with single spaces; nothing that cannot be looked for."""
    parts = unicodedata.normalize("NFD", printable(text.replace("\x00", " ")).casefold())
    bare = "".join(mark for mark in parts if not unicodedata.combining(mark))
    return "".join(_PLAIN.get(mark, mark) for mark in bare)[:LONGEST].strip()


# A list of pages or of names is held against the same words again and again.
@lru_cache(maxsize=64)
def pattern(words: str) -> str:
    """What finds these words whatever their case, accents and hyphens; for Python's ``re`` and PostgreSQL's ``~*``."""
    # Separators stand for any of them, so that one says as much as many: two in a row could share what they match in
    # so many ways that looking for it never ends.
    plain, made, at = re.sub(r"[ -]+", " ", folded(words)), [], 0
    while at < len(plain):
        pair = _PAIRS.get(plain[at : at + 2])
        single = "".join(_one(mark) for mark in plain[at : at + 2])
        made.append(f"(?:{single}|[{pair}])" if pair else _one(plain[at]))
        at += 2 if pair else 1
    return "".join(made)


def _one(mark: str) -> str:
    if mark in " -":
        return r"[-\s]*"
    if mark in _ACCENTED:
        return f"[{_ACCENTED[mark]}]"
    return mark if mark.isalnum() else f"\\{mark}"


def rank(words: str, name: str, synonyms: str = "") -> int | None:
    """How well a name fits the words, the smaller the better; None where it does not."""
    wanted = pattern(words)
    if re.match(wanted, name, re.I):
        return NAME
    if _begins_a_word(wanted, name):
        return WORD
    # One letter begins some word of everything.
    if len(folded(words)) < 2:
        return None
    # Each word by itself, so that "SLA policy" finds what is called an SLA and a policy.
    if all(_begins_a_word(pattern(word), f"{name}, {synonyms}") for word in folded(words).split()):
        return SYNONYM
    return INSIDE if re.search(wanted, name, re.I) else None


def _begins_a_word(wanted: str, text: str) -> bool:
    return re.search(rf"(?<!\w){wanted}", text, re.I) is not None


def best(
    rows: QuerySet[Row], words: str, *, name: str, also: Iterable[str] = (), most: int, exactly: Q | None = None
) -> list[Row]:
    """At most so many rows, best first, each with its ``rank``. ``also`` names columns that count as other words.

    ``exactly`` is what one means who types a number.
    """
    wanted = pattern(words)
    begins = Q(**{f"{name}__iregex": f"^{wanted}"})
    ranks = [
        When(begins | exactly if exactly is not None else begins, then=Value(NAME)),
        When(Q(**{f"{name}__iregex": rf"\m{wanted}"}), then=Value(WORD)),
    ]
    if len(folded(words)) > 1:
        ranks += [When(Q(**{f"{column}__iregex": rf"\m{wanted}"}), then=Value(SYNONYM)) for column in also]
        ranks.append(When(Q(**{f"{name}__iregex": wanted}), then=Value(INSIDE)))
    ranked = rows.annotate(rank=Case(*ranks, default=None, output_field=IntegerField())).filter(rank__isnull=False)
    return list(ranked.order_by("rank", *(rows.query.order_by or (name,)))[:most])
