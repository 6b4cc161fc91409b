"""The button that tests what is being typed into the form of a check."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients import selectors as clients
from core.access.views import staff
from core.errors import DomainError
from core.web.pages import page
from monitoring import permissions
from monitoring.checks import selectors, trying
from monitoring.checks.forms import CheckForm

PART = "monitoring/_tried.html"
# What a test takes of the form. What else is missing there may still be typed.
TESTED = ("kind", "url", "authorization", "timeout")
MOST_NAME = 60


@staff(permissions.CHANGE_CHECKS)
@require_POST
def test_new(request: HttpRequest, agency: str, client: str, system: str) -> HttpResponseBase:
    """Asks the address of a check that is not saved yet."""
    row = clients.system_by_slugs(client, system)
    return _test(request, row.id)


@staff(permissions.CHANGE_CHECKS)
@require_POST
def test_changed(request: HttpRequest, agency: str, check_id: uuid.UUID) -> HttpResponseBase:
    """Asks the address that stands in the form of a check, with its stored header where that may be."""
    row = selectors.check(check_id)
    return _test(request, row.system_id, row.id)


def _test(request: HttpRequest, system_id: uuid.UUID, check_id: uuid.UUID | None = None) -> HttpResponseBase:
    form = CheckForm(request.POST)
    form.is_valid()
    wrong = [error for name in TESTED for error in form.errors.get(name, ())]
    try:
        if wrong:
            raise DomainError(str(wrong[0]))
        typed = {name: form.cleaned_data[name] for name in ("kind", "url", "authorization", "timeout_ms")}
        question = trying.prepare(system_id=system_id, check_id=check_id, **typed)
    except DomainError as error:
        return _refused(request, error.message)
    # What is streamed is made after the scope of the request has ended: nobody waits for a target in a transaction.
    return StreamingHttpResponse(_told(question), content_type="text/html; charset=utf-8")


def _refused(request: HttpRequest, why: str) -> HttpResponse:
    return page(request, PART, {"answer": trying.Answer(why)}, status=422)


def _told(question: trying.Question) -> Iterator[str]:
    answer = trying.ask(question)
    yield render_to_string(PART, {"answer": answer, "picks": picks_of(answer.numbers), "took": took_text(answer)})


def took_text(answer: trying.Answer) -> str:
    """How long it took and how much it was."""
    size = f"{answer.size} B" if answer.size < 1000 else f"{answer.size / 1000:.1f} kB"
    took = f"{answer.took_ms} ms" if answer.took_ms < 1000 else f"{answer.took_ms / 1000:.1f} s"
    return _("%(status)d in %(took)s, %(size)s") % {"status": answer.status, "took": took, "size": size}


def picks_of(numbers: list[tuple[str, float]]) -> list[dict[str, str]]:
    """Each number with its path and the name that a check would give it: the last word that no other has."""
    short = [_words(path)[-1] for path, _number in numbers]
    return [
        {"path": path, "shown": _shown(number), "name": _named(path, name if short.count(name) == 1 else "")}
        for (path, number), name in zip(numbers, short, strict=True)
    ]


def _words(path: str) -> list[str]:
    words = "".join(letter if letter.isalnum() or letter == "_" else " " for letter in path).split()
    named = [word for word in words if not word.isdigit()]
    return named or words or ["value"]


def _named(path: str, name: str) -> str:
    return (name or "_".join(_words(path)))[-MOST_NAME:].strip("_") or "value"


def _shown(number: float) -> str:
    return f"{number:.0f}" if number.is_integer() and abs(number) < 10**15 else repr(number)
