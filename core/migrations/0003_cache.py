"""What all web processes must know alike and may forget: counted login attempts, second-factor codes that were used."""

from django.db import migrations

from core.tenancy.operations import GrantGlobal


class Migration(migrations.Migration):
    dependencies = [("core", "0002_global_grants")]

    operations = [
        migrations.RunSQL(
            "CREATE TABLE core_cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL,"
            " expires timestamptz NOT NULL);"
            "CREATE INDEX core_cache_expires ON core_cache (expires)",
            "DROP TABLE core_cache",
        ),
        GrantGlobal(["core_cache"]),
    ]
