"""Words of people, made fit for one line: a name, a subject, a header."""

from __future__ import annotations

import re

# Control characters, line separators, invisible spaces, what turns the writing direction, and halves of a character:
# nobody types them on purpose, PostgreSQL refuses some of them, and the rest lets a name be read as another one.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufeff\uffa0\ufff9-\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
# A display name that holds an address is read as that address.
_ADDRESS = re.compile(r"[@\uff20\ufe6b<>\"\\]")
# What programs of mail make a link of by themselves: a scheme, a www, and a dot between two words.
_SCHEME = re.compile(r"\b[a-z][a-z0-9+.-]*:/+|\bwww\.", re.IGNORECASE)
_DOT = re.compile(r"(?<=\w)[.\u3002\uff0e\uff61](?=[^\W\d_]{2})")
# Longer names are no names; what is longer here was meant to be read as a message.
MOST_IN_A_LETTER = 60


def printable(value: str) -> str:
    """The words with single spaces between them and nothing invisible among them."""
    return " ".join(_UNPRINTABLE.sub(" ", value).split())


def display_name(value: str) -> str:
    """The name to write beside an address of mail: printable, and nothing in it can be read as an address."""
    return printable(_ADDRESS.sub(" ", value))


def unlinked(value: str) -> str:
    """A name for a letter to somebody who may not know us: printable, and no program makes a link of a part of it.

    A name that is one word keeps its dot, as many a company is called by its domain.
    """
    name = printable(_SCHEME.sub(" ", display_name(value)))
    name = _DOT.sub(". ", name) if " " in name else name.partition("/")[0]
    return name if len(name) <= MOST_IN_A_LETTER else f"{name[:MOST_IN_A_LETTER].rstrip()}…"


def is_quoted(address: str) -> bool:
    """Whether an address of mail has quotation marks, between which anything may stand: blanks, signs, other addresses.

    Nobody has one, and it would be one more way to write each mailbox.
    """
    return '"' in address
