"""When the assets are stale, and who builds them."""

from __future__ import annotations

import subprocess
from pathlib import Path

from retainer.local import assets


def test_a_change_in_content_or_name_changes_the_fingerprint(tmp_path: Path) -> None:
    source = tmp_path / "a.css"
    source.write_text("a{}")
    before = assets.fingerprint(tmp_path, ["*.css"])
    assert assets.fingerprint(tmp_path, ["*.css"]) == before
    source.write_text("b{}")
    changed = assets.fingerprint(tmp_path, ["*.css"])
    source.rename(tmp_path / "b.css")
    assert len({before, changed, assets.fingerprint(tmp_path, ["*.css"])}) == 3


def test_the_wheel_brings_a_node_and_an_npm_that_run() -> None:
    node = assets.wheel_node()
    answer = subprocess.run([*node.npm, "--version"], capture_output=True, text=True, check=True, timeout=60)
    assert int(answer.stdout.split(".")[0]) >= 10
    assert (node.directory / "node").exists()
