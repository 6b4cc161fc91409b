"""The rows of a sweep by bare SQL: what writing them takes by itself. ``python -m bench.bare_sweep FILE``

It looks at every tick, as the sweep does at those of the beat, claims as many clocks as its batch, and writes in one
transaction, in the sweeper's role and under its policies, what the sweep writes of a missed deadline. The values travel
as those of a judgement must, each column as one array, the cheapest way; no history is read and nothing is judged.
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
            for statement, columns in said["statements"]:
                for clock, new_id in zip(clocks, uuid7_texts(len(clocks)), strict=True):
                    clock["new_id"] = new_id
                cursor.execute(statement, {name: _array(clocks, text) for name, text in columns.items()})
    return len(clocks)


def _array(clocks: Sequence[Mapping[str, Any]], text: str) -> str:
    quoted = text.replace('"', '\\"')
    return '{"' + '","'.join([quoted % clock for clock in clocks]) + '"}'


if __name__ == "__main__":
    serve(json.loads(Path(sys.argv[1]).read_text()))
