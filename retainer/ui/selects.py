"""Draws a ``<select>`` in one go. Django draws it with two templates for each option, and a choice of time zones alone
has hundreds of them: it cost more than the rest of its page. What comes out is the same, letter by letter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.safestring import SafeData, SafeString, mark_safe

SELECT = "django/forms/widgets/select.html"


class FormRenderer(DjangoTemplates):
    """Django's own templates for all that is not a select."""

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> SafeString:
        """The text of a form, a field or a widget."""
        if template_name == SELECT:
            return drawn(context["widget"])
        return mark_safe(super().render(template_name, context, request))  # noqa: S308


def drawn(widget: Mapping[str, Any]) -> SafeString:
    """What the template of Django's select makes of this."""
    parts = [f'<select name="{_shown(widget["name"])}"{_attributes(widget["attrs"])}>']
    for group, options, _place in widget["optgroups"]:
        if group:
            parts.append(f'\n  <optgroup label="{_shown(group)}">')
        parts += _options(options)
        if group:
            parts.append("\n  </optgroup>")
    # Every value in it was escaped above.
    return mark_safe("".join([*parts, "\n</select>"]))  # noqa: S308


def _options(options: list[dict[str, Any]]) -> Iterator[str]:
    for one in options:
        yield f'\n  <option value="{_value(one["value"])}"{_attributes(one["attrs"])}>{_shown(one["label"])}</option>\n'


def _attributes(attributes: Mapping[str, Any]) -> str:
    return "".join(
        f" {_shown(name)}" if value is True else f' {_shown(name)}="{_value(value)}"'
        for name, value in attributes.items()
        if value is not False
    )


def _value(value: Any) -> str:
    """As ``stringformat`` does: a number stays as a program writes it."""
    if type(value) is str:
        return escape(value)
    return conditional_escape(value if isinstance(value, SafeData) else str(value))


def _shown(value: Any) -> str:
    """As people read it."""
    return escape(value) if type(value) is str else conditional_escape(localize(value))
