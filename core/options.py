"""The keyword arguments of Django's forms and fields that ours pass on, so that a misspelt one is noticed."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict

from django.http import QueryDict

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

Choices: TypeAlias = list[tuple[str, str]]
# What a form is filled in with: a browser's POST, or what a test writes down.
FormData: TypeAlias = QueryDict | Mapping[str, object]


class FormOptions(TypedDict, total=False):
    """How a form is made, besides with what it is filled in."""

    initial: MutableMapping[str, Any] | None
    auto_id: bool | str
    prefix: str | None


class FormFieldOptions(TypedDict, total=False):
    """How a field of a form is made."""

    required: bool
    label: _StrOrPromise | None
    initial: object
    help_text: _StrOrPromise
    disabled: bool
