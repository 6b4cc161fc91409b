"""Drops an index that every stored result wrote to and a single read used."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0004_push")]

    operations = [migrations.RemoveIndex("check", "monitoring_check_latest")]
