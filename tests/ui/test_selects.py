"""A select that is drawn in one go is the one that Django's templates draw."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.functional import lazystr
from django.utils.safestring import mark_safe

from core.zones import ZoneField
from retainer.ui.selects import FormRenderer

GROUPS = [
    ("", "None of them"),
    ("Near & far", [(1, "One"), ("<2>", 'Two "and" more')]),
    (None, "Nothing"),
    ("3", 1_234.5),
]
FIELDS: dict[str, forms.Field] = {
    "groups": forms.ChoiceField(choices=GROUPS),
    "several": forms.MultipleChoiceField(choices=GROUPS),
    "numbers": forms.TypedChoiceField(choices=[(1_000_000, 1_000_000), (2.5, 2.5), (True, True), (("a", "b"), "Pair")]),
    "lazy": forms.ChoiceField(choices=[("a", lazystr("Later & then"))], required=False),
    "marked": forms.ChoiceField(choices=[(mark_safe("a&amp;b"), mark_safe("<b>bold</b>"))]),
    "none": forms.ChoiceField(choices=[], required=False),
    "zones": ZoneField(),
    "boolean": forms.NullBooleanField(),
    "attributes": forms.ChoiceField(
        choices=[("a", "A")],
        widget=forms.Select(attrs={"class": 'a"b', "disabled": True, "hidden": False, "data-many": 10_000, "x": None}),
    ),
}


VALUES = [None, "", "3", "<2>", "a", 1, "Europe/Berlin", "1000000", ("1", "3"), "true"]


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_select_is_the_one_of_djangos_templates(language: str, name: str, settings: Any) -> None:
    settings.LANGUAGE_CODE, settings.USE_THOUSAND_SEPARATOR = language, True
    widget = FIELDS[name].widget
    for value in VALUES:
        ours, theirs = (
            widget.render("a name&", value, {"id": "id_it"}, renderer)
            for renderer in (FormRenderer(), DjangoTemplates())
        )
        assert ours == theirs, value


def test_every_form_is_drawn_so() -> None:
    class Form(forms.Form):
        zone = ZoneField()

    assert isinstance(Form().renderer, FormRenderer)
