"""Each firing has a serial, which its recovery names, so that news told late ends nothing that came after it."""

from django.db import migrations, models

TOLD = {
    "transitions": models.BigIntegerField(default=0, db_default=0),
    "firing_serial": models.BigIntegerField(null=True),
    "no_data_serial": models.BigIntegerField(null=True),
}


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0007_past_intervals")]

    operations = [
        *(migrations.AddField(model, name, field) for model in ("check", "threshold") for name, field in TOLD.items()),
        migrations.AddField("alert", "serial", models.BigIntegerField(null=True)),
    ]
