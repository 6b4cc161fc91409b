"""The compose file, the example of variables and the settings tell the same story; the locks name no registry."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
# Set by the compose file itself, for the database image alone.
ONLY_COMPOSE = {"POSTGRES_PASSWORD", "APP_PASSWORD"}
# Set by a command for itself, not by an operator.
ONLY_COMMANDS = {"RETAINER_DB_ROLE"}


def variables_in_settings() -> set[str]:
    text = (ROOT / "retainer" / "settings.py").read_text()
    return set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', text))


def variables_in_example() -> set[str]:
    return set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return found


def test_the_example_names_every_variable_that_the_settings_read_and_no_other() -> None:
    assert variables_in_example() == variables_in_settings() - ONLY_COMMANDS | ONLY_COMPOSE


def test_the_example_and_the_manual_give_the_defaults_of_the_quotas() -> None:
    text = (ROOT / "retainer" / "settings.py").read_text()
    quotas = {name: int(most) for name, most in re.findall(r'env\.int\("(AGENCY_\w+)", ([0-9_]+)\)', text)}
    example = dict(re.findall(r"^(AGENCY_\w+)=(\d+)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    manual = dict(re.findall(r"`(AGENCY_\w+)` \| ([\d,]+) \|", (ROOT / "docs" / "operations.md").read_text()))
    assert quotas
    assert {name: int(most) for name, most in example.items()} == quotas
    assert {name: int(most.replace(",", "")) for name, most in manual.items()} == quotas


def test_the_example_and_the_manual_give_the_ages_at_which_things_are_deleted() -> None:
    text = (ROOT / "retainer" / "settings.py").read_text()
    ages = dict(re.findall(r'env\.int\("(\w+_RETENTION_\w+)", (\d+)\)', text))
    example = dict(re.findall(r"^(\w+_RETENTION_\w+)=(\d+)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    manual = dict(re.findall(r"`(\w+_RETENTION_\w+)` \| (\d+) \|", (ROOT / "docs" / "operations.md").read_text()))
    assert len(ages) == 5
    assert example == manual == ages


def test_no_header_of_a_caller_is_believed_unless_the_operator_says_so(compose: dict[str, Any]) -> None:
    assert re.search(r"^TRUSTED_PROXY_COUNT=0$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert compose["services"]["web"]["ports"] == ["127.0.0.1:8000:8000"]


def test_the_compose_file_has_the_services_of_the_small_production(compose: dict[str, Any]) -> None:
    wanted = {"postgres", "redis", "migrate", "web", "worker", "poll", "deliver", "mailer", "beat"}
    assert wanted <= set(compose["services"])
    assert compose["services"]["mail"]["profiles"] == ["dev"]


def test_only_who_migrates_knows_the_passwords_of_the_owner(compose: dict[str, Any]) -> None:
    """All of them read one file; a hole in what serves must not hand out the role that is past every wall."""
    secret = {"DATABASE_OWNER_URL", "POSTGRES_PASSWORD", "APP_PASSWORD"}
    ours = {name: service for name, service in compose["services"].items() if service.get("env_file")}
    assert {"web", "worker", "beat", "migrate"} <= set(ours)
    for name, service in ours.items():
        blank = {key for key, value in service["environment"].items() if value == ""}
        assert secret - blank == ({"DATABASE_OWNER_URL"} if name == "migrate" else set()), name


def test_every_queue_that_a_task_uses_has_a_worker(compose: dict[str, Any]) -> None:
    commands = [service.get("command", []) for service in compose["services"].values()]
    served = {queue for command in commands if "-Q" in command for queue in command[command.index("-Q") + 1].split(",")}
    tasks = "".join(path.read_text() for path in ROOT.rglob("tasks.py") if ".venv" not in path.parts)
    assert set(re.findall(r'_task\(queue="(\w+)"\)', tasks)) <= served


def test_asking_and_sending_share_no_worker_with_the_deadlines(compose: dict[str, Any]) -> None:
    commands = [service.get("command", []) for service in compose["services"].values()]
    served = [command[command.index("-Q") + 1].split(",") for command in commands if "-Q" in command]
    of_deadlines = next(queues for queues in served if "sweep" in queues)
    assert not {"poll", "deliver", "mail"} & set(of_deadlines)


def test_mail_shares_no_worker_with_receivers_that_may_hang(compose: dict[str, Any]) -> None:
    commands = [service.get("command", []) for service in compose["services"].values()]
    served = [command[command.index("-Q") + 1].split(",") for command in commands if "-Q" in command]
    assert ["mail"] in served


def test_the_database_of_the_compose_file_is_new_enough_for_the_roles(compose: dict[str, Any]) -> None:
    major = int(compose["services"]["postgres"]["image"].split(":")[1])
    assert major >= 16


@pytest.mark.parametrize("name", ["runtime", "local", "test"])
def test_a_lock_has_hashes_and_names_no_registry(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    assert "--hash=sha256:" in text
    assert "http://" not in text
    assert "https://" not in text


def test_the_npm_lock_has_integrity_and_no_addresses() -> None:
    text = (ROOT / "package-lock.json").read_text()
    assert '"integrity"' in text
    assert '"resolved"' not in text


def test_each_dependency_has_a_line_of_reason() -> None:
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    start = lines.index("dependencies = [")
    block = lines[start + 1 : lines.index("]", start)]
    assert [block[place] for place in range(1, len(block), 2) if not block[place - 1].strip().startswith("#")] == []
