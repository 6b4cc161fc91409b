"""What Django's own test tools do again for every test or every template, done once, or only where somebody looks."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.template.context import Context
from django.test import utils
from django.test.client import ClientHandler
from django.utils.safestring import SafeString

# What is changed there has no types.
tools: Any = utils
# A select of time zones alone is a thousand of these.
PARTS = ("django/forms/", "components/")


def install() -> None:
    """Before pytest-django takes Django's tools over."""
    ClientHandler.load_middleware = _middleware_once  # type: ignore[method-assign, assignment]
    tools.instrumented_test_render = _page_is_told


def _middleware_once(self: ClientHandler, is_async: bool = False) -> None:
    """The middleware of every browser is one and the same, as in a server: WhiteNoise alone reads a folder of files."""
    chain = (*settings.MIDDLEWARE, settings.STATIC_ROOT, is_async)
    if chain not in _chains:
        _load_middleware(self, is_async)
        _chains[chain] = {name: value for name, value in vars(self).items() if name != "enforce_csrf_checks"}
    vars(self).update(_chains[chain])


def _page_is_told(self: Any, context: Context) -> SafeString:
    """A browser keeps a copy of what each template was given. Of a page a test may ask it, of its parts none does."""
    if self.name and self.name.startswith(PARTS):
        drawn: SafeString = self.nodelist.render(context)
        return drawn
    told: SafeString = _told(self, context)
    return told


_chains: dict[tuple[Any, ...], dict[str, Any]] = {}
_load_middleware = ClientHandler.load_middleware
_told = tools.instrumented_test_render
