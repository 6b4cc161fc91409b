"""A finished history of two agencies, made in this process by the product's own services in a few seconds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from core import clock
from core.outbox import relay_due
from core.tenancy import sweeper_scope
from incidents import services as incidents
from monitoring.polling.prober import probe_round
from monitoring.polling.pushed import Pushed, push
from monitoring.samples import store
from retainer.notifications.delivery import deliver_mail, deliver_webhooks
from slas import services as slas
from tests.cast import build_house
from tests.chaos.books import DEGRADED, GOOD, MISSING, REFUSED, YES, Book, Diary, Opened
from tests.chaos.facts.plan import Plan
from tests.chaos.furniture import HURRY, IN_OFFICE_HOURS, METRIC, Furnished, furnish
from tests.chaos.oracle import Seen
from tests.chaos.receivers import Receivers
from tests.chaos.targets import BAD_JSON, RESETS, STATUS, Targets

CHECKS = 9
ROUND = timedelta(seconds=6)
# Every promise is kept or missed by then, also those that count in office hours.
LATER = timedelta(days=40)


@dataclass
class History:
    """What came of it: what the run relied on, what the outside saw, and the instant at which it stands."""

    plans: list[Plan]
    seen: Seen
    at: datetime


class Maker:
    """Makes it, a round at a time."""

    def __init__(self, receivers: Receivers) -> None:
        self.book, self.diary, self.receivers = Book(), Diary(), receivers
        self.targets = Targets(self.book)
        self.targets.start()
        self.at = clock.now()
        self.made: list[Furnished] = []
        for name, terms in (("north", HURRY), ("south", IN_OFFICE_HOURS)):
            with clock.at(self.at):
                house = build_house(name)
                more = {"checks": CHECKS, "terms": terms, "systems": 2}
                self.made.append(furnish(house, self.targets, receivers.hook_port, **more))  # type: ignore[arg-type]

    def make(self) -> History:
        """From well to ill, to well, to ill in part; with incidents that are kept and some that are not."""
        self._rounds(2)
        self._open_by_hand()
        self._all(STATUS, RESETS, BAD_JSON, DEGRADED, STATUS, REFUSED, MISSING, STATUS, RESETS)
        self._rounds(4, pushed=0.5)
        self._all(*[GOOD] * CHECKS)
        self._rounds(3)
        self._all(STATUS, GOOD, GOOD, DEGRADED, GOOD, GOOD, MISSING, GOOD, GOOD)
        self._rounds(4)
        self.at += LATER
        self._rounds(1)
        self.at += timedelta(seconds=1)
        with clock.at(self.at):
            self._work()
        seen = Seen(self.book.pages(), self.diary.rows(), self.receivers.post(), time.time())
        return History([one.plan for one in self.made], seen, self.at)

    def _all(self, *ways: str) -> None:
        for one in self.made:
            for number, way in enumerate(ways):
                self.targets.set(f"{one.plan.agency}-{number}", way)

    def _rounds(self, count: int, *, pushed: float = 0.9) -> None:
        for _ in range(count):
            self.at += ROUND
            with clock.at(self.at):
                with sweeper_scope():
                    store.make_days([self.at.date()])
                self._push(pushed)
                probe_round()
                self._work()

    def _push(self, value: float) -> None:
        for one in self.made:
            for name, check_id in one.pushed.items():
                word, began = DEGRADED if value < 0.77 else GOOD, time.time()
                self.book.becomes(name, word)
                with one.house.scope():
                    push(check_id=check_id, samples=[Pushed(METRIC, value)])
                # As the load does: noted when the sender has heard that it arrived.
                self.book.answered(name, word, sent=began)

    def _work(self) -> None:
        """Whatever is due now, to its end."""
        while slas.sweep_due().judged or relay_due() or deliver_webhooks() or deliver_mail():
            pass

    def _open_by_hand(self) -> None:
        for one in self.made:
            for number in range(4):
                row = Opened(one.plan.agency, str(one.house.system.id), f"Number {number}", "high", opened=YES)
                row.title = f"{row.agency} {row.title}"
                row.acknowledged, row.resolved = (YES if number == 1 else "no"), (YES if number == 2 else "no")
                self.diary.wants(row)
                with clock.at(self.at), one.house.scope():
                    made = incidents.open_incident(
                        system_id=row.system, title=row.title, severity=row.severity, source="staff"
                    )
                with clock.at(self.at + timedelta(seconds=4)), one.house.scope():
                    if number == 1:
                        incidents.acknowledge(incident_id=made.id)
                    if number == 2:
                        incidents.resolve(incident_id=made.id, body="Mended.")


@contextmanager
def receivers() -> Iterator[Receivers]:
    """Listening, and gone afterwards."""
    made = Receivers()
    made.start()
    try:
        yield made
    finally:
        made.stop()
