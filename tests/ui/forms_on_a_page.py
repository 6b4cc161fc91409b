"""Reads the forms of a page as a browser does: where they go, what stands in them, what a person can type."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

# What a browser sends with a form that nobody typed in.
UNTYPED = frozenset({"hidden", "submit", "button", "reset", "image", "file", "radio", "checkbox", "password"})


@dataclass
class FormOnPage:
    """One form: its method, its absolute path, its values as they stand, and the names of what can be typed."""

    method: str
    action: str
    values: dict[str, list[str]] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)
    # By name, everything that can be chosen.
    options: dict[str, list[str]] = field(default_factory=dict)

    @property
    def fields(self) -> list[str]:
        """Everything a person fills in."""
        return self.typed + self.chosen

    def with_value(self, name: str, value: str) -> dict[str, list[str]]:
        """What is sent when this field says something else."""
        return self.values | {name: [value]}


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.forms: list[FormOnPage] = []
        self._form: FormOnPage | None = None
        self._select = ""
        self._area: str | None = None
        self._text = ""
        self._first_option: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            where = given.get("action") or given.get("hx-post") or self.address
            self._form = FormOnPage(given.get("method", "get").lower(), urljoin(self.address, where))
            self.forms.append(self._form)
        elif self._form is None or "disabled" in given:
            return
        elif tag == "input":
            self._input(self._form, given)
        elif tag == "textarea" and given.get("name"):
            self._area, self._text = given["name"], ""
            self._form.typed.append(given["name"])
        elif tag == "select" and given.get("name"):
            self._select, self._first_option = given["name"], None
            self._form.chosen.append(given["name"])
        elif tag == "option" and self._select:
            self._option(self._form, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea" and self._form and self._area is not None:
            # The first line break after the tag belongs to the mark-up.
            self._form.values[self._area] = [self._text.removeprefix("\n")]
            self._area = None
        elif tag == "select" and self._form and self._select:
            if self._first_option is not None:
                self._form.values.setdefault(self._select, [self._first_option])
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._text += data

    def _input(self, form: FormOnPage, given: dict[str, str]) -> None:
        name, kind = given.get("name"), given.get("type", "text")
        if not name or kind in ("submit", "button", "reset", "image", "file"):
            return
        if kind in ("radio", "checkbox"):
            if name not in form.chosen:
                form.chosen.append(name)
            form.options.setdefault(name, []).append(given.get("value", "on"))
            if "checked" in given:
                form.values.setdefault(name, []).append(given.get("value", "on"))
            return
        form.values.setdefault(name, []).append(given.get("value", ""))
        if kind not in UNTYPED:
            form.typed.append(name)

    def _option(self, form: FormOnPage, given: dict[str, str]) -> None:
        value = given.get("value", "")
        form.options.setdefault(self._select, []).append(value)
        if self._first_option is None:
            self._first_option = value
        if "selected" in given:
            form.values.setdefault(self._select, []).append(value)


def forms_on(html: str, address: str) -> list[FormOnPage]:
    """The forms of a page that was got from this address."""
    reader = _Reader(address)
    reader.feed(html)
    reader.close()
    return reader.forms
