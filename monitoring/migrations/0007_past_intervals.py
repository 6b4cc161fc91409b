"""The intervals that a check had before, for counting its uptime."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("monitoring", "0006_no_slot_of_a_lease"),
    ]

    operations = [
        migrations.AddField(
            model_name="check",
            name="past_intervals",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
    ]
