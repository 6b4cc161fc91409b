"""One alert a firing, and what has begun and not ended; built beside the writes of the version before."""

from django.db import migrations, models
from django.db.models import Q

ILL = Q(firing_serial__isnull=False) | Q(no_data_serial__isnull=False)
FIRING = "monitoring_alert_a_firing"


def beside(sql: str, name: str, state: migrations.operations.base.Operation) -> migrations.SeparateDatabaseAndState:
    """Built without holding up writes."""
    build = migrations.RunSQL(sql.format(f'INDEX CONCURRENTLY "{name}"'), f'DROP INDEX CONCURRENTLY "{name}"')
    return migrations.SeparateDatabaseAndState(database_operations=[build], state_operations=[state])


def ill(model: str) -> migrations.SeparateDatabaseAndState:
    """The rows of which something has begun."""
    name, where = f"monitoring_{model}_ill", '("firing_serial" IS NOT NULL OR "no_data_serial" IS NOT NULL)'
    return beside(
        f'CREATE {{}} ON "monitoring_{model}" ("agency_id") WHERE {where}',
        name,
        migrations.AddIndex(model, models.Index(fields=["agency"], name=name, condition=ILL)),
    )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("monitoring", "0008_serials")]

    operations = [
        ill("check"),
        ill("threshold"),
        beside(
            'CREATE UNIQUE {} ON "monitoring_alert" ("agency_id", "fingerprint", "serial")',
            FIRING,
            migrations.AddConstraint(
                "alert", models.UniqueConstraint(fields=["agency", "fingerprint", "serial"], name=FIRING)
            ),
        ),
    ]
