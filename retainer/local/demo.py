"""The demo: everything a newcomer needs to see the product work, started in order and stopped in reverse."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from core.json_values import JsonValue
from retainer.local import assets, environment, screen
from retainer.local.paths import Paths
from retainer.local.redis import free_port
from retainer.local.servers import manage, prepare_given, start_servers, write_private
from retainer.local.supervisor import Program, Supervisor

WEB_PORT, SAMPLE_PORT, MAIL_PORT = 8000, 8100, 8025
# Asking and sending have workers of their own: a target or a receiver that hangs delays no deadline.
WORKERS = {
    "worker": ("main", "sweep,default", 2),
    "worker-poll": ("poll", "poll", 1),
    "worker-deliver": ("deliver", "deliver", 1),
    "worker-mail": ("mail", "mail", 1),
}


def run(paths: Paths) -> int:
    """Starts the demo, says where to look, and watches it until stopped."""
    with Supervisor(log=paths.log) as supervisor:
        assets.build(supervisor, paths.project)
        ports = choose_ports(paths.run / "ports.json")
        env = demo_environment(paths, ports, start_servers(supervisor, paths, durable=True))
        write_private(paths.run / "servers.env", environment.shell_lines(env))
        prepare(supervisor, paths, env)
        for program in programs(paths, env, ports):
            supervisor.start(program)
        print(screen.welcome(read(paths.demo_file), paths), flush=True)
        supervisor.watch()
    return 0


def choose_ports(kept: Path) -> dict[str, int]:
    """The ports of the last start where they are free still, else the next free ones; ``PORT`` decides for the web."""
    last = json.loads(kept.read_text()) if kept.exists() else {}
    asked = os.environ.get("PORT", "")
    wanted = {
        "web": int(asked or WEB_PORT),
        "sample": last.get("sample", SAMPLE_PORT),
        "mail": last.get("mail", MAIL_PORT),
    }
    ports = {name: free_port(port) for name, port in wanted.items()}
    if asked and ports["web"] != int(asked):
        raise SystemExit(f"Port {asked} is taken. Choose another: make demo PORT={ports['web']}")
    kept.write_text(json.dumps(ports))
    return ports


def demo_environment(paths: Paths, ports: Mapping[str, int], servers: Mapping[str, str]) -> dict[str, str]:
    """What every process of the demo gets."""
    keys = environment.lasting_secrets(paths.run / "secrets.json")
    return environment.base_environment("demo", keys, servers) | {
        "BASE_URL": f"http://127.0.0.1:{ports['web']}",
        "SAMPLE_SYSTEM_URL": f"http://127.0.0.1:{ports['sample']}",
        "EMAIL_URL": f"smtp://127.0.0.1:{ports['mail']}",
        "DEMO_FILE": str(paths.demo_file),
    }


def prepare(supervisor: Supervisor, paths: Paths, env: Mapping[str, str]) -> None:
    """Brings schema, collected files and the demo agency to where this version of the product wants them."""
    prepare_given(supervisor, paths, env)
    supervisor.must(manage(paths, environment.as_owner(env), "migrate", "--noinput"))
    collect(supervisor, paths, env)
    known = read(paths.demo_file)
    # A sample system that moved to another port must be polled there.
    if known.get("sample_system_url") != env["SAMPLE_SYSTEM_URL"]:
        print("Making the demo agency with months of history…", flush=True)
        supervisor.must(manage(paths, env, "seed_demo"))
        known = read(paths.demo_file)
    now = known | {"url": env["BASE_URL"], "sample_system_url": env["SAMPLE_SYSTEM_URL"]}
    write_private(paths.demo_file, json.dumps(now, indent=2) + "\n")


def collect(supervisor: Supervisor, paths: Paths, env: Mapping[str, str]) -> None:
    """Collects the static files when they or the packages that bring some have changed."""
    stamp = paths.run / "static.stamp"
    wanted = assets.fingerprint(
        paths.project, ("retainer/static/**/*", "requirements/local.txt", "retainer/settings.py")
    )
    wanted = hashlib.sha256(f"{wanted} {sys.prefix}".encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    supervisor.must(manage(paths, env, "collectstatic", "--noinput", "--clear", "--verbosity", "0"))
    stamp.write_text(wanted)


def programs(paths: Paths, env: Mapping[str, str], ports: Mapping[str, int]) -> list[Program]:
    """The processes of the demo in the order they start."""
    python, place = sys.executable, f"127.0.0.1:{ports['web']}"

    def program(
        name: str,
        *argv: str,
        ready: Callable[[], bool] | None = None,
        death_signal: signal.Signals = signal.SIGTERM,
    ) -> Program:
        argv_of = [python, "-m", *argv]
        return Program(name=name, argv=argv_of, env=env, cwd=paths.project, ready=ready, death_signal=death_signal)

    catch = ["retainer.local.mailcatcher", "--port", str(ports["mail"]), "--directory", str(paths.mail)]
    serve = [
        "gunicorn",
        "retainer.wsgi",
        "--bind",
        place,
        "--worker-class",
        "gthread",
        "--workers",
        "2",
        "--threads",
        "4",
    ]
    work = [_worker(program, name, *queue) for name, queue in WORKERS.items()]
    beat = [
        "celery",
        "-A",
        "retainer",
        "beat",
        "-s",
        str(paths.run / "celerybeat-schedule"),
        "--pidfile=",
        "-l",
        "INFO",
    ]
    return [
        program("mail", *catch),
        program(
            "sample", "retainer.local.sample", "--port", str(ports["sample"]), ready=answers(env["SAMPLE_SYSTEM_URL"])
        ),
        program("web", *serve, ready=answers(f"http://{place}/livez"), death_signal=signal.SIGQUIT),
        *work,
        program("beat", *beat),
    ]


def answers(url: str) -> Callable[[], bool]:
    """A question whether somebody answers at ``url``, whatever the answer."""

    def ask() -> bool:
        try:
            direct().open(url, timeout=5).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    return ask


def tell_sample(paths: Paths, word: str) -> str:
    """Sends ``degrade`` or ``recover`` to the sample system and returns the state it is in then."""
    url = read(paths.demo_file).get("sample_system_url")
    try:
        request = urllib.request.Request(f"{url}/{word}", data=b"", method="POST")
        with direct().open(request, timeout=5) as answer:
            return str(json.load(answer)["state"])
    except (OSError, ValueError):
        raise SystemExit("The sample system does not answer. Start it with `make demo`.") from None


def direct() -> urllib.request.OpenerDirector:
    """An opener that goes straight to this machine, whatever proxy the environment names."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))


def read(path: Path) -> dict[str, JsonValue]:
    """What a JSON file holds; nothing where there is none."""
    found: dict[str, JsonValue] = json.loads(path.read_text()) if path.exists() else {}
    return found


def _worker(program: Callable[..., Program], name: str, node: str, queues: str, processes: int) -> Program:
    argv = ["celery", "-A", "retainer", "worker", "-Q", queues, "-c", str(processes), "-n", f"{node}@%h", "-l", "INFO"]
    # Nobody talks to its neighbours in a demo, and not waiting for their answer makes a start a second shorter.
    return program(name, *argv, "--without-gossip", "--without-mingle", death_signal=signal.SIGQUIT)
