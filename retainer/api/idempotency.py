"""``Idempotency-Key`` on every POST: the second call with the same key gets the first one's answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from core.clock import now
from core.models import ApiToken, IdempotencyKey
from retainer.errors import problem_response

KEPT = timedelta(hours=24)
MOST_CHARACTERS = 128


def once(request: Request, act: Callable[[], Response]) -> HttpResponse:
    """Runs ``act``, or answers from the record of an earlier call of this token with the same key.

    The record is made in the request's own transaction, so a failed call leaves none and can be repeated. 409 where
    the first call is still running, 422 where the key was used for something else.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return act()
    if len(key) > MOST_CHARACTERS or not key.isprintable():
        return problem_response(400, "An Idempotency-Key has at most 128 printable characters.", code="invalid")
    token: ApiToken = request._request.api_token  # type: ignore[attr-defined]
    mark = _fingerprint(request)
    # Two calls at once: the second waits on the unique key until the first has committed.
    if _claim(token, key, mark):
        return _run(token, key, act)
    return _replay(IdempotencyKey.objects.get(token_id=token.id, key=key), mark)


def _claim(token: ApiToken, key: str, mark: str) -> bool:
    IdempotencyKey.objects.filter(token_id=token.id, key=key, expires_at__lte=now()).delete()
    try:
        with transaction.atomic():
            IdempotencyKey.objects.create(token_id=token.id, key=key, fingerprint=mark, expires_at=now() + KEPT)
    except IntegrityError:
        return False
    return True


def _run(token: ApiToken, key: str, act: Callable[[], Response]) -> Response:
    response = act()
    body: Any = json.loads(json.dumps(response.data, default=str))
    IdempotencyKey.objects.filter(token_id=token.id, key=key).update(status=response.status_code, body=body)
    return response


def _replay(row: IdempotencyKey, mark: str) -> HttpResponse:
    if row.fingerprint != mark:
        return problem_response(422, "This Idempotency-Key was used for another request.", code="idempotency_mismatch")
    if row.status is None:
        return problem_response(409, "The first request with this key is still running.", code="idempotency_running")
    return Response(row.body, status=row.status, headers={"Idempotency-Replayed": "true"})


def _fingerprint(request: Request) -> str:
    parts = [request.method or "", request.path, json.dumps(request.data, sort_keys=True, default=str)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
