"""Dates and moments that people type are read in the one place, and one at the edge of time gets a word beside it."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

import pytest
from django import forms
from django.utils import timezone

from core.web.forms import DayField, MomentField

APPS = (
    *("clients", "slas.calendars", "slas.policies", "slas.oncall", "agreements", "incidents", "backlog"),
    *("monitoring.checks", "monitoring.maintenance", "retainer.dashboard"),
)


def every_form(form: type[forms.BaseForm] = forms.Form) -> Iterator[type[forms.BaseForm]]:
    for one in form.__subclasses__():
        yield one
        yield from every_form(one)


def test_no_form_reads_time_in_a_way_of_its_own() -> None:
    for app in APPS:
        importlib.import_module(f"{app}.forms")
    ours = [form for form in every_form() if form.__module__.split(".")[0] in {app.split(".")[0] for app in APPS}]
    fields = [(form, name, field) for form in ours for name, field in getattr(form, "base_fields", {}).items()]
    assert len(ours) > 20
    for form, name, field in fields:
        where = f"{form.__qualname__}.{name}"
        assert not isinstance(field, forms.DateField) or isinstance(field, DayField), where
        assert not isinstance(field, forms.DateTimeField) or isinstance(field, MomentField), where


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Etc/GMT+12"])
@pytest.mark.parametrize("typed", ["9999-12-31T23:59", "0001-01-01T00:00", "1969-12-30T00:00", "2200-01-02T00:00"])
def test_a_moment_at_the_edge_of_time_is_refused(typed: str, zone: str) -> None:
    with timezone.override(zone), pytest.raises(forms.ValidationError):
        MomentField().clean(typed)


@pytest.mark.parametrize("typed", ["9999-12-31", "0001-01-01", "1969-12-31", "2200-01-01"])
def test_a_day_at_the_edge_of_time_is_refused(typed: str) -> None:
    with pytest.raises(forms.ValidationError):
        DayField().clean(typed)


def test_a_moment_that_is_meant_keeps_the_zone_that_it_was_typed_in() -> None:
    with timezone.override("Europe/Berlin"):
        moment = MomentField().clean("2026-03-02T09:00")
        assert moment.isoformat() == "2026-03-02T09:00:00+01:00"
    assert DayField(required=False).clean("") is None
    assert MomentField(required=False).clean("") is None
