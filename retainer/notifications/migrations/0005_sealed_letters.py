"""What a mail says is sealed, and nothing of those that were sent before is kept.

A mail that waits in plain is sent as it is and emptied then.
"""

from django.db import migrations, models

AT_ONCE = 5000


def empty(apps, schema_editor):
    """In batches of their own, so that no lock is held for long."""
    rows = apps.get_model("notifications", "Delivery").objects.filter(next_due_at=None).exclude(body="", html="")
    while ids := list(rows.order_by("id").values_list("id", flat=True)[:AT_ONCE]):
        rows.filter(id__in=ids).update(body="", html="")


class Migration(migrations.Migration):
    # Each batch is a transaction of its own.
    atomic = False
    dependencies = [("notifications", "0004_indexes_of_lanes")]

    operations = [
        migrations.AddField("delivery", "sealed_letter", models.BinaryField(editable=False, null=True)),
        migrations.RunPython(empty, migrations.RunPython.noop),
    ]
