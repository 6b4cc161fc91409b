"""What the demo says on the screen: where to look, how to log in, what to try."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from retainer.local.paths import Paths


def welcome(demo: Mapping[str, object], paths: Paths) -> str:
    """One screen of text from the contents of ``demo.json``."""
    known = demo.get("logins")
    logins = [entry for entry in known if isinstance(entry, dict)] if isinstance(known, list) else []
    lines = [
        "",
        f"  Retainer runs at {demo.get('url')}",
        "",
        *_table(logins, ("role", "agency", "email", "password")),
        "",
        f"  API token       {demo.get('api_token', '')}",
        f"  API             {demo.get('url')}/api/v1/   (described at {demo.get('url')}/api/schema/)",
        f"  Sample system   {demo.get('sample_system_url')}   gets worse two minutes from now, for six minutes",
        f"  Mail            {paths.mail}",
        f"  Logs            {paths.log}",
        f"  The same, for programs: {paths.demo_file}",
        "",
        "  In another terminal: make degrade, make recover. Ctrl-C stops everything and keeps the data.",
        "",
    ]
    return "\n".join(lines)


def _table(rows: Sequence[Mapping[str, object]], columns: tuple[str, ...]) -> list[str]:
    widths = {name: max([len(name), *(len(str(row.get(name, ""))) for row in rows)]) for name in columns}
    header = {name: name.replace("email", "e-mail").capitalize() for name in columns}
    return [
        "  " + "  ".join(str(row.get(name, "")).ljust(widths[name] + 1) for name in columns) for row in (header, *rows)
    ]
