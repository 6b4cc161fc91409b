"""So many calls a minute for each token, counted in Redis; where Redis is gone, calls go through and it is logged."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any

import redis
import structlog
from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

log = structlog.get_logger(__name__)
WINDOW_SECONDS = 60


@lru_cache(maxsize=1)
def _redis() -> Any:
    return redis.Redis.from_url(_plain_url(settings.REDIS_URL), socket_timeout=0.25, socket_connect_timeout=0.25)


def _plain_url(url: str) -> str:
    # Celery writes a socket's address as redis+socket, the client as unix.
    return url.replace("redis+socket://", "unix://").replace("virtual_host=", "db=")


class TokenRate(BaseThrottle):
    """A fixed window a minute long. The endpoint's base writes what is left of it into the headers."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """Counts the call; False once the window is used up."""
        token = getattr(request._request, "api_token", None)
        if token is None:
            return True
        limit = settings.API_RATE_PER_MINUTE
        window, used = int(time.time()) // WINDOW_SECONDS, 1
        try:
            pipe = _redis().pipeline(transaction=False)
            key = f"rate:{token.agency_id}:{token.id}:{window}"
            used = int(pipe.incr(key).expire(key, WINDOW_SECONDS * 2).execute()[0])
        except redis.RedisError:
            log.warning("rate limit not counted: Redis does not answer")
        request._request.rate = (limit, max(0, limit - used), self._left())  # type: ignore[attr-defined]
        return used <= limit

    def wait(self) -> float:
        """Seconds until the window ends."""
        return self._left()

    @staticmethod
    def _left() -> int:
        return WINDOW_SECONDS - int(time.time()) % WINDOW_SECONDS
