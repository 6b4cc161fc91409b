"""Each word is one of its vocabulary. New rows are held to it from now on, old ones by the next step."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


def word(column, values, name):
    return models.CheckConstraint(condition=models.Q((f"{column}__in", values)), name=name)


class Migration(migrations.Migration):
    dependencies = [("notifications", "0007_tokens_of_senders")]

    operations = [
        AddConstraintNotValid("delivery", word("channel", ["email", "webhook"], "notifications_delivery_channel")),
        AddConstraintNotValid("deliveryrate", word("channel", ["email", "webhook"], "notifications_rate_channel")),
    ]
