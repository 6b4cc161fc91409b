"""A person's own settings."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.access.views import account
from core.text import printable
from core.web.forms import Screen, form_page
from retainer.dashboard.forms import ProfileForm
from retainer.viewer import person_of


@account
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name and time zone; password, second factor and sessions are allauth's pages, linked from here."""
    user = person_of(request)
    form = ProfileForm(request.POST or None, initial={"name": user.name, "time_zone": user.time_zone})
    screen = Screen(title=_("You"), submit=_("Save"), back=reverse("home"), template="entry/profile.html")

    def save(data: dict[str, str]) -> tuple[str, str]:
        user.name, user.time_zone = printable(data["name"]), data["time_zone"]
        user.save(update_fields=["name", "time_zone"])
        return _("Saved."), reverse("profile")

    return form_page(request, form, screen, save)
