"""Reads the old rows too, under a lock that neither readers nor writers notice."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("notifications", "0008_words_are_checked")]

    operations = [
        ValidateConstraint("delivery", "notifications_delivery_channel"),
        ValidateConstraint("deliveryrate", "notifications_rate_channel"),
    ]
