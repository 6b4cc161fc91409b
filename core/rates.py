"""So many in a minute or a day, counted in Redis: any minute, not one that begins when the clock says so.

A key holds what was taken in each of the last thirteen slots of a twelfth (of a minute: five seconds), so that no
sixty seconds see more than was agreed, and a key costs the same however much is taken. Where Redis is gone everything
goes through, and is logged: a lost counter stops nobody's work.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import lru_cache
from math import ceil
from typing import NamedTuple, TypeAlias

import redis
import structlog
from django.conf import settings
from redis.commands.core import Script

from core.clock import now

MINUTE, DAY = 60, 24 * 60 * 60
# Twelve make the time that a limit is for; the one that has just begun and the one that is not over yet count whole.
SLOTS = 13
# After Redis did not answer, nobody waits for it for so long.
REST_SECONDS = 1.0

# Takes from all of the keys or from none. Of each it says what was used before, and when there is room again.
_TAKE = """
local slot, cost, refused, said = tonumber(ARGV[1]), tonumber(ARGV[2]), false, {}
for place, key in ipairs(KEYS) do
    local most, used, slots, counts = tonumber(ARGV[2 + place]), 0, {}, {}
    local all = redis.call('HGETALL', key)
    for at = 1, #all, 2 do
        local from = tonumber(all[at])
        if from <= slot - tonumber(ARGV[#ARGV]) then
            redis.call('HDEL', key, all[at])
        else
            counts[from] = tonumber(all[at + 1])
            used = used + counts[from]
            slots[#slots + 1] = from
        end
    end
    table.sort(slots)
    local left, free_at = used, slot
    for _, from in ipairs(slots) do
        if left + cost <= most then break end
        left, free_at = left - counts[from], from + tonumber(ARGV[#ARGV])
    end
    -- What is larger than the whole of what may be taken goes through alone, because it would never fit.
    if used > 0 and used + cost > most then refused = true else free_at = slots[1] or slot end
    said[#said + 1] = {used, free_at}
end
if not refused then
    for _, key in ipairs(KEYS) do
        redis.call('HINCRBY', key, ARGV[1], cost)
        redis.call('EXPIRE', key, tonumber(ARGV[#ARGV - 1]))
    end
end
return {refused and 1 or 0, said}
"""

log = structlog.get_logger(__name__)
_rest: dict[str, float] = {}

# Whether it was refused; of each limit how much was used before, and the slot from which there is room again.
_Said: TypeAlias = tuple[int, list[tuple[int, int]]]


class Limit(NamedTuple):
    """At most so many in a minute (or whatever time it is asked for), counted under this name."""

    name: str
    most: int


class Verdict(NamedTuple):
    """Whether it was taken; of the limit that is nearest: how many it allows, how many are left, how long to wait."""

    allowed: bool
    limit: Limit
    left: int
    wait: int


def spend(limits: Sequence[Limit], cost: int = 1, *, within: int = MINUTE) -> Verdict:
    """Takes ``cost`` from each of the limits of so many seconds, or from none where one of them has less left."""
    at, slot = now().timestamp(), within // (SLOTS - 1)
    keys = [f"rate:{limit.name}" for limit in limits]
    said = _ask(keys, [int(at) // slot, cost, *(limit.most for limit in limits), within * 3 // 2, SLOTS])
    if said is None:
        return Verdict(True, limits[0], limits[0].most - cost, 1)
    refused, each = said
    verdicts = [
        _verdict(limit, cost, used, free_at, at, slot) for limit, (used, free_at) in zip(limits, each, strict=True)
    ]
    nearest = min(verdicts, key=lambda one: (one.allowed, one.left))
    return nearest if refused else nearest._replace(left=max(0, nearest.left - cost))


def _verdict(limit: Limit, cost: int, used: int, free_at: int, at: float, slot: int) -> Verdict:
    allowed = used == 0 or used + cost <= limit.most
    until = free_at * slot if not allowed else (free_at + SLOTS) * slot
    return Verdict(allowed, limit, max(0, limit.most - used), max(1, ceil(until - at)))


def _ask(keys: list[str], values: list[int]) -> _Said | None:
    if _rest.get("until", 0.0) > time.monotonic():
        return None
    try:
        said: _Said = _script()(keys=keys, args=values)
    except redis.RedisError:
        _rest["until"] = time.monotonic() + REST_SECONDS
        log.warning("rate limit not counted: Redis does not answer")
        return None
    return said


@lru_cache(maxsize=1)
def _script() -> Script:
    link = redis.Redis.from_url(plain_url(settings.REDIS_URL), socket_timeout=0.25, socket_connect_timeout=0.25)
    return link.register_script(_TAKE)


def forget() -> None:
    """Connects anew at the next call."""
    _script.cache_clear()
    _rest.clear()


def plain_url(url: str) -> str:
    """Celery writes a socket's address as redis+socket, the client as unix."""
    return url.replace("redis+socket://", "unix://").replace("virtual_host=", "db=")
