"""A threshold's last value is its check's: two columns less to write with every result.

They stay in the database, unused, until the processes of the version before are gone.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0002_fewer_indexes")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveField("threshold", "last_value"),
                migrations.RemoveField("threshold", "last_value_at"),
            ]
        ),
    ]
