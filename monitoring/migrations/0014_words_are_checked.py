"""Each word is one of its vocabulary. New rows are held to it from now on, old ones by the next step."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


def word(column, values, name):
    return models.CheckConstraint(condition=models.Q((f"{column}__in", values)), name=name)


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0013_maintenance")]

    operations = [
        AddConstraintNotValid(
            "alert",
            word(
                "health", ["healthy", "degraded", "down", "unknown", "maintenance", "paused"], "monitoring_alert_health"
            ),
        ),
        AddConstraintNotValid(
            "check", word("kind", ["http_json", "prometheus", "http", "push"], "monitoring_check_kind")
        ),
        AddConstraintNotValid("threshold", word("comparison", ["above", "below"], "monitoring_threshold_comparison")),
        AddConstraintNotValid(
            "threshold",
            word(
                "health",
                ["healthy", "degraded", "down", "unknown", "maintenance", "paused"],
                "monitoring_threshold_health",
            ),
        ),
    ]
