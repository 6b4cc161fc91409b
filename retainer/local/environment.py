"""The environment variables that every process of the first run gets."""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

SERVER_VARIABLES = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
PRINTED = (
    *SERVER_VARIABLES,
    *("RETAINER_ENV", "SECRET_KEY", "ENCRYPTION_KEYS", "TOKEN_PEPPERS", "DJANGO_SETTINGS_MODULE"),
    *("BASE_URL", "SAMPLE_SYSTEM_URL", "EMAIL_URL", "DEMO_FILE"),
)


def lasting_secrets(path: Path) -> dict[str, str]:
    """The secrets kept in ``path``, made on the first call; data sealed with them is lost with the file."""
    if path.exists():
        kept: dict[str, str] = json.loads(path.read_text())
        return kept
    made = new_secrets()
    making = path.with_suffix(".making")
    making.touch(mode=0o600)
    making.write_text(json.dumps(made, indent=2))
    making.rename(path)
    return made


def new_secrets() -> dict[str, str]:
    """Secrets for the settings; keys are named, so that they can be rotated."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ENCRYPTION_KEYS": json.dumps({"k1": _key()}),
        "TOKEN_PEPPERS": json.dumps({"p1": _key()}),
    }


def base_environment(kind: str, keys: Mapping[str, str], servers: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment with ours over it. ``kind`` is demo or test."""
    ours = {"RETAINER_ENV": kind, "DJANGO_SETTINGS_MODULE": "retainer.settings", "PYTHONUNBUFFERED": "1"}
    # Whoever tries the demo may want to begin with an agency of their own.
    open_doors = {"SIGN_UP": "open"} if kind == "demo" else {}
    return {**open_doors, **os.environ, **keys, **servers, **ours}


def given_servers() -> dict[str, str]:
    """The servers that the caller's environment names, which are used in place of embedded ones."""
    given = {name: os.environ[name] for name in SERVER_VARIABLES if os.environ.get(name)}
    if ("DATABASE_URL" in given) != ("DATABASE_OWNER_URL" in given):
        raise SystemExit("Set DATABASE_URL and DATABASE_OWNER_URL together, or neither.")
    return given


def as_owner(env: Mapping[str, str]) -> dict[str, str]:
    """The same environment for a command that may change the schema."""
    return {**env, "RETAINER_DB_ROLE": "owner"}


def shell_lines(env: Mapping[str, str]) -> str:
    """``export`` lines that a shell can read."""
    return "".join(f"export {name}={_quoted(env[name])}\n" for name in PRINTED if name in env)


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "'\\''") + "'"


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
