"""What a broken limit means for people."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0011_stray_samples_end")]

    operations = [
        migrations.AddField(
            "threshold", "impact", models.CharField(blank=True, db_default="", default="", max_length=120)
        ),
    ]
