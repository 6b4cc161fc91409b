"""Says what was found: sentences of one kind together, the first few of each in full."""

from __future__ import annotations

import re
from collections import defaultdict

EXAMPLES = 4
_PARTICULAR = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d[\d.:+-]*|“[^”]*”|\S+@\S+")


def grouped(found: list[str]) -> list[str]:
    """The lines to print, the rarest kinds first."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for sentence in found:
        kinds[_PARTICULAR.sub("…", sentence)[:80]].append(sentence)
    lines: list[str] = []
    for rows in sorted(kinds.values(), key=len):
        lines += [f"FOUND: {row}" for row in rows[:EXAMPLES]]
        lines += [f"  … and {len(rows) - EXAMPLES} more of this kind"] if len(rows) > EXAMPLES else []
    return lines
