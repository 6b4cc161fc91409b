"""What was measured, for lists and charts."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db.models import (
    QuerySet,
)

from monitoring.models import Sample
from monitoring.samples.charting import first_and_last

# Worst first: the state of a system is the worst of what is measured on its production.


def samples(check_id: uuid.UUID) -> QuerySet[Sample]:
    """The raw values of one check."""
    return Sample.objects.filter(check_id=check_id)


def first_and_last_value(check_id: uuid.UUID, metric: str) -> tuple[datetime, datetime] | None:
    """The first and the last day on which there is a value of the metric; None where none was counted yet."""
    return first_and_last(check_id, metric)
