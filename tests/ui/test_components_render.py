"""The gallery renders every component, and what it makes is well formed for people who do not see it."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from django import forms
from django.template.loader import render_to_string
from django.test import RequestFactory

from retainer.ui import tags as ui
from retainer.ui.drawings import spark
from retainer.ui.gallery import GalleryForm, examples, navigation
from retainer.ui.links import NavSection


@pytest.fixture(scope="module")
def gallery() -> str:
    request = RequestFactory().get("/gallery/")
    return render_to_string("gallery/index.html", {**examples(), "theme": "dark"}, request=request)


def test_the_gallery_keeps_the_theme_that_was_chosen(gallery: str) -> None:
    assert 'data-theme="dark"' in gallery


def test_no_two_elements_share_an_id(gallery: str) -> None:
    # The two forms of the gallery are the same form twice.
    counted = Counter(name for name in re.findall(r'\sid="([^"]+)"', gallery) if not name.startswith("id_"))
    assert [name for name, count in counted.items() if count > 1] == []


def test_every_button_has_a_name(gallery: str) -> None:
    for attributes, body in re.findall(r"<button\b([^>]*)>(.*?)</button>", gallery, flags=re.S):
        words = re.sub(r"<[^>]+>", "", body).strip()
        assert words or "aria-label=" in attributes, attributes


def test_every_target_of_a_label_or_description_exists(gallery: str) -> None:
    ids = set(re.findall(r'\sid="([^"]+)"', gallery))
    for names in re.findall(
        r'\s(?:for|aria-describedby|aria-labelledby|aria-controls|popovertarget)="([^"]+)"', gallery
    ):
        assert set(names.split()) <= ids


def test_htmx_may_evaluate_nothing(gallery: str) -> None:
    for setting in (
        '"allowEval":false',
        '"allowScriptTags":false',
        '"includeIndicatorStyles":false',
        '"historyCacheSize":0',
    ):
        assert setting in gallery


def test_a_field_with_an_error_keeps_what_was_typed_and_points_to_the_error() -> None:
    form = GalleryForm({"title": "x" * 90, "severity": "low", "estimate": "4h", "scopes": ["read"], "way": "mail"})
    drawn = render_to_string("components/field.html", ui.field(form["title"]))
    assert f'value="{"x" * 90}"' in drawn
    assert 'aria-invalid="true"' in drawn
    assert 'aria-describedby="id_title_error"' in drawn
    assert 'id="id_title_error"' in drawn


def test_optional_is_marked_and_required_is_not() -> None:
    class Small(forms.Form):
        name = forms.CharField()
        note = forms.CharField(required=False)

    form = Small()
    assert "(optional)" not in render_to_string("components/field.html", ui.field(form["name"]))
    assert "(optional)" in render_to_string("components/field.html", ui.field(form["note"]))


def test_a_live_part_asks_for_itself_with_its_version_and_keeps_the_filters() -> None:
    request = RequestFactory().get("/a/north/incidents/?state=open&v=1")
    drawn = ui.live({"request": request}, "<p>x</p>", version="7.2")  # type: ignore[arg-type]
    assert 'hx-get="/a/north/incidents/?state=open&amp;v=7.2"' in drawn
    assert 'hx-trigger="every 1500ms"' in drawn
    assert "<p>x</p>" in drawn


def test_a_sparkline_never_bridges_missing_values() -> None:
    assert spark([1, 2, None, 3, 4], "x").count("M") == 2
    assert spark([None, None], "x") == ""


def test_the_phone_shows_four_links_and_more_when_there_are_many() -> None:
    nav = navigation()
    assert [item["label"] for item in ui.phone_nav(nav)] == ["Home", "Inbox", "Incidents", "Clients"]
    assert ui.phone_more(nav)


def test_the_phone_shows_all_five_where_there_are_no_more() -> None:
    nav: list[NavSection] = [
        {
            "label": "",
            "items": [
                {"label": name, "url": "#", "icon": "", "key": "", "current": False, "badge": None} for name in "abcde"
            ],
        }
    ]
    assert [item["label"] for item in ui.phone_nav(nav)] == list("abcde")
    assert not ui.phone_more(nav)
