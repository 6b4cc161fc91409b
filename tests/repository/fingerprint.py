"""What a database holds, in a form that two can be compared by: ``python -m tests.repository.fingerprint URL``."""

from __future__ import annotations

import json
import sys
from typing import Any

import psycopg2

# PostgreSQL prints casts and brackets of a restored expression in another place; they mean the same.
MEANING = r"regexp_replace({}, '::(character varying|text)(\[\])?|[()]', '', 'g')"
# Name -> query whose rows are all that counts.
CATALOGUE = {
    "policies": "SELECT tablename, policyname, roles::text, cmd, qual, with_check FROM pg_policies",
    "forced": "SELECT relname, relrowsecurity, relforcerowsecurity, relowner::regrole::text, relacl::text"
    " FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v')",
    "functions": "SELECT proname, proowner::regrole::text, prosecdef, proconfig::text, proacl::text, md5(prosrc)"
    " FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "constraints": "SELECT conname, conrelid::regclass::text, "
    + MEANING.format("pg_get_constraintdef(oid)")
    + " FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
    "triggers": "SELECT tgname, tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "indexes": f"SELECT indexname, {MEANING.format('indexdef')} FROM pg_indexes WHERE schemaname = 'public'",
}
TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname"
ROWS = 'SELECT count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM public."{}" t'


def fingerprint(url: str) -> dict[str, Any]:
    """Tables with count and hash of their rows, and the catalogue's rows, each in order."""
    link = psycopg2.connect(url)
    try:
        with link.cursor() as cursor:
            cursor.execute(TABLES)
            found: dict[str, Any] = {name: _ask(cursor, ROWS.format(name))[0] for (name,) in cursor.fetchall()}
            return found | {name: _ask(cursor, query) for name, query in CATALOGUE.items()}
    finally:
        link.close()


def _ask(cursor: Any, query: str) -> list[list[Any]]:
    cursor.execute(query)
    return sorted([list(row) for row in cursor.fetchall()], key=str)


if __name__ == "__main__":
    print(json.dumps(fingerprint(sys.argv[1])))
