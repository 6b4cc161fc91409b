"""Production refuses to start with weak settings: each refusal names the setting and what to do."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from retainer.production import refusals, unknown_words

ROOT = Path(__file__).resolve().parents[2]
KEY = base64.b64encode(bytes(range(32))).decode()
GOOD: Any = {
    "RETAINER_ENV": "production",
    "SIGN_UP": "invite",
    "DEBUG": False,
    "SECRET_KEY": "Kq3vT0b8yWz5rN7xJ2mC9pL4sD6fG1hQaEiUoXkYtVwRzBnM",
    "ENCRYPTION_KEYS": {"k1": KEY},
    "TOKEN_PEPPERS": {"p1": KEY},
    "BASE_URL": "https://retainer.example",
    "ALLOWED_HOSTS": ["retainer.example"],
    "CSRF_TRUSTED_ORIGINS": ["https://retainer.example"],
    "DATABASE_URL": "postgresql://retainer_app:long@db/retainer",
    "DATABASE_OWNER_URL": "",
    "METRICS_TOKEN": "",
    "TRUSTED_PROXY_COUNT": 0,
    "REQUEST_SECONDS": 25.0,
    "SESSION_IDLE_MINUTES": 720,
    "SESSION_MOST_DAYS": 14,
    "SECURITY_CONTACT": ["security@retainer.example"],
    "SECURITY_EXPIRES": "2027-06-30",
}
GOOD["SECRET_KEY"] += "0123456789"

WEAK: list[tuple[str, Any, str]] = [
    ("DEBUG", True, "Switch it off"),
    ("SECRET_KEY", "", "at least 50"),
    ("SECRET_KEY", "build", "at least 50"),
    ("SECRET_KEY", "a" * 64, "not random"),
    ("SECRET_KEY", "change-me-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2, "not random"),
    ("SECRET_KEY", "my-change-me-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2, "not random"),
    ("SECRET_KEY", "django-insecure-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2, "not random"),
    ("ENCRYPTION_KEYS", {}, "at least one key"),
    ("ENCRYPTION_KEYS", {"2026-11": ""}, "not the base64 of 32 bytes"),
    ("ENCRYPTION_KEYS", {"old": KEY, "new": "bm90IHRoYXQgbG9uZw=="}, "“new” is not the base64"),
    ("ENCRYPTION_KEYS", {"k1": "A" * 43 + "="}, "not random"),
    ("TOKEN_PEPPERS", {}, "at least one key"),
    ("TOKEN_PEPPERS", {"2026-11": ""}, "not the base64 of 32 bytes"),
    ("TOKEN_PEPPERS", {"2026-11": "not base64 at all!"}, "not the base64 of 32 bytes"),
    ("BASE_URL", "http://retainer.example", "https"),
    ("BASE_URL", "", "https"),
    ("BASE_URL", "https://", "https"),
    ("BASE_URL", "https://somebody@retainer.example", "Leave the rest out"),
    ("BASE_URL", "https://retainer.example/path", "Leave the rest out"),
    ("ALLOWED_HOSTS", ["*"], "name the hosts"),
    ("ALLOWED_HOSTS", ["retainer.example", "*.example"], "name the hosts"),
    ("ALLOWED_HOSTS", ["retainer.example", "."], "name the hosts"),
    ("ALLOWED_HOSTS", [".example"], "name the hosts"),
    ("ALLOWED_HOSTS", [], "Add it"),
    ("ALLOWED_HOSTS", ["elsewhere.example"], "Add it"),
    ("CSRF_TRUSTED_ORIGINS", ["http://retainer.example"], "https"),
    ("CSRF_TRUSTED_ORIGINS", ["https://*.example"], "name each origin"),
    ("DATABASE_URL", "postgresql://retainer_app:change-me@db/retainer", "another one"),
    ("DATABASE_OWNER_URL", "postgresql://postgres:change-me@db/retainer", "another one"),
    ("METRICS_TOKEN", "short", "at least 24"),
    ("METRICS_TOKEN", "x" * 24, "not random"),
    ("METRICS_TOKEN", "change-me-0123456789abcdefghijkl", "not random"),
    ("METRICS_TOKEN", GOOD["SECRET_KEY"], "make another"),
    ("TRUSTED_PROXY_COUNT", -1, "how many proxies"),
    ("REQUEST_SECONDS", -1.0, "how long"),
    ("SECURITY_EXPIRES", "", "until when"),
    ("SECURITY_EXPIRES", "next year", "until when"),
    ("SECURITY_CONTACT", ["http://retainer.example/"], "https page"),
    ("SECURITY_CONTACT", ["somebody or other"], "https page"),
    ("SESSION_IDLE_MINUTES", 0, "how long"),
    ("SESSION_MOST_DAYS", -1, "how long"),
]


def test_good_settings_are_not_refused() -> None:
    assert refusals(GOOD) == []
    assert unknown_words(GOOD) == []
    token = "4f9c2a7be1d05863"  # as short a set of letters as hexadecimal digits are
    assert refusals(GOOD | {"ALLOWED_HOSTS": [".retainer.example"], "METRICS_TOKEN": token * 2}) == []


@pytest.mark.parametrize(("name", "value", "advice"), WEAK)
def test_a_weak_setting_is_refused_by_its_name_with_what_to_do(name: str, value: Any, advice: str) -> None:
    said = [line for line in refusals(GOOD | {name: value}) if line.startswith(name)]
    assert len(said) == 1
    assert advice in said[0]


def test_all_refusals_are_said_at_once() -> None:
    said = refusals(GOOD | {"SECRET_KEY": "x", "TOKEN_PEPPERS": {}, "ALLOWED_HOSTS": ["*"]})
    assert [line.split()[0].rstrip(":") for line in said] == ["SECRET_KEY", "TOKEN_PEPPERS", "ALLOWED_HOSTS"]


@pytest.mark.parametrize(("name", "value"), [("RETAINER_ENV", "prod"), ("RETAINER_ENV", ""), ("SIGN_UP", "opened")])
def test_a_word_that_means_nothing_is_refused_everywhere(name: str, value: str) -> None:
    (said,) = unknown_words(GOOD | {name: value})
    assert said.startswith(name)


def start(code: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """Loads the settings as every process does, with the example's variables under these, and runs ``code``."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    example = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    env = {"PATH": os.environ["PATH"], **example, **variables}
    argv = [sys.executable, "-c", f"import retainer.settings as settings\n{code}"]
    return subprocess.run(argv, env=env, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_no_process_starts_with_the_example_as_it_is() -> None:
    ended = start()
    assert ended.returncode == 1
    for name in ("SECRET_KEY", "ENCRYPTION_KEYS", "TOKEN_PEPPERS", "DATABASE_URL", "DATABASE_OWNER_URL"):
        assert f"\n{name}" in ended.stderr


FILLED = {
    "SECRET_KEY": GOOD["SECRET_KEY"],
    "ENCRYPTION_KEYS": f'{{"k1": "{KEY}"}}',
    "TOKEN_PEPPERS": f'{{"p1": "{KEY}"}}',
    "DATABASE_URL": GOOD["DATABASE_URL"],
    "DATABASE_OWNER_URL": "",
}


def test_a_process_starts_with_the_example_filled_in() -> None:
    ended = start(**FILLED)
    assert ended.returncode == 0, ended.stderr


def test_cookies_of_production_belong_to_its_host_alone() -> None:
    names = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "KNOWN_BROWSER_COOKIE")
    code = f"print([getattr(settings, name) for name in {names}], settings.SESSION_COOKIE_SECURE)"
    ended = start(code, **FILLED)
    assert ended.stdout.strip() == "['__Host-session', '__Host-csrf', '__Host-known'] True"


def test_an_image_is_built_with_settings_that_serve_nobody() -> None:
    assert "RUN RETAINER_ENV=development SECRET_KEY=build" in (ROOT / "deploy" / "Dockerfile").read_text()
