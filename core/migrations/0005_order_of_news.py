"""News of one subject has an order, and a payload a version."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0004_audit_seal")]

    operations = [
        migrations.AddField("outboxevent", "version", models.PositiveSmallIntegerField(default=1, db_default=1)),
        migrations.AddField(
            "outboxevent", "order_key", models.CharField(max_length=120, blank=True, default="", db_default="")
        ),
        migrations.AddField("outboxevent", "order_seq", models.BigIntegerField(default=0, db_default=0)),
        migrations.AddField("outboxevent", "ordered_at", models.DateTimeField(null=True)),
    ]
