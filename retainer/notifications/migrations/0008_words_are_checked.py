"""Each word is one of its vocabulary. New rows are held to it at once, old ones are read under a light lock."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


def word(column, values, name):
    return models.CheckConstraint(condition=models.Q((f"{column}__in", values)), name=name)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("notifications", "0007_tokens_of_senders")]

    operations = [
        AddConstraintNotValid("delivery", word("channel", ["email", "webhook"], "notifications_delivery_channel")),
        AddConstraintNotValid("deliveryrate", word("channel", ["email", "webhook"], "notifications_rate_channel")),
        ValidateConstraint("delivery", "notifications_delivery_channel"),
        ValidateConstraint("deliveryrate", "notifications_rate_channel"),
    ]
