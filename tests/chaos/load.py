"""What goes on meanwhile: subjects fall ill and recover, values are sent, people and programs open incidents and work
on them, and checks and systems are paused, edited and switched off and on under way."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable

from django.db import DatabaseError, connection

from clients import services as clients
from core.errors import DomainError
from incidents import selectors as incident_reads
from incidents import services as incidents
from monitoring.checks import services as monitoring
from tests.chaos.books import DEGRADED, ERROR, GOOD, MISSING, PERHAPS, REFUSED, SILENT, YES, Book, Diary, Opened
from tests.chaos.facts.plan import SEVERITIES
from tests.chaos.furniture import COUNT, METRIC, TIMEOUT_MS, Furnished, limit
from tests.chaos.targets import FAILURES, Targets
from tests.chaos.visitors import NoAnswer, Person, Program

VALUES = {GOOD: 0.9, DEGRADED: 0.5}
# Between two pushes of one check.
PUSH_EVERY = 3.0


class Load:
    """A few threads that go on until they are stopped. Each has dice of its own, thrown once from the run's."""

    def __init__(
        self,
        houses: list[Furnished],
        targets: Targets,
        book: Book,
        port: int,
        dice: random.Random,
        shift: Callable[[], str],
    ) -> None:
        self.houses, self.targets, self.book, self.diary = houses, targets, book, Diary()
        self.shift = shift
        self.programs = {one.plan.agency: Program(port, one.token) for one in houses}
        self.people = {one.plan.agency: Person(port, one.plan.agency, one.house.owner) for one in houses}
        self._over = threading.Event()
        works = (self._fall_ill, self._push, self._operate, self._open_as_staff, self._open_from_outside)
        self._threads = [
            threading.Thread(target=self._go_on, args=(work, random.Random(dice.random())), daemon=True)
            for work in works
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ends all of them, with nothing paused or switched off."""
        self._over.set()
        for thread in self._threads:
            thread.join(timeout=180)

    def calm(self, ill: bool) -> None:
        """Makes everybody well, or a part of them ill for good, each in a way of its own."""
        for one in self.houses:
            for place, name in enumerate(one.checks):
                ways = self._ways(one, name)
                self.targets.set(name, ways[place % len(ways)] if ill and place % 2 else GOOD)
            for name in one.pushed:
                self.book.becomes(name, GOOD)

    def push_on(self) -> None:
        """Sends one value of each check that waits for values."""
        for one in self.houses:
            for name, check_id in one.pushed.items():
                self._push_one(one, name, check_id)

    def _go_on(self, work: Callable[[random.Random], None], dice: random.Random) -> None:
        while not self._over.is_set():
            try:
                work(dice)
            except (DatabaseError, DomainError):
                # PostgreSQL is away, or somebody was faster; a person would try again.
                connection.close()
        connection.close()

    def _ways(self, one: Furnished, name: str) -> list[str]:
        own_door = [REFUSED] if name in self.targets.names_with_door() else []
        return [*FAILURES, *own_door, *((DEGRADED, MISSING) * 2 if name in one.limited else ())]

    def _fall_ill(self, dice: random.Random) -> None:
        until: dict[str, float] = {}
        names = [(one, name) for one in self.houses for name in (*one.checks, *one.pushed)]
        while not self._over.wait(0.4):
            for name in [name for name, at in until.items() if at < time.monotonic()]:
                self._becomes(name, GOOD)
                del until[name]
            one, name = dice.choice(names)
            if name not in until:
                ways = [DEGRADED, ERROR, SILENT] if name in one.pushed else self._ways(one, name)
                self._becomes(name, dice.choice(ways))
                until[name] = time.monotonic() + dice.uniform(3, 90)

    def _becomes(self, name: str, way: str) -> None:
        if "-push-" in name:
            self.book.becomes(name, way)
        else:
            self.targets.set(name, way)

    def _push(self, _dice: random.Random) -> None:
        if not self._over.wait(PUSH_EVERY):
            self.push_on()

    def _push_one(self, one: Furnished, name: str, check_id: uuid.UUID) -> None:
        word = self.book.word(name)
        if word == SILENT:
            return
        sample = {"samples": [{"metric": METRIC, "value": VALUES[word]}]} if word in VALUES else {"error": "It failed."}
        began = time.time()
        try:
            status, _said = self.programs[one.plan.agency].post(f"checks/{check_id}/samples/", sample)
        except (NoAnswer, TimeoutError):
            status = 0
        self.book.answered(name, word, sure=status in (200, 201), sent=began)

    def _operate(self, dice: random.Random) -> None:
        one = dice.choice(self.houses)
        number = dice.randrange(4)
        (self._pause, self._switch_off, self._edit, self._agree_again)[number](one, dice)
        self._over.wait(dice.uniform(1, 5))

    def _pause(self, one: Furnished, dice: random.Random) -> None:
        with_touch = sorted(one.asleep)
        self.book.touch("paused", *with_touch)
        self._surely(one, lambda: clients.pause_system(system_id=one.sleeper))
        self._over.wait(dice.uniform(3, 15))
        self._surely(one, lambda: clients.resume_system(system_id=one.sleeper))
        self.book.let_go(*with_touch)

    def _switch_off(self, one: Furnished, dice: random.Random) -> None:
        name = dice.choice([name for place, name in enumerate(one.checks) if place % 10 == 7])
        self.book.touch("switched off", name)
        self._surely(one, lambda: monitoring.disable_check(check_id=one.checks[name]))
        self._over.wait(dice.uniform(1, 15))
        self._surely(one, lambda: monitoring.enable_check(check_id=one.checks[name]))
        self.book.let_go(name)

    def _edit(self, one: Furnished, dice: random.Random) -> None:
        name = dice.choice([name for place, name in enumerate(one.checks) if place % 10 == 4])
        port = self.targets.port
        change = {"url": f"http://127.0.0.1:{port}/{name}?v={dice.randrange(100)}"}
        more = {"timeout_ms": TIMEOUT_MS - dice.randrange(100), "bad_count": COUNT}
        self.book.touch("edited", name)
        what = change if dice.random() < 0.5 else more
        self._surely(one, lambda: monitoring.update_check(check_id=one.checks[name], **what))
        self.book.let_go(name)

    def _agree_again(self, one: Furnished, dice: random.Random) -> None:
        name = dice.choice(sorted(one.limited))
        self.book.touch("agreed again", name)
        self._surely(one, lambda: limit(one.checks[name]))
        self.book.let_go(name)

    def _surely(self, one: Furnished, act: Callable[[], object]) -> None:
        """Until it is done: all of these may be done twice."""
        while True:
            try:
                with one.house.scope():
                    act()
                return
            except DatabaseError:
                connection.close()
                time.sleep(0.3)

    def _new(self, one: Furnished, dice: random.Random) -> Opened:
        row = Opened(
            agency=one.plan.agency,
            system=str(one.house.system.id),
            title=f"Wish {uuid.UUID(int=dice.getrandbits(128))}",
            severity=dice.choice(SEVERITIES),
        )
        self.diary.wants(row)
        return row

    def _open_as_staff(self, dice: random.Random) -> None:
        self._over.wait(dice.uniform(0.3, 2))
        one = dice.choice(self.houses)
        row = self._new(one, dice)
        with one.house.scope():
            made = incidents.open_incident(system_id=row.system, title=row.title, severity=row.severity, source="staff")
        self.diary.notes(row.title, opened=YES)
        for act, share in (("acknowledged", 0.4), ("resolved", 0.25)):
            if dice.random() < share:
                self.diary.notes(row.title, **{act: PERHAPS})
                step = incidents.acknowledge if act == "acknowledged" else incidents.resolve
                with one.house.scope():
                    step(incident_id=made.id)
                self.diary.notes(row.title, **{act: YES})
        if dice.random() < 0.1:
            self._resolve_one_of_an_alert(one, dice)

    def _resolve_one_of_an_alert(self, one: Furnished, dice: random.Random) -> None:
        with one.house.scope():
            rows = [row.id for row in incident_reads.open_incidents() if row.source == "alert"]
            if rows:
                chosen = dice.choice(sorted(rows))
                incidents.resolve(incident_id=chosen, body="Mended by hand.", override_reason="It was seen to work.")

    def _open_from_outside(self, dice: random.Random) -> None:
        self._over.wait(dice.uniform(0.3, 2))
        one = dice.choice(self.houses)
        row = self._new(one, dice)
        if dice.random() < 0.5:
            said = self.programs[row.agency].open_incident(row.system, row.title, row.severity, day=self.shift)
        else:
            said = self.people[row.agency].open_incident(row.system, row.title, row.severity)
        self.diary.notes(row.title, opened=said)
