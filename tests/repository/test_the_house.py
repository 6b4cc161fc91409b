"""Each contract of the house, broken once on purpose: an import that it forbids is planted, and the contract fails."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

import grimp
import pytest
from importlinter.application.use_cases import _register_contract_types, read_user_options
from importlinter.configuration import configure
from importlinter.domain.contract import Contract, registry

# A contract's name and an import that it must not allow.
PLANTED = [
    ("Eight floors, one direction", "core.clock", "clients.selectors"),
    ("Eight floors, one direction", "slas.oncall.selectors", "agreements.selectors"),
    ("Eight floors, one direction", "monitoring.checks.services", "backlog.services"),
    ("Eight floors, one direction", "backlog.services", "retainer.ui.badges"),
    ("Inside the roof", "retainer.portal.pages", "retainer.dashboard.home"),
    ("Inside the roof", "retainer.api.errors", "retainer.portal.pages"),
    ("Inside the roof", "retainer.reports.uptime", "retainer.dashboard.home"),
    ("Inside the roof", "retainer.ui.badges", "retainer.notifications.services"),
    ("The slices of slas", "slas.calendars.services", "slas.policies.services"),
    ("The slices of slas", "slas.engine.judge", "slas.clocks.judgement"),
    ("The slices of slas", "slas.oncall.services", "slas.clocks.services"),
    ("The slices of monitoring", "monitoring.polling.results", "monitoring.alerts.services"),
    ("The slices of monitoring", "monitoring.alerts.services", "monitoring.checks.services"),
    ("Faces stand on services", "monitoring.alerts.selectors", "monitoring.alerts.services"),
    ("Faces stand on services", "incidents.selectors", "incidents.services"),
    ("Faces stand on services", "slas.policies.selectors", "slas.policies.services"),
    ("Faces stand on services", "monitoring.maintenance.services", "monitoring.maintenance.forms"),
    ("Faces stand on services", "agreements.forms", "agreements.web"),
    ("The models of clients", "incidents.services.base", "clients.models"),
    ("The models of slas", "agreements.services", "slas.clocks.models"),
    ("The models of agreements", "retainer.portal.pages", "agreements.models"),
    ("The models of incidents", "monitoring.alerts.services", "incidents.models"),
    ("The models of backlog", "retainer.dashboard.home", "backlog.models"),
    ("The models of monitoring", "retainer.reports.uptime", "monitoring.maintenance.models"),
    ("The engine and the probes", "slas.engine.judge", "django"),
    ("The engine and the probes", "monitoring.probing.parse", "celery"),
    ("Services and selectors know no HTTP", "slas.oncall.services", "rest_framework"),
    ("Services and selectors know no HTTP", "incidents.services.waiting", "celery"),
    ("Only core.net opens connections", "retainer.notifications.delivery", "pycurl"),
]


configure()


@cache
def contracts() -> dict[str, Contract]:
    """By name, as ``pyproject.toml`` states them."""
    options = read_user_options("pyproject.toml")
    _register_contract_types(options)
    made = [
        registry.get_contract_class(one["type"])(one["name"], options.session_options, one)
        for one in options.contracts_options
    ]
    return {contract.name: contract for contract in made}


@cache
def graph() -> Any:
    """Who imports whom."""
    options: Any = read_user_options("pyproject.toml").session_options
    return grimp.build_graph(
        *options["root_packages"],
        include_external_packages=True,
        exclude_type_checking_imports=True,
        cache_dir=".import_linter_cache",
    )


def called(start: str) -> Contract:
    """The one contract whose name begins so."""
    (found,) = (contract for name, contract in contracts().items() if name.startswith(start))
    return found


@pytest.mark.parametrize(("contract", "importer", "imported"), PLANTED)
def test_a_planted_import_breaks_the_contract_that_forbids_it(contract: str, importer: str, imported: str) -> None:
    broken = deepcopy(graph())
    assert {importer, imported} <= broken.modules, "A module of this row is not there any more."
    assert not broken.direct_import_exists(importer=importer, imported=imported)
    broken.add_import(importer=importer, imported=imported)
    assert not called(contract).check(broken, verbose=False).kept


def test_every_contract_is_broken_once() -> None:
    assert {called(contract).name for contract, _importer, _imported in PLANTED} == set(contracts())
