"""The rows of a sweep by bare SQL: what PostgreSQL alone takes for them. ``python -m bench.bare_sweep FILE``

It looks at every tick, as the sweep does at those of the beat, claims as many clocks as its batch, and writes
in one transaction, in the sweeper's role and under its policies, what the sweep writes of a missed deadline. PostgreSQL
makes the values itself: no history is read, nothing is judged, and nothing but the ids of the clocks travels.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import psycopg2


def serve(said: dict[str, Any]) -> None:
    """Sweeps until stopped."""
    link = psycopg2.connect(os.environ["DATABASE_URL"])
    while True:
        while batch(link, said):
            pass
        time.sleep(said["tick"] - (time.time() - said["began"]) % said["tick"])


def batch(link: Any, said: dict[str, Any]) -> int:
    """One transaction; returns how many clocks it wrote."""
    with link, link.cursor() as cursor:
        cursor.execute("SELECT set_config('role', %s, true)", [said["role"]])
        cursor.execute(said["claim"])
        ids = [row[0] for row in cursor.fetchall()]
        if ids:
            for statement in said["statements"]:
                cursor.execute(statement, [ids])
    return len(ids)


if __name__ == "__main__":
    serve(json.loads(Path(sys.argv[1]).read_text()))
