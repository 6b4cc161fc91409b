"""When a client who is waited on is reminded next."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0003_hearing")]

    operations = [
        migrations.AddField(
            model_name="incident",
            name="remind_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="incidententry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("opened", "Opened"),
                    ("confirmed", "Confirmed"),
                    ("false_alarm", "False alarm"),
                    ("acknowledged", "Acknowledged"),
                    ("paused", "Paused"),
                    ("resumed", "Resumed"),
                    ("note", "Internal note"),
                    ("update", "Update to the client"),
                    ("mitigated", "Mitigated"),
                    ("resolved", "Resolved"),
                    ("reopened", "Reopened"),
                    ("closed", "Closed"),
                    ("merged", "Merged"),
                    ("took_in", "Took in another incident"),
                    ("severity", "Severity changed"),
                    ("assigned", "Owner changed"),
                    ("published", "Shown to the client"),
                    ("alert_fired", "Alert fired"),
                    ("alert_recovered", "Alert recovered"),
                    ("clock_warned", "Deadline near"),
                    ("clock_breached", "Deadline missed"),
                    ("escalated", "Escalated"),
                    ("client_message", "Message from the client"),
                    ("agreed", "Date agreed"),
                    ("policy", "Response times changed"),
                    ("disputed", "Review of a wait asked for"),
                    ("decided", "Wait reviewed"),
                    ("reminded", "Client reminded"),
                ],
                max_length=16,
            ),
        ),
    ]
