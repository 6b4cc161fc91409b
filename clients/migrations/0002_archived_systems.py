from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clients", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="aisystem",
            name="archived_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
