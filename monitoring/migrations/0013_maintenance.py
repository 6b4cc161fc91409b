"""Planned maintenance comes from the backlog's app, with its table as it is."""

import core.clock
import core.ids
import core.tenancy.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0012_impact"), ("backlog", "0002_maintenance"), ("clients", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="MaintenanceWindow",
                    fields=[
                        (
                            "id",
                            models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                        ),
                        ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                        ("title", models.CharField(max_length=160)),
                        ("starts_at", models.DateTimeField()),
                        ("ends_at", models.DateTimeField()),
                        ("cancelled_at", models.DateTimeField(null=True)),
                        (
                            "agency",
                            models.ForeignKey(
                                db_index=False,
                                editable=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="core.agency",
                            ),
                        ),
                        (
                            "client",
                            core.tenancy.fields.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.client"
                            ),
                        ),
                        (
                            "system",
                            core.tenancy.fields.TenantForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.aisystem"
                            ),
                        ),
                    ],
                    options={
                        "db_table": "backlog_maintenancewindow",
                        "ordering": ["starts_at"],
                        "abstract": False,
                        "base_manager_name": "objects",
                        "indexes": [
                            models.Index(fields=["agency", "system", "starts_at"], name="backlog_window_of_system")
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="backlog_window_order"
                            )
                        ],
                    },
                ),
            ]
        )
    ]
