"""Answers that take as long to read, or as much memory, as anybody has found."""

from __future__ import annotations

import json

MIB = 1 << 20
# It fits into every limit of a path and looks at each element of an answer a hundred times.
LONG_PATH = "[?" + "||".join(["a"] * 45) + "]"
EMPTY_OBJECTS = (b"[" + b",".join([b"{}"] * (MIB // 3 - 2)) + b"]")[:MIB]
# The last label is always the one that is looked for, behind all of the others.
LONG_LINES = (
    b"".join(
        b'wanted{n="%d",' % number + b",".join(b'l%d="\\""' % label for label in range(680)) + b"} 1\n"
        for number in range(128)
    )[: MIB - 8192].rsplit(b"\n", 1)[0]
    + b"\n"
)
ONE_LINE = b'wanted{a="' + b'\\"' * (MIB // 2 - 20) + b'"} 1\n'
LISTS = b"[" + b",".join([b"[]"] * (MIB // 3 - 2)) + b"]"
DEEP = b"[" * (MIB // 2) + b"]" * (MIB // 2)
# Ten times everything.
FOLDED = "[@, @, @, @, @, @, @, @, @, @][].a"

JSON_PATHS = [LONG_PATH, "sort_by(@, &a)", "[].values(@)[]", "max_by(@, &length(keys(@)))", FOLDED, "reverse(sort(@))"]
ANSWERS: dict[str, tuple[str, list[str], bytes]] = {
    "a long path over many objects": ("http_json", [LONG_PATH], EMPTY_OBJECTS),
    "fifty long paths": ("http_json", [f"{LONG_PATH} | [{n}]" for n in range(50)], EMPTY_OBJECTS),
    "paths that sort and fold": ("http_json", JSON_PATHS, json.dumps([{"a": n} for n in range(70_000)]).encode()),
    "many lists": ("http_json", ["[][][][][][]", "length(@)"], LISTS),
    "lists in lists": ("http_json", ["[0]"], DEEP),
    "lines of many labels": ("prometheus", [f'wanted{{n="{n}"}}' for n in range(50)], LONG_LINES),
    "one line": ("prometheus", ["wanted"], ONE_LINE),
    "many series": (
        "prometheus",
        [f'wanted{{m="{n}"}}' for n in range(50)],
        b"".join(b'wanted{m="%d"} 1\n' % number for number in range(52_000)),
    ),
}


def metrics(paths: list[str]) -> list[dict[str, str]]:
    """Values to read, one a path."""
    return [{"name": f"m{number}", "path": path, "unit": ""} for number, path in enumerate(paths)]
