"""The gallery of components, each in every state. In development, tests and the demo only."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.access.views import public
from retainer.ui.gallery import examples


@public
def gallery(request: HttpRequest) -> HttpResponse:
    """Everything pages are made of, on one page."""
    return render(request, "gallery/index.html", examples())
