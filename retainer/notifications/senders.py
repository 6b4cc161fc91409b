"""In whose name mail leaves: the agency's own address once its domain is proven by DNS, the operator's until then.

The proof is a TXT record with a token of the agency's own. It is looked for again and again, and the right ends with
the record, or when nobody could be asked for it for three days.
"""

from __future__ import annotations

import secrets
import time
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core import due, selectors, services
from core.audit import record
from core.clock import now
from core.errors import NotFound
from core.models import Agency
from core.net.names import NoWord, txt_records
from core.tenancy.scope import tenant_scope
from core.text import display_name
from retainer.notifications.models import Proof, SenderDomain

LABEL, PREFIX = "_retainer", "retainer-domain="
# A proven domain is looked at so often; one that is not yet, for the first week.
PROVEN_EVERY, OPEN_EVERY = timedelta(hours=6), timedelta(minutes=10)
OPEN_FOR = timedelta(days=7)
# For so long the right outlives resolvers that do not answer, or a worker that does not ask.
UNCONFIRMED_FOR = timedelta(days=3)
LEASE = timedelta(minutes=5)
ROUND_SECONDS, BATCH = 15.0, 20


@dataclass(frozen=True, slots=True)
class Sender:
    """What stands in a mail's From, where answers go, and by which address the envelope leaves."""

    name: str
    address: str
    reply_to: str = ""

    @property
    def header(self) -> str:
        """``From`` as it is written; what stands in a name needs no further quoting."""
        return f'"{self.name}" <{self.address}>' if self.name else self.address


@dataclass(frozen=True, slots=True)
class Standing:
    """How the agency's sender stands, for its page of settings."""

    sender: Sender
    wanted: str
    domain: str = ""
    record_name: str = ""
    record_value: str = ""
    proven_since: datetime | None = None
    checked_at: datetime | None = None
    outcome: str = ""


def domain_of(address: str) -> str:
    """The domain as the DNS writes it; empty where the address has none that could be proven."""
    domain = address.rpartition("@")[2].rstrip(".").lower()
    try:
        ascii_domain = domain.encode("idna").decode()
    except UnicodeError:
        return ""
    return ascii_domain if "." in ascii_domain and not domain.startswith("[") else ""


def sender_of(house: Agency) -> Sender:
    """Whom a mail of the scope's agency is from, now."""
    ours, own = parseaddr(settings.DEFAULT_FROM_EMAIL)
    name = display_name(house.name)
    if not house.mail_from:
        return Sender(_beside(name, ours), own)
    row = SenderDomain.objects.filter(domain=domain_of(house.mail_from)).first()
    if row is not None and _holds(row, now()):
        return Sender(name, house.mail_from)
    return Sender(_beside(name, ours), own, reply_to=house.mail_from)


def _beside(name: str, ours: str) -> str:
    """An agency's name beside the operator's address. One that could be taken for the operator's own says it is not."""
    if _letters(ours) and _letters(ours) in _letters(name):
        return _("%(name)s (a customer)") % {"name": name}
    return name


def _letters(name: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", name).casefold() if letter.isalnum())


def standing() -> Standing:
    """The page's facts: whom mail is from now, and what is missing for it to be from the agency's own address."""
    house = selectors.agency()
    row = SenderDomain.objects.filter(domain=domain_of(house.mail_from)).first()
    if row is None:
        return Standing(sender_of(house), house.mail_from)
    return Standing(
        sender=sender_of(house),
        wanted=house.mail_from,
        domain=row.domain,
        record_name=f"{LABEL}.{row.domain}",
        record_value=f"{PREFIX}{row.token}",
        proven_since=row.proven_at if _holds(row, now()) else None,
        checked_at=row.checked_at,
        outcome=row.get_outcome_display() if row.outcome else "",
    )


def update_agency(
    *, name: str, time_zone: str, currency: str, brand_colour: str, mail_from: str, require_mfa: bool
) -> Agency:
    """Changes the agency's settings; the domain of a new sender gets its token and is looked for at once."""
    with transaction.atomic():
        house = services.update_agency(
            name=name,
            time_zone=time_zone,
            currency=currency,
            brand_colour=brand_colour,
            mail_from=mail_from,
            require_mfa=require_mfa,
        )
        _prepare(domain_of(house.mail_from))
    return house


def _prepare(domain: str) -> None:
    """A row with a token for the domain; those of domains that were named before and never proven are forgotten."""
    SenderDomain.objects.filter(proven_at=None).exclude(domain=domain).delete()
    if domain:
        row, made = SenderDomain.objects.get_or_create(domain=domain, defaults={"token": secrets.token_urlsafe(24)})
        if not made and row.next_check_at is None:
            SenderDomain.objects.filter(id=row.id).update(next_check_at=now())


def look_again() -> None:
    """Has the sender's domain looked at within moments; asking changes no right."""
    domain = domain_of(selectors.agency().mail_from)
    if not SenderDomain.objects.filter(domain=domain).update(next_check_at=now()):
        raise NotFound(_("There is no sender whose domain could be looked at."))


def check_due() -> int:
    """Looks at domains whose time has come, outside any transaction, and returns how many it looked at."""
    until, looked = time.monotonic() + ROUND_SECONDS, 0
    for row in due.lease(_due, column="next_check_at", lasts=LEASE, limit=BATCH):
        if time.monotonic() > until:
            break
        outcome = _look(row)
        with tenant_scope(row.agency_id):
            _note(row.id, outcome)
        looked += 1
    return looked


def _due() -> QuerySet[SenderDomain]:
    return SenderDomain.objects.filter(next_check_at__lte=now()).order_by("next_check_at")


def _look(row: SenderDomain) -> str:
    try:
        found = txt_records(f"{LABEL}.{row.domain}")
    except NoWord:
        return Proof.NO_WORD
    if f"{PREFIX}{row.token}" in (text.strip() for text in found):
        return Proof.FOUND
    return Proof.OTHER if found else Proof.MISSING


def _note(row_id: uuid.UUID, outcome: str) -> None:
    at = now()
    row = SenderDomain.objects.select_for_update(of=("self",)).get(id=row_id)
    held = row.proven_at is not None
    row.checked_at, row.outcome = at, outcome
    if outcome == Proof.FOUND:
        row.proven_at, row.confirmed_at = row.proven_at or at, at
    elif outcome != Proof.NO_WORD or not _holds(row, at):
        row.proven_at = row.confirmed_at = None
    row.next_check_at = _next(row, at)
    row.save(update_fields=["checked_at", "outcome", "proven_at", "confirmed_at", "next_check_at"])
    if held != (row.proven_at is not None):
        action = "notifications.sender.lost" if held else "notifications.sender.proven"
        record(action=action, object_type="sender", object_id=row.id, changes={"outcome": outcome})


def _next(row: SenderDomain, at: datetime) -> datetime | None:
    """None where nobody needs to know any more, until the page asks."""
    if domain_of(selectors.agency().mail_from) != row.domain:
        return None
    if row.proven_at is not None:
        return at + (PROVEN_EVERY if row.outcome == Proof.FOUND else OPEN_EVERY)
    return at + OPEN_EVERY if at - row.created_at < OPEN_FOR else at + PROVEN_EVERY


def _holds(row: SenderDomain, at: datetime) -> bool:
    return row.proven_at is not None and row.confirmed_at is not None and at - row.confirmed_at < UNCONFIRMED_FOR
