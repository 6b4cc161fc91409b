"""Where the page is of what an approval is about. Apps above name theirs when Django is ready."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.urls import reverse

from clients.approvals.content import Subject

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class SubjectPage(NamedTuple):
    """What the noun is called, and the address of its page for the staff."""

    label: StrOrPromise
    url: str


_PAGES: dict[str, tuple[StrOrPromise, str]] = {}


def register(subject_type: str, label: StrOrPromise, route: str) -> None:
    """The route takes the agency's slug and the subject's id. Once is enough."""
    _PAGES[subject_type] = label, route


def subject_page(subject: Subject, agency: str) -> SubjectPage | None:
    """The page of what it is about; None where that has none."""
    if subject.type not in _PAGES:
        return None
    label, route = _PAGES[subject.type]
    return SubjectPage(label, reverse(route, args=[agency, subject.id]))
