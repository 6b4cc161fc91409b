"""No two policies, and no two calendars, of one name."""

from django.db import migrations, models
from django.db.models.functions import Upper


def unique_name(model: str) -> migrations.SeparateDatabaseAndState:
    """Built beside the writes of the version before, which a plain constraint would hold up."""
    name, table = f"slas_{model}_name", f"slas_{model}"
    return migrations.SeparateDatabaseAndState(
        database_operations=[
            migrations.RunSQL(
                f'CREATE UNIQUE INDEX CONCURRENTLY "{name}" ON "{table}" ("agency_id", (UPPER("name")))',
                f'DROP INDEX CONCURRENTLY "{name}"',
            )
        ],
        state_operations=[
            migrations.AddConstraint(model, models.UniqueConstraint("agency", Upper("name"), name=name)),
        ],
    )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("slas", "0004_terms_in_full"),
    ]

    operations = [unique_name("calendar"), unique_name("policy")]
