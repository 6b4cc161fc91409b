"""Reads the old rows too, under a lock that neither readers nor writers notice."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("slas", "0006_words_are_checked")]

    operations = [
        ValidateConstraint("clock", "slas_clock_metric"),
        ValidateConstraint("clock", "slas_clock_severity"),
        ValidateConstraint("policyversion", "slas_policy_response_rule"),
    ]
