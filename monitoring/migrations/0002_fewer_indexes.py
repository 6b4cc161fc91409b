"""Drops indexes that another one begins with: each costs every result that is stored, and no query needs it."""

from django.db import migrations

NAMES = (
    "monitoring_check_client_id_idx",
    "monitoring_check_environment_id_idx",
    "monitoring_threshold_client_id_idx",
    "monitoring_threshold_source_check_id_idx",
)


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0001_initial")]

    operations = [
        *(migrations.RunSQL(f"DROP INDEX {name}", migrations.RunSQL.noop) for name in NAMES),
        # Room for the next version of a row beside it, so that an update that changes no index touches none.
        *(
            migrations.RunSQL(f"ALTER TABLE {table} SET (fillfactor = 70)", migrations.RunSQL.noop)
            for table in ("monitoring_check", "monitoring_threshold")
        ),
    ]
