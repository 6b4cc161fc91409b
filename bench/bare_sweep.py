"""The rows of a sweep by bare SQL: what writing them takes by itself. ``python -m bench.bare_sweep FILE``

It looks at every tick, as the sweep does at those of the beat, claims as many clocks as its batch, and writes in one
transaction, in the sweeper's role and under its policies, what the sweep writes of a missed deadline. The values travel
as those of a judgement must: as lists of VALUES, which is how psycopg2 writes many rows, or each column as one array,
which is the cheapest way that we know. No history is read and nothing is judged.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extras import execute_values

from core.ids import uuid7_texts


def serve(said: Mapping[str, Any]) -> None:
    """Sweeps until stopped."""
    link = psycopg2.connect(os.environ["DATABASE_URL"])
    while True:
        while batch(link, said):
            pass
        time.sleep(said["tick"] - (time.time() - said["began"]) % said["tick"])


def batch(link: Any, said: Mapping[str, Any]) -> int:
    """One transaction; returns how many clocks it wrote."""
    with link, link.cursor() as cursor:
        cursor.execute("SELECT set_config('role', %s, true)", [said["role"]])
        cursor.execute(said["claim"])
        names = [column.name for column in cursor.description]
        clocks = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        if clocks:
            for statement in said["statements"]:
                for clock, new_id in zip(clocks, uuid7_texts(len(clocks)), strict=True):
                    clock["new_id"] = new_id
                WAYS[said["way"]](cursor, statement, clocks)
    return len(clocks)


def _as_arrays(cursor: Any, statement: Mapping[str, Any], clocks: Sequence[Mapping[str, Any]]) -> None:
    arrays = ", ".join(f"%s::{kind}[]" for kind in statement["types"])
    values = [_array(clocks, text) for text in statement["columns"].values()]
    cursor.execute(statement["sql"].replace("@rows", f"unnest({arrays})"), values)


def _array(clocks: Sequence[Mapping[str, Any]], text: str) -> str:
    quoted = text.replace('"', '\\"')
    return '{"' + '","'.join([quoted % clock for clock in clocks]) + '"}'


def _as_values(cursor: Any, statement: Mapping[str, Any], clocks: Sequence[Mapping[str, Any]]) -> None:
    texts = statement["columns"].values()
    rows = [[text % clock for text in texts] for clock in clocks]
    one = ", ".join(f"%s::{kind}" for kind in statement["types"])
    execute_values(cursor, statement["sql"].replace("@rows", "(VALUES %s)"), rows, f"({one})", len(rows))


WAYS = {"arrays": _as_arrays, "values": _as_values}


if __name__ == "__main__":
    serve(json.loads(Path(sys.argv[1]).read_text()))
