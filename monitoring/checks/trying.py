"""Asks an address that somebody is typing, once and now, by the poller's own way out. Nothing of it is kept.

In two steps: what needs the database is made ready in the scope of the request, and whoever is asked is asked after it,
so that a target that hangs holds no transaction.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import structlog
from django.utils.translation import gettext as _

from clients import selectors as clients
from core.audit import record
from core.crypto import CannotOpen, decrypt
from core.errors import DomainError, TooMany
from core.net.client import Failure, Outcome, Request, fetch
from core.net.guard import Allowance, TargetRefused, check_url
from core.rates import Limit, spend
from core.selectors import net_allowances
from core.tenancy.context import require_agency, require_scope
from monitoring.addresses import stored_url
from monitoring.alerts.wording import why_no_answer
from monitoring.checks import selectors
from monitoring.checks.masking import masked
from monitoring.checks.services import COLUMN, TABLE
from monitoring.models import Check
from monitoring.probing.lane import Job, Lane
from monitoring.probing.numbers import ALL_OF, MOST_NUMBERS
from monitoring.probing.parse import Reading
from monitoring.probing.parser import TOOK_TOO_LONG
from monitoring.probing.reader import SLOW
from monitoring.words import CheckKind

PERSON_PER_MINUTE, AGENCY_PER_MINUTE = 10, 30
LONGEST_MS = 10_000
READING_SECONDS = 6.0
EXCERPT_CHARACTERS = 4000
# Of the threads of a web process so many may wait for targets, and one of them for those of one agency.
MOST_AT_ONCE = 2

log = structlog.get_logger(__name__)
_waiting: list[uuid.UUID] = []
_lock = threading.Lock()


class Busy(Exception):
    """As many are being asked as may be."""


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask, with everything that it takes from the database."""

    agency_id: uuid.UUID
    kind: str
    url: str
    timeout_ms: int
    secret: str
    allowances: tuple[Allowance, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it: ``problem`` says in words why there is no answer, or why a check could not use it."""

    problem: str = ""
    status: int = 0
    took_ms: int = 0
    size: int = 0
    excerpt: str = ""
    is_cut: bool = False
    numbers: list[tuple[str, float]] = field(default_factory=list)
    has_more: bool = False


def prepare(
    *,
    system_id: uuid.UUID,
    kind: str,
    url: str,
    timeout_ms: int,
    authorization: str = "",
    check_id: uuid.UUID | None = None,
) -> Question:
    """The question, counted and written into the audit trail. Inside the scope of whoever asks.

    Without ``authorization`` the one stored with the check is sent, to that check's own host and to no other.
    """
    system = clients.system(system_id)
    _vet(kind, url, authorization)
    _count()
    check = selectors.check(check_id) if check_id else None
    secret = authorization or (_stored(check, url) if check else "")
    record(
        action="monitoring.check.tested",
        object_type="check" if check else "system",
        object_id=check.id if check else system.id,
        client_id=system.client_id,
        changes={"kind": kind, "host": _host(url)[:253], "with_stored_header": bool(secret and not authorization)},
    )
    allowances = tuple(Allowance(host, port) for host, port in net_allowances(require_agency()))
    return Question(require_agency(), kind, url.strip(), min(timeout_ms, LONGEST_MS), secret, allowances)


def ask(question: Question) -> Answer:
    """The answer, within the time that was typed and ten seconds at most. Outside of every scope."""
    try:
        with _place(question.agency_id):
            target = check_url(question.url.strip(), question.allowances)
            outcome = fetch(_request(question, stored_url(target.url, target.host)))
            return _answer(question, outcome)
    except TargetRefused as refused:
        return Answer(_(refused.message))
    except Busy:
        return Answer(_("Another address is being tested. Your entries are kept. Try again in ten seconds."))
    except Exception:
        log.exception("an address could not be tested", agency_id=str(question.agency_id))
        return Answer(why_no_answer("internal", question.timeout_ms))


def _vet(kind: str, url: str, authorization: str) -> None:
    if kind == CheckKind.PUSH:
        raise DomainError(_("These values are sent to us, so there is no address to test."), field="kind")
    if kind not in CheckKind.values:
        raise DomainError(_("Choose how to ask."), field="kind")
    if not url.strip():
        raise DomainError(_("Give the address to ask."), field="url")
    if not (authorization.isascii() and authorization.isprintable()):
        raise DomainError(_("Use plain letters, digits and signs on one line."), field="authorization")


def _count() -> None:
    """Each is a request to somebody else's machine, and a thread of ours that waits."""
    person = Limit(f"tested:{require_scope().actor.id}", PERSON_PER_MINUTE)
    verdict = spend([person, Limit(f"tested-by:{require_agency()}", AGENCY_PER_MINUTE)])
    if not verdict.allowed:
        said = _("%(most)d tests a minute is the most. Your entries are kept. Try again in %(wait)d s.")
        raise TooMany(said % {"most": verdict.limit.most, "wait": verdict.wait}, wait=verdict.wait)


def _stored(check: Check, url: str) -> str:
    """The header that is stored with the check. Whoever cannot read it must not have it sent to another host."""
    if not check.sealed_authorization:
        return ""
    if _origin(url) != _origin(check.url):
        said = _(
            "The stored header is sent to %(host)s only. Type the header for this address, or save it first: that drops"
            " the stored one."
        )
        raise DomainError(said % {"host": _host(check.url)}, field="authorization")
    try:
        return decrypt(
            check.sealed_authorization, agency_id=check.agency_id, table=TABLE, column=COLUMN, row_id=check.id
        )
    except CannotOpen:
        raise DomainError(
            _("The stored header cannot be read any more. Type it again."), field="authorization"
        ) from None


def _origin(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc


def _host(url: str) -> str:
    return _origin(url)[1].rpartition("@")[2]


@contextmanager
def _place(agency_id: uuid.UUID) -> Iterator[None]:
    with _lock:
        if len(_waiting) >= MOST_AT_ONCE or agency_id in _waiting:
            raise Busy
        _waiting.append(agency_id)
    try:
        yield
    finally:
        with _lock:
            _waiting.remove(agency_id)


def _request(question: Question, url: str) -> Request:
    headers = {"Accept": "application/json, text/plain;q=0.9, */*;q=0.1"}
    if question.secret:
        headers["Authorization"] = question.secret
    return Request(
        url=url,
        headers=headers,
        timeout_ms=question.timeout_ms,
        allowances=question.allowances,
        wants_headers=False,
    )


def _answer(question: Question, outcome: Outcome) -> Answer:
    if isinstance(outcome, Failure):
        return Answer(why_no_answer(outcome.error_class, question.timeout_ms))
    text = masked(outcome.body.decode("utf-8", errors="replace"), question.secret)
    is_good = 200 <= outcome.status < 300
    reading = _read(question, outcome.body) if is_good and question.kind != CheckKind.HTTP else Reading()
    numbers = [pair for pair in reading.values.items() if masked(pair[0], question.secret) == pair[0]]
    return Answer(
        problem=_why_unusable(question, outcome.status, reading),
        status=outcome.status,
        took_ms=outcome.total_us // 1000,
        size=len(outcome.body),
        excerpt=_shown(text[:EXCERPT_CHARACTERS]),
        is_cut=len(text) > EXCERPT_CHARACTERS,
        numbers=numbers[: MOST_NUMBERS - 1],
        has_more=len(numbers) == MOST_NUMBERS,
    )


def _shown(text: str) -> str:
    """Nothing invisible among it, and nothing that turns the direction of writing."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else "·" for letter in text.replace("\r\n", "\n"))


def _read(question: Question, body: bytes) -> Reading:
    """Every number in it, read by a process of its own that has the limits of the poller's and ends with this."""
    lane = Lane(SLOW)
    lane.put(Job(question.agency_id, ALL_OF + question.kind, (), body, None))
    try:
        for _look in range(int(READING_SECONDS / 0.05)):
            for _job, reading in lane.pump(hurry=True):
                return reading
            lane.wait(0.05)
    finally:
        lane.close()
    return TOOK_TOO_LONG


def _why_unusable(question: Question, status: int, reading: Reading) -> str:
    if status in (401, 403):
        return _("It answered %(status)d: it does not let us in. Check the authorization header.") % {"status": status}
    if not 200 <= status < 300:
        return _("It answered %(status)d, which counts as a failure. Check the address.") % {"status": status}
    if reading.error_class:
        return _("%(what)s Choose another way to ask, or another address.") % {"what": _(reading.detail)}
    return ""
