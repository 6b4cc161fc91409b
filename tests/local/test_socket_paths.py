"""Where sockets and scratch data lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from retainer.local.paths import UnsafeDirectory, private_directory, project_paths, scratch_paths, socket_directory

SOCKET_FILE = ".s.PGSQL.5432"


@pytest.mark.parametrize("runtime", ["", "/tmp", "/tmp/" + "r" * 100])
def test_the_socket_path_fits_even_for_a_very_deep_project(runtime: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
    deep = Path("/srv", *["a-directory-with-a-long-name"] * 30)
    assert len(bytes(socket_directory(deep) / SOCKET_FILE)) <= 107


def test_two_projects_of_one_user_do_not_share_a_socket() -> None:
    assert socket_directory(Path("/srv/one")) != socket_directory(Path("/srv/two"))


def test_the_data_of_a_demo_lies_in_the_project_and_its_sockets_do_not(tmp_path: Path) -> None:
    paths = project_paths(tmp_path)
    assert paths.postgres.is_relative_to(tmp_path)
    assert not paths.sockets.is_relative_to(tmp_path)


def test_the_data_of_a_test_run_is_readable_by_its_owner_alone() -> None:
    paths = scratch_paths().make()
    try:
        assert paths.run.stat().st_mode & 0o077 == 0
        assert len(bytes(paths.sockets / SOCKET_FILE)) <= 107
    finally:
        for path in sorted(paths.run.rglob("*"), reverse=True):
            path.rmdir()
        paths.run.rmdir()


def test_a_directory_that_is_a_link_of_somebody_is_refused(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    trap = tmp_path / "sockets"
    trap.symlink_to(elsewhere)
    with pytest.raises(UnsafeDirectory, match="belongs to somebody else"):
        private_directory(trap)
