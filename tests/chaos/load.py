"""What goes on meanwhile: targets fall ill and recover, incidents open whose promises fall due, some are kept."""

from __future__ import annotations

import random
import threading
import time
import uuid
from datetime import timedelta

from django.db import DatabaseError, connection

from agreements import selectors as agreements
from agreements import services as agreement_services
from core import clock
from core.errors import DomainError
from incidents import services as incidents
from monitoring import services as monitoring
from retainer.notifications.services import create_endpoint
from slas import selectors as slas
from slas import services as sla_services
from tests.cast import House
from tests.chaos.oracle import BAD_COUNT, INTERVAL
from tests.chaos.targets import Targets

# Seconds that a promise has: some are kept, most fall due while something is broken.
PROMISES = {"first_response": 12, "resolution": 25}


def furnish(house: House, target_port: int, hook_port: int, checks: int) -> None:
    """Short promises on both systems, a receiver, and the checks."""
    house.allow("127.0.0.1", target_port)
    house.allow("127.0.0.1", hook_port)
    with house.scope():
        sla_services.install_catalogue()
        agreement_services.install_catalogue()
        always = slas.newest_calendar_version("24x7")
        targets = [
            {"severity": severity, "metric": metric, "seconds": seconds, "calendar_version_id": always.id}
            for severity in ("critical", "high", "medium", "low")
            for metric, seconds in PROMISES.items()
        ]
        version = sla_services.create_policy(name="In a hurry", targets=targets)
        _sign(house, version.id)
        create_endpoint(name="ops", url=f"http://127.0.0.1:{hook_port}/hook")
        for number in range(checks):
            monitoring.create_check(
                system_id=house.other_system.id,
                name=str(number),
                kind="http_json",
                url=f"http://127.0.0.1:{target_port}/target/{number}",
                metrics=[{"name": "rate", "path": "rate", "unit": "ratio"}],
                interval_seconds=INTERVAL,
                timeout_ms=2000,
                bad_count=BAD_COUNT,
                good_count=BAD_COUNT,
            )


def _sign(house: House, version_id: uuid.UUID) -> None:
    for client, system in ((house.client, house.system), (house.other_client, house.other_system)):
        retainer = agreement_services.create_retainer(
            client_id=client.id,
            tier_id=agreements.tiers()[0].id,
            name="Example",
            price_minor=40_000,
            currency="EUR",
            hours_minutes=600,
            time_zone="Europe/Berlin",
            starts_on=(clock.now() - timedelta(days=30)).date(),
        )
        agreement_services.cover_system(retainer_id=retainer.id, system_id=system.id, policy_version_id=version_id)
        system.owner_id = house.engineer.id
        system.save()
        agreement_services.activate(retainer_id=retainer.id)


class Load:
    """Two threads that go on until they are stopped."""

    def __init__(self, house: House, targets: Targets, checks: int, dice: random.Random) -> None:
        self.house, self.targets, self.checks, self.dice = house, targets, checks, dice
        self.opened = 0
        self._over = threading.Event()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._fall_ill, self._open)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ends both."""
        self._over.set()
        for thread in self._threads:
            thread.join(timeout=60)

    def _fall_ill(self) -> None:
        until: dict[int, float] = {}
        while not self._over.wait(0.5):
            for number in [number for number, at in until.items() if at < time.monotonic()]:
                self.targets.make_well(number)
                del until[number]
            number = self.dice.randrange(self.checks)
            if number not in until:
                self.targets.make_ill(number)
                until[number] = time.monotonic() + self.dice.uniform(3, 90)

    def _open(self) -> None:
        while not self._over.wait(self.dice.uniform(0.2, 1.5)):
            try:
                self._open_one()
            except (DatabaseError, DomainError):
                # PostgreSQL is away, or the incident was overtaken; a person would try again.
                connection.close()

    def _open_one(self) -> None:
        with self.house.scope():
            row = incidents.open_incident(
                system_id=self.house.system.id, title=f"Number {self.opened}", severity="high", source="staff"
            )
        self.opened += 1
        if self.dice.random() < 0.3:
            with self.house.scope():
                incidents.acknowledge(incident_id=row.id)
        if self.dice.random() < 0.2:
            with self.house.scope():
                incidents.resolve(incident_id=row.id, body="Mended.")
