"""The sample table: partitioned by day, made ahead and on demand, dropped whole.

The working role owns no table, so it makes and drops partitions through two functions of the owner. They are
SECURITY DEFINER with a pinned search path and a lock timeout, and take nothing but a date.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState

from core.tenancy.operations import AGENCY, CLIENT, _SqlOperation
from core.tenancy.roles import APP, OWNER, PORTAL, SWEEPER

TABLES = """
CREATE TABLE monitoring_sample (
    agency_id uuid NOT NULL, client_id uuid NOT NULL, check_id uuid NOT NULL,
    metric varchar(60) NOT NULL, slot timestamptz NOT NULL, value double precision NOT NULL,
    PRIMARY KEY (check_id, metric, slot)
) PARTITION BY RANGE (slot);
CREATE TABLE monitoring_sample_default PARTITION OF monitoring_sample DEFAULT;
CREATE TABLE monitoring_rollup (
    agency_id uuid NOT NULL, client_id uuid NOT NULL, check_id uuid NOT NULL,
    metric varchar(60) NOT NULL, seconds integer NOT NULL CHECK (seconds IN (300, 3600, 86400)),
    bucket timestamptz NOT NULL, count integer NOT NULL CHECK (count > 0),
    total double precision NOT NULL, minimum double precision NOT NULL, maximum double precision NOT NULL,
    PRIMARY KEY (check_id, metric, seconds, bucket)
);
"""

FUNCTIONS = """
CREATE FUNCTION retainer_make_sample_partition(day date) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
DECLARE part text := 'monitoring_sample_' || to_char(day, 'YYYYMMDD');
BEGIN
    IF to_regclass('public.' || part) IS NOT NULL THEN RETURN false; END IF;
    EXECUTE format('CREATE TABLE public.%I PARTITION OF public.monitoring_sample FOR VALUES FROM (%L) TO (%L)',
        part, day::text || ' 00:00:00+00', (day + 1)::text || ' 00:00:00+00');
    RETURN true;
EXCEPTION WHEN duplicate_table THEN RETURN false;
END $$;
CREATE FUNCTION retainer_drop_sample_partitions(before date) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
DECLARE part text; dropped integer := 0;
BEGIN
    FOR part IN SELECT c.relname FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid
        WHERE i.inhparent = 'public.monitoring_sample'::regclass AND c.relname ~ '^monitoring_sample_[0-9]{8}$'
        AND to_date(right(c.relname, 8), 'YYYYMMDD') < before
    LOOP
        EXECUTE format('DROP TABLE public.%I', part);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;
REVOKE ALL ON FUNCTION retainer_make_sample_partition(date), retainer_drop_sample_partitions(date) FROM PUBLIC;
"""


def _walls(table: str) -> Iterable[str]:
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    yield f"CREATE POLICY owner ON {table} TO {OWNER} USING (true) WITH CHECK (true)"
    narrowed = f"({CLIENT} IS NULL OR client_id = {CLIENT})"
    yield f"CREATE POLICY tenant ON {table} TO {APP} USING (agency_id = {AGENCY} AND {narrowed})"
    yield (
        f"CREATE POLICY portal ON {table} FOR SELECT TO {PORTAL} USING (agency_id = {AGENCY} AND client_id = {CLIENT})"
    )
    yield f"CREATE POLICY sweeper ON {table} TO {SWEEPER} USING (true) WITH CHECK (true)"
    yield f"GRANT SELECT, INSERT, UPDATE ON {table} TO {APP}"
    yield f"GRANT SELECT ON {table} TO {PORTAL}"
    yield f"GRANT SELECT, INSERT, UPDATE ON {table} TO {SWEEPER}"
    # The composite key keeps a sample with the client its check belongs to.
    yield (
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_check_fk FOREIGN KEY (agency_id, client_id, check_id)"
        " REFERENCES monitoring_check (agency_id, client_id, id)"
    )


class SamplePartitions(_SqlOperation):
    """Makes the sample and rollup tables with their walls and the functions that keep the partitions."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        schema_editor.execute(TABLES, None)
        for table in ("monitoring_sample", "monitoring_rollup"):
            for statement in _walls(table):
                schema_editor.execute(statement, None)
        schema_editor.execute(FUNCTIONS, None)
        functions = "retainer_make_sample_partition(date), retainer_drop_sample_partitions(date)"
        schema_editor.execute(f"GRANT EXECUTE ON FUNCTION {functions} TO {APP}, {SWEEPER}")

    def describe(self) -> str:
        return "Makes the partitioned sample table"


def make_partitions(*, first: date, days: int) -> int:
    """Makes the day partitions from ``first`` on that are missing; returns how many it made."""
    with connection.cursor() as cursor:
        made = 0
        for offset in range(days):
            cursor.execute("SELECT retainer_make_sample_partition(%s)", [first + timedelta(days=offset)])
            made += int(cursor.fetchone()[0])
    return made


def drop_partitions(*, before: date) -> int:
    """Drops the whole days before ``before``; returns how many partitions went."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT retainer_drop_sample_partitions(%s)", [before])
        return int(cursor.fetchone()[0])


def stray_samples() -> int:
    """How many samples fell into the default partition; anything but 0 means a day had no partition of its own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(pg_stat_get_live_tuples('monitoring_sample_default'::regclass), 0)")
        return int(cursor.fetchone()[0])
