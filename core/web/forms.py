"""One way to show and take any form: errors beside their fields, everything typed kept, one domain call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.forms import DateField, DateTimeField, DateTimeInput, Form
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from core import moments
from core.errors import DomainError
from core.options import FormFieldOptions
from core.web.pages import done, page, put_on_form

# What a form cleans to: a TypedDict that stands beside it.
Cleaned = TypeVar("Cleaned")


@dataclass(frozen=True, slots=True)
class Screen:
    """What stands around a form: ``title``, the verb on its button, where Cancel leads, and its crumbs."""

    title: str
    submit: str
    back: str
    help: str = ""
    breadcrumbs: list[dict[str, str]] = field(default_factory=list)
    template: str = "forms/page.html"
    more: dict[str, object] = field(default_factory=dict)


def as_it_is(form: type[Form], row: Model) -> dict[str, object]:
    """What the form shows of an existing row: each field that the row has a column for."""
    return {name: getattr(row, name) for name in form.base_fields if hasattr(row, name)}


def form_page(
    request: HttpRequest, form: Form, screen: Screen, save: Callable[[Cleaned], tuple[str, str]]
) -> HttpResponse:
    """Shows the form, or saves it: ``save`` gets the cleaned data and returns what to say and where to go.

    A DomainError lands on its field and the page comes back with status 422; nothing of the attempt is kept.
    """
    if request.method == "POST" and form.is_valid():
        # Django says nothing about the types of what a form cleans to; what ``save`` takes does.
        cleaned: Any = form.cleaned_data
        try:
            with transaction.atomic():
                message, to = save(cleaned)
        except DomainError as error:
            put_on_form(form, error)
        else:
            return done(request, message, to)
    context = {"form": form, "screen": screen, "breadcrumbs": screen.breadcrumbs, **screen.more}
    return page(request, screen.template, context, status=422 if form.errors else 200)


class MomentField(DateTimeField):
    """A moment as the reader's browser asks for it, in the zone in which they read times."""

    def __init__(self, **options: Unpack[FormFieldOptions]) -> None:
        picker = DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
        super().__init__(widget=picker, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **options)

    def to_python(self, value: str | datetime | date | None) -> datetime | None:
        """The moment; a ValidationError beside the field where it cannot be meant."""
        moment = super().to_python(value)
        try:
            return moment and moments.within_reach(moment).astimezone(moment.tzinfo)
        except moments.BadMoment as error:
            raise ValidationError(_(error.message)) from error


class DayField(DateField):
    """A date that can be meant."""

    def to_python(self, value: str | datetime | date | None) -> date | None:
        """The date; a ValidationError beside the field where it cannot be meant."""
        day = super().to_python(value)
        try:
            return day and moments.day_within_reach(day)
        except moments.BadMoment as error:
            raise ValidationError(_(error.message)) from error
