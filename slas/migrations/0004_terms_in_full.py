"""What a policy promises in full, public holidays as proposals, and who is on call."""

import core.clock
import core.ids
import core.tenancy.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.tenancy.operations import SecureTable


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0004_audit_seal"),
        ("slas", "0003_terms_move"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HolidayFeed",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                ("country", models.CharField(max_length=2)),
                ("region", models.CharField(blank=True, max_length=10)),
                ("next_due_at", models.DateTimeField(default=core.clock.now)),
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
                    "calendar",
                    core.tenancy.fields.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="feeds", to="slas.calendar"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["next_due_at"], name="slas_holidayfeed_due")],
                "constraints": [models.UniqueConstraint(fields=("agency", "calendar"), name="slas_holidayfeed_once")],
            },
        ),
        migrations.CreateModel(
            name="HolidayProposal",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                ("date", models.DateField()),
                ("name", models.CharField(max_length=120)),
                (
                    "state",
                    models.CharField(
                        choices=[("proposed", "Proposed"), ("closed", "Closed"), ("declined", "Open as usual")],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("decided_by_id", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
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
                    "calendar",
                    core.tenancy.fields.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="proposals", to="slas.calendar"
                    ),
                ),
            ],
            options={
                "ordering": ["date"],
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("agency", "calendar", "date"), name="slas_holiday_once"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["proposed", "closed", "declined"])), name="slas_holiday_state"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Rota",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                ("name", models.CharField(max_length=80)),
                ("zone", models.CharField(max_length=60)),
                ("first_day", models.DateField()),
                ("handover_at", models.TimeField()),
                ("turn_days", models.PositiveSmallIntegerField(default=7)),
                ("people", models.JSONField(default=list)),
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
            ],
            options={
                "ordering": ["name"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Override",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
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
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "rota",
                    core.tenancy.fields.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="overrides", to="slas.rota"
                    ),
                ),
            ],
            options={
                "ordering": ["starts_at"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="TimeOff",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("note", models.CharField(blank=True, max_length=120)),
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
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["starts_at"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="policyversion",
            name="client_duties",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="covered",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="escalation",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="excluded",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="maintenance_counts",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="reopen_days",
            field=models.PositiveSmallIntegerField(db_default=14, default=14, null=True),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="reporting",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="response_rule",
            field=models.CharField(
                choices=[
                    ("acknowledge", "Somebody begins to work on it"),
                    ("message", "The client has a message from us"),
                ],
                db_default="acknowledge",
                default="acknowledge",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="severity_definitions",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="uptime_target",
            field=models.DecimalField(decimal_places=3, max_digits=6, null=True),
        ),
        migrations.AddField(
            model_name="target",
            name="pausing",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddField(
            model_name="target",
            name="warn",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddConstraint(
            model_name="rota",
            constraint=models.UniqueConstraint(fields=("agency", "name"), name="slas_rota_name"),
        ),
        migrations.AddConstraint(
            model_name="rota",
            constraint=models.CheckConstraint(condition=models.Q(("turn_days__gte", 1)), name="slas_rota_turn"),
        ),
        migrations.AddIndex(
            model_name="override",
            index=models.Index(fields=["agency", "ends_at"], name="slas_override_ends"),
        ),
        migrations.AddConstraint(
            model_name="override",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="slas_override_order"
            ),
        ),
        migrations.AddIndex(
            model_name="timeoff",
            index=models.Index(fields=["agency", "ends_at"], name="slas_timeoff_ends"),
        ),
        migrations.AddConstraint(
            model_name="timeoff",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="slas_timeoff_order"
            ),
        ),
        SecureTable("HolidayFeed", sweeper="SELECT"),
        SecureTable("HolidayProposal"),
        SecureTable("Rota"),
        SecureTable("Override"),
        SecureTable("TimeOff"),
    ]
