"""The settings pages of programs: API tokens and receivers of webhooks."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import selectors, tokens
from core.access.roles import Capability
from core.access.views import staff
from core.clock import now
from core.errors import DomainError
from core.web.forms import Screen
from core.web.pages import page
from retainer.dashboard.forms import EndpointForm, TokenForm
from retainer.dashboard.settings import act_on, crumbs
from retainer.notifications import selectors as notifications
from retainer.notifications import services as notification_services


@staff(Capability.SETTINGS)
@require_GET
def machines(request: HttpRequest, agency: str) -> HttpResponse:
    """Tokens and webhook receivers, with the last deliveries."""
    context = {
        "tokens": selectors.tokens(),
        "endpoints": notifications.endpoints(),
        "deliveries": notifications.deliveries()[:20],
        "held_back": notifications.held_back(),
        "now": now(),
        "breadcrumbs": crumbs(agency, (_("API and webhooks"), "")),
    }
    return page(request, "settings/machines.html", context)


@staff(Capability.SETTINGS, confirmed="settings:machines")
@require_http_methods(["GET", "POST"])
def new_token(request: HttpRequest, agency: str) -> HttpResponse:
    """Makes a token and shows it this once."""
    form = TokenForm(request.POST or None)
    back = reverse("settings:machines", args=[agency])
    context: dict[str, Any] = {
        "form": form,
        "screen": Screen(title=_("New API token"), submit=_("Create token"), back=back),
        "breadcrumbs": crumbs(agency, (_("API and webhooks"), back), (_("New token"), "")),
    }
    if request.method == "POST" and form.is_valid():
        try:
            token, plain = tokens.create_token(**form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return page(request, "settings/secret.html", context | {"secret": plain, "name": token.name})
    return page(request, "forms/page.html", context, status=422 if form.errors else 200)


@staff(Capability.SETTINGS, confirmed="settings:machines")
@require_POST
def revoke_token(request: HttpRequest, agency: str, token_id: uuid.UUID) -> HttpResponse:
    """Ends a token at once."""
    return act_on(
        request,
        lambda: tokens.revoke_token(token_id=token_id),
        _("Token revoked. Programs that use it are refused from now on."),
        reverse("settings:machines", args=[agency]),
    )


@staff(Capability.SETTINGS, confirmed="settings:machines")
@require_http_methods(["GET", "POST"])
def new_endpoint(request: HttpRequest, agency: str) -> HttpResponse:
    """Adds a receiver and shows its signing secret this once."""
    form = EndpointForm(request.POST or None)
    back = reverse("settings:machines", args=[agency])
    context: dict[str, Any] = {
        "form": form,
        "screen": Screen(title=_("New webhook receiver"), submit=_("Add receiver"), back=back),
        "breadcrumbs": crumbs(agency, (_("API and webhooks"), back), (_("New receiver"), "")),
    }
    if request.method == "POST" and form.is_valid():
        try:
            endpoint, secret = notification_services.create_endpoint(**form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return page(request, "settings/secret.html", context | {"secret": secret, "name": endpoint.name})
    return page(request, "forms/page.html", context, status=422 if form.errors else 200)


@staff(Capability.SETTINGS, confirmed="settings:machines")
@require_POST
def rotate_secret(request: HttpRequest, agency: str, endpoint_id: uuid.UUID) -> HttpResponse:
    """Makes a receiver's new signing secret and shows it this once."""
    endpoint, secret = notification_services.rotate_secret(endpoint_id=endpoint_id)
    back = reverse("settings:machines", args=[agency])
    context = {
        "secret": secret,
        "name": endpoint.name,
        "rotated": True,
        "breadcrumbs": crumbs(agency, (_("API and webhooks"), back), (_("New secret"), "")),
    }
    return page(request, "settings/secret.html", context)


@staff(Capability.SETTINGS, confirmed="settings:machines")
@require_POST
def archive_endpoint(request: HttpRequest, agency: str, endpoint_id: uuid.UUID) -> HttpResponse:
    """Sends nothing to a receiver any more, and keeps it."""
    return act_on(
        request,
        lambda: notification_services.archive_endpoint(endpoint_id=endpoint_id),
        _("Archived. Nothing is sent there until you restore it."),
        reverse("settings:machines", args=[agency]),
    )


@staff(Capability.SETTINGS, confirmed="settings:machines")
@require_POST
def restore_endpoint(request: HttpRequest, agency: str, endpoint_id: uuid.UUID) -> HttpResponse:
    """Sends to a receiver again."""
    return act_on(
        request,
        lambda: notification_services.restore_endpoint(endpoint_id=endpoint_id),
        _("Restored. What happens from now on is sent there."),
        reverse("settings:machines", args=[agency]),
    )


@staff(Capability.SETTINGS, confirmed="settings:machines")
@require_POST
def delete_endpoint(request: HttpRequest, agency: str, endpoint_id: uuid.UUID) -> HttpResponse:
    """Removes a receiver."""
    return act_on(
        request,
        lambda: notification_services.delete_endpoint(endpoint_id=endpoint_id),
        _("Receiver removed."),
        reverse("settings:machines", args=[agency]),
    )
