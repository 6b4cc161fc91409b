"""Finds a Chromium for the browser tests, and gets one where the machine has none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def obtain() -> str:
    """The path of a Chromium that starts; empty where none can be had. Says on stderr what it installs."""
    return find() or _from_package_manager() or _from_playwright()


def find() -> str:
    """A Chromium that is here already."""
    return next((path for path in _candidates() if starts(path)), "")


def starts(path: str) -> bool:
    """Whether the program runs at all; a snap's stub or a browser without its libraries does not."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _candidates() -> Iterator[str]:
    if given := os.environ.get("CHROMIUM_PATH"):
        yield given
    yield from filter(None, map(shutil.which, NAMES))
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    yield from map(str, sorted(cache.glob("chromium-*/chrome-linux*/chrome"), reverse=True))


def _from_package_manager() -> str:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return ""
    _install("apt-get", "update", "-qq")
    _install("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium")
    return find()


def _from_playwright() -> str:
    _install(sys.executable, "-m", "playwright", "install", "chromium")
    return find()


def _install(*command: str) -> None:
    print(f"No Chromium here yet: {' '.join(command)}", file=sys.stderr, flush=True)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(command, stdout=sys.stderr, env=env, timeout=600, check=False)
    except (OSError, subprocess.TimeoutExpired) as failure:
        print(f"That did not work: {failure}", file=sys.stderr)
