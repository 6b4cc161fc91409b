"""Stands by the outbox and writes down what was ever put into it, because what was dealt with may be purged."""

from __future__ import annotations

import json
import os
import uuid
from typing import Any

import psycopg2
from django.db import connection

from core.models import OutboxEvent

SETUP = """
CREATE SCHEMA chaos;
GRANT USAGE ON SCHEMA chaos TO retainer_app;
CREATE TABLE chaos.told (place bigserial PRIMARY KEY, row core_outboxevent NOT NULL);
GRANT SELECT ON chaos.told TO retainer_app;
CREATE FUNCTION chaos.write_down() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = chaos, public
AS $$ BEGIN INSERT INTO chaos.told (row) VALUES (NEW); RETURN NULL; END $$;
CREATE TRIGGER chaos_writes_down AFTER INSERT ON core_outboxevent FOR EACH ROW EXECUTE FUNCTION chaos.write_down();
"""


def stand_by() -> None:
    """Begins to write down, as the owner of the tables."""
    link = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    try:
        with link, link.cursor() as cursor:
            cursor.execute(SETUP)
    finally:
        link.close()


def rows(agency_id: uuid.UUID) -> list[tuple[int, OutboxEvent]] | None:
    """What was written down of this agency, with its place; None where nobody stood by."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('chaos.told')")
        if cursor.fetchone() == (None,):
            return None
        fields = OutboxEvent._meta.local_fields
        columns = ", ".join(f'(row)."{field.column}"' for field in fields)
        cursor.execute(f"SELECT place, {columns} FROM chaos.told WHERE (row).agency_id = %s", [agency_id])
        return [(place, _event(dict(zip(names(), values, strict=True)))) for place, *values in cursor.fetchall()]


def names() -> list[str]:
    """The columns as attributes of a row."""
    return [field.attname for field in OutboxEvent._meta.local_fields]


def _event(values: dict[str, Any]) -> OutboxEvent:
    values["payload"] = json.loads(values["payload"])
    return OutboxEvent(**values)
