"""Drops indexes that another one begins with, and keys that nothing points at: each costs every step of every clock."""

from django.db import migrations

INDEXES = (
    "slas_clock_client_id_idx",
    "slas_clockevent_client_id_idx",
    "slas_clockevent_clock_id_idx",
    "slas_clocknotice_client_id_idx",
    "slas_clocknotice_clock_id_idx",
)
TABLES = ("slas_clockevent", "slas_clocknotice")


class Migration(migrations.Migration):
    dependencies = [("slas", "0001_initial")]

    operations = [
        *(migrations.RunSQL(f"DROP INDEX {name}", migrations.RunSQL.noop) for name in INDEXES),
        *(
            migrations.RunSQL(f"ALTER TABLE {table} DROP CONSTRAINT {table}_{key}", migrations.RunSQL.noop)
            for table in TABLES
            for key in ("agency_key", "agency_client_key")
        ),
    ]
