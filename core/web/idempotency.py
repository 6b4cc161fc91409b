"""``Idempotency-Key`` on every POST: the second call with the same key gets the first one's answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from core.clock import now
from core.models import ApiToken, IdempotencyKey
from core.web.problems import problem_response

HEADER = "Idempotency-Key"
MOST_CHARACTERS = 128


def once(request: Request, act: Callable[[], Response]) -> HttpResponse:
    """Runs ``act``, or answers from the record of an earlier call of this token with the same key.

    The record is made in the request's own transaction, so a failed call leaves none and can be repeated. A second
    call waits for the first one's commit. 422 where the key was used for something else, 409 where the first call's
    answer was never written.
    """
    if HEADER not in request.headers:
        return act()
    key = request.headers[HEADER]
    if not 0 < len(key) <= MOST_CHARACTERS or not key.isprintable():
        return problem_response(400, _("An Idempotency-Key has 1 to 128 printable characters."), code="invalid")
    token: ApiToken = request._request.api_token  # type: ignore[attr-defined]
    mark = _fingerprint(request)
    if _claim(token, key, mark):
        return _run(token, key, act)
    return _replay(IdempotencyKey.objects.get(token_id=token.id, key=key), mark)


def _claim(token: ApiToken, key: str, mark: str) -> bool:
    IdempotencyKey.objects.filter(token_id=token.id, key=key, expires_at__lte=now()).delete()
    try:
        # Two calls at once: the second waits here, on the unique key, until the first has committed.
        with transaction.atomic():
            IdempotencyKey.objects.create(token_id=token.id, key=key, fingerprint=mark, expires_at=_kept_until())
    except IntegrityError:
        return False
    return True


def _kept_until() -> datetime:
    return now() + timedelta(hours=settings.IDEMPOTENCY_RETENTION_HOURS)


def _run(token: ApiToken, key: str, act: Callable[[], Response]) -> Response:
    response = act()
    # What is kept is what was sent: the renderer's own JSON and not Python's idea of it.
    body: Any = json.loads(JSONRenderer().render(response.data) or "null")
    # A secret is said once: it is neither kept nor said again.
    for name in getattr(response, "said_once", ()):
        body[name] = None
    IdempotencyKey.objects.filter(token_id=token.id, key=key).update(status=response.status_code, body=body)
    return response


def _replay(row: IdempotencyKey, mark: str) -> HttpResponse:
    if row.fingerprint != mark:
        detail = _("This Idempotency-Key was used for another request. Send a new key.")
        return problem_response(422, detail, code="idempotency_mismatch")
    if row.status is None:
        detail = _("The first request with this key is still running. Try again.")
        return problem_response(409, detail, code="idempotency_running")
    return Response(row.body, status=row.status, headers={"Idempotency-Replayed": "true"})


def _fingerprint(request: Request) -> str:
    parts = [request.method or "", request.path, json.dumps(request.data, sort_keys=True, default=str)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
