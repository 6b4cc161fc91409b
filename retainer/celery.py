"""The Celery application. Beat only wakes loops; everything due has a column in Postgres."""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_init, worker_process_init
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from core.garbage import collect_less_often
from core.tenancy import limits
from core.tenancy.boot import refuse_privileged_role

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retainer.settings")

app = Celery("retainer")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# The auditor stands on the roof itself, which is no installed app.
app.autodiscover_tasks(["retainer"])


@worker_init.connect
@beat_init.connect
def refuse_to_start_as_a_privileged_role(**_ignored: object) -> None:
    """The same refusal as the web process's. Celery logs whatever else a receiver raises, and goes on."""
    try:
        refuse_privileged_role()
    except ImproperlyConfigured as error:
        raise SystemExit(str(error)) from error


@worker_process_init.connect
def collect_garbage_less_often(**_ignored: object) -> None:
    """A batch of rows makes no garbage worth looking for each time."""
    collect_less_often()


@worker_process_init.connect
def keep_to_limits(**_ignored: object) -> None:
    """Shorter than a task may take, so that a statement that hangs ends before its process is killed."""
    limits.use(statement=settings.WORKER_STATEMENT_TIMEOUT, idle_in_transaction=settings.WORKER_IDLE_TIMEOUT)


@setup_logging.connect
def keep_our_logging(**_ignored: object) -> None:
    """Celery would replace the handlers of settings.LOGGING; connecting here keeps them."""
