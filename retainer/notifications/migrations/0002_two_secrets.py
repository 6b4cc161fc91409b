"""A receiver's secret can be replaced, and the one before works beside it for a day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial")]

    operations = [
        migrations.AddField("webhookendpoint", "old_secret_until", models.DateTimeField(editable=False, null=True)),
        migrations.AddField("webhookendpoint", "sealed_old_secret", models.BinaryField(null=True)),
    ]
