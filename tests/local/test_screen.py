"""What the demo says on the screen."""

from __future__ import annotations

from pathlib import Path

from retainer.local.paths import project_paths
from retainer.local.screen import welcome


def test_the_screen_names_the_address_every_login_and_the_token(tmp_path: Path) -> None:
    logins = [
        {"role": "owner", "agency": "North", "email": "olga@north.example", "password": "first secret"},
        {"role": "viewer", "agency": "South", "email": "vera@south.example", "password": "second secret"},
    ]
    demo = {
        "url": "http://127.0.0.1:8000",
        "logins": logins,
        "api_token": "rt_1",
        "sample_system_url": "http://127.0.0.1:8100",
    }
    text = welcome(demo, project_paths(tmp_path))
    for words in ["http://127.0.0.1:8000", "http://127.0.0.1:8100", "rt_1", *logins[0].values(), *logins[1].values()]:
        assert words in text
    assert len(text.splitlines()) <= 24
