"""The views of a list in its filter bar. A list takes them with one line, and its filter bar with ``views=views``."""

from __future__ import annotations

from typing import Unpack

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from core import saved
from core.models import SavedView
from core.options import FormData, FormOptions
from core.saved import FilteredList


class ViewForm(forms.Form):
    """What a view is called and who sees it. Who may share none is not asked."""

    name = forms.CharField(label=_("Name"), max_length=saved.MOST_NAME)
    shared = forms.BooleanField(
        label=_("Show it to the whole agency"),
        help_text=_("Everybody finds it above the list. You and the owners can change it."),
        required=False,
    )

    def __init__(self, data: FormData | None = None, *, may_share: bool, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        if not may_share:
            del self.fields["shared"]


class SaveViewForm(ViewForm):
    """A name for what the list shows now."""

    list_name = forms.CharField(widget=forms.HiddenInput, max_length=40)
    query = forms.CharField(widget=forms.HiddenInput, max_length=8000, required=False)


def views_bar(request: HttpRequest, agency: str, page: FilteredList) -> dict[str, object]:
    """The list's start and its views as tabs, the view that is open, and the form for a new one."""
    asked, rows = page.kept(request.GET), saved.views_of(page.name)
    current = next((row for row in rows if page.kept(QueryDict(row.query)) == asked), None)
    start = {"label": page.start, "url": page.address(agency, ""), "current": not current and page.is_start(asked)}
    form = SaveViewForm(
        initial={"list_name": page.name, "query": asked}, auto_id="view_%s", may_share=saved.may_share()
    )
    return {
        "tabs": [start, *(_tab(row, agency, page, current) for row in rows)] if rows else [],
        "current": current,
        "may_change": current is not None and saved.may_change(current),
        "form": form,
    }


def _tab(row: SavedView, agency: str, page: FilteredList, current: SavedView | None) -> dict[str, str | bool]:
    url = page.address(agency, row.query)
    return {"label": row.name, "url": url, "current": row == current, "shared": row.shared}
