"""Reads the old rows too, under a lock that neither readers nor writers notice."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("backlog", "0004_words_are_checked")]

    operations = [
        ValidateConstraint("backlogitem", "backlog_item_kind"),
    ]
