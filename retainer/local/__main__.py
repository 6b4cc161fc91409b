"""The commands of the first run: ``python -m retainer.local --help``."""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from retainer.local import assets, chromium, demo, kernel, postgres, servers
from retainer.local.paths import Paths, project_paths, scratch_paths
from retainer.local.supervisor import Supervisor, guarded


def main(arguments: list[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    if not sys.platform.startswith("linux"):
        raise SystemExit("The embedded servers run on Linux. Elsewhere start the containers: docker compose up.")
    options = _parser().parse_args(arguments)
    code: int = options.run(options)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m retainer.local", description=__doc__)
    parser.add_argument("--with-parent", action="store_true", help="stop when the process that started this one ends")
    commands = parser.add_subparsers(required=True, metavar="command")
    _command(commands, "servers", _servers, "start PostgreSQL and Redis and print how to reach them")
    test = _command(commands, "test", _test, "run a command on servers of its own: test -- pytest -x")
    test.add_argument("argv", nargs=argparse.REMAINDER)
    bench = _command(commands, "bench", _bench, "the same on servers that write to disk as in production")
    bench.add_argument("argv", nargs=argparse.REMAINDER)
    _command(commands, "demo", _demo, "start everything and say where to look")
    _command(commands, "assets", _assets, "build the style sheet, scripts and icons where stale")
    _command(commands, "chromium", _chromium, "print the path of a Chromium for the browser tests, or nothing")
    for word in ("degrade", "recover"):
        _command(commands, word, _tell_sample, f"make the sample system {word}").set_defaults(word=word)
    _command(commands, "stop", _stop, "stop the demo or the servers, wherever they were started")
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text)
    parser.set_defaults(run=run)
    return parser


def _demo(options: argparse.Namespace) -> int:
    return _alone(demo.run, options)


def _servers(options: argparse.Namespace) -> int:
    return _alone(servers.serve, options)


def _test(options: argparse.Namespace) -> int:
    return _run_on_servers(options, durable=False)


def _bench(options: argparse.Namespace) -> int:
    return _run_on_servers(options, durable=True)


def _run_on_servers(options: argparse.Namespace, *, durable: bool) -> int:
    argv = options.argv[1:] if options.argv[:1] == ["--"] else options.argv
    if not argv:
        raise SystemExit("Name the command to run: test -- pytest")
    paths = scratch_paths(durable=durable)
    return guarded(
        lambda: servers.run_on_servers(paths.make(), argv, durable=durable),
        with_parent=options.with_parent,
        afterwards=lambda: _clear_away(paths),
    )


def _clear_away(paths: Paths) -> None:
    postgres.release_memory(paths.postgres)
    shutil.rmtree(paths.run, ignore_errors=True)


def _assets(options: argparse.Namespace) -> int:
    def work() -> int:
        paths = project_paths()
        with Supervisor(log=paths.log) as supervisor:
            assets.build(supervisor, paths.project)
        return 0

    return guarded(work, with_parent=options.with_parent)


def _chromium(_: argparse.Namespace) -> int:
    print(chromium.obtain())
    return 0


def _tell_sample(options: argparse.Namespace) -> int:
    print(f"The sample system is {demo.tell_sample(project_paths(), options.word)} now.")
    return 0


def _alone(work: Callable[[Paths], int], options: argparse.Namespace) -> int:
    """Runs ``work`` on the project's data, which only one may hold at a time."""
    paths = project_paths().make()
    lock = (paths.run / "lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SystemExit(f"It runs already, as process {_holder(paths)}. `make stop` stops it.") from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    code = guarded(lambda: work(paths), with_parent=options.with_parent)
    # Being stopped is how these commands end well.
    return 0 if code in (128 + signal.SIGINT, 128 + signal.SIGTERM, 128 + signal.SIGHUP) else code


def _stop(_: argparse.Namespace) -> int:
    paths = project_paths()
    holder = _holder(paths)
    if holder is None:
        print("Nothing runs.")
        return 0
    kernel.send(holder, signal.SIGTERM)
    while kernel.is_alive(holder):
        time.sleep(0.1)
    print("Stopped.")
    return 0


def _holder(paths: Paths) -> int | None:
    """The process that holds the project's data."""
    path = paths.run / "lock"
    if not path.exists():
        return None
    with path.open("r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(Path(path).read_text() or 0)
    return None


if __name__ == "__main__":
    sys.exit(main())
