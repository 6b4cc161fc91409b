"""Reads the old rows too, under a lock that neither readers nor writers notice."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("agreements", "0004_words_are_checked")]

    operations = [
        ValidateConstraint("tierinclusion", "agreements_inclusion_kind"),
        ValidateConstraint("tierinclusion", "agreements_inclusion_cadence"),
        ValidateConstraint("tiertemplate", "agreements_tier_family"),
    ]
