"""The Celery application. Beat only wakes loops; everything due has a column in Postgres."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retainer.settings")

app = Celery("retainer")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
