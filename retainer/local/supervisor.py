"""A small supervisor: starts programs in order, watches them, stops them in reverse and leaves nothing behind.

Two processes share the work. The outer one, the guardian, does nothing but wait: it is the parent of last resort, so
that even a supervisor that is killed leaves no process. The inner one starts the programs, each in a session of its
own and with a signal from the kernel should the supervisor die.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from retainer.local import kernel

ASKED_TO_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LONGEST_BACKOFF = 30.0
# A program that ran this long was well, and its next crash is its first.
WELL_AFTER = 60.0


class StopAsked(Exception):
    """Somebody wants us to stop: Ctrl-C, a signal, a closed terminal."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(f"signal {signal_number}")
        self.signal_number = signal_number


class ProgramFailed(Exception):
    """A program did not start, or did not finish well. The message says where its log is."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to run and how to know that it runs. Times are seconds.

    ``become`` runs in the child before the program, to change who it is. A ``foreground`` program keeps the terminal
    and our process group, and its output is not logged. A server outlives the programs that use it.
    """

    name: str
    argv: Sequence[str | Path]
    env: Mapping[str, str]
    cwd: Path
    ready: Callable[[], bool] | None = None
    ready_seconds: float = 60.0
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGTERM
    grace_seconds: float = 10.0
    become: Callable[[], None] | None = None
    foreground: bool = False
    is_server: bool = False


@dataclass
class Child:
    """A program that was started."""

    program: Program
    process: subprocess.Popen[bytes]
    started: float
    exit_code: int | None = None
    crashes: int = 0
    restart_at: float = field(default=float("inf"))


class Supervisor:
    """Use it as a context; leaving the context stops everything."""

    def __init__(self, *, log: Path, say: Callable[[str], None] = print) -> None:
        self._log = log
        self._say = say
        self._children: list[Child] = []
        self._signals = watched_signals()

    def __enter__(self) -> Supervisor:
        signal.pthread_sigmask(signal.SIG_BLOCK, self._signals)
        kernel.adopt_orphans()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, program: Program) -> None:
        """Starts a program and returns when it is ready, or raises ``ProgramFailed``."""
        self._rotate_log(program)
        child = self._spawn(program)
        self._children.append(child)
        deadline = time.monotonic() + program.ready_seconds
        while program.ready is not None and not program.ready():
            if child.exit_code is not None or time.monotonic() > deadline:
                raise ProgramFailed(self._complaint(child, "did not start"))
            self.pause(0.05)

    def run(self, program: Program) -> int:
        """Runs a program to its end, on servers that go on meanwhile, and returns its exit code."""
        self._rotate_log(program)
        child = self._spawn(program)
        self._children.append(child)
        try:
            while child.exit_code is None:
                self.pause(1.0)
                # A server that dies under the program is started again, as in a demo.
                for server in self._children:
                    if server.program.is_server:
                        self._look_after(server)
        finally:
            self._end(child)
            self._children.remove(child)
        return child.exit_code or 0

    def must(self, program: Program) -> None:
        """Runs a program to its end and raises ``ProgramFailed`` unless it finished well."""
        child_code = self.run(program)
        if child_code != 0:
            raise ProgramFailed(f"{program.name} failed with code {child_code}.{self._tail(program)}")

    def watch(self) -> None:
        """Starts again what crashes, until ``StopAsked``."""
        while True:
            due = min((child.restart_at for child in self._children), default=float("inf"))
            self.pause(max(0.0, min(due - time.monotonic(), 1.0)))
            for child in self._children:
                self._look_after(child)

    def pause(self, seconds: float) -> None:
        """Waits for a signal or a time, collects what died, and raises ``StopAsked`` where a stop is asked for."""
        received = signal.sigtimedwait(self._signals, seconds)
        self._reap()
        if received is not None and received.si_signo != signal.SIGCHLD:
            raise StopAsked(received.si_signo)

    def stop(self) -> None:
        """Stops the programs, then the servers they use, the last one first, then whatever they left behind."""
        backwards = list(reversed(self._children))
        users = [child for child in backwards if not child.program.is_server]
        # All at once, because each of them takes a second or two to finish its work.
        for child in users:
            self._ask_to_stop(child)
        for child in users:
            self._await_end(child)
        for child in backwards:
            if child.program.is_server:
                self._end(child)
        self._children.clear()
        bury_descendants(seconds=0.0)

    def _spawn(self, program: Program) -> Child:
        self._log.mkdir(parents=True, exist_ok=True)
        parent = os.getpid()
        with self._log_file(program).open("ab") as log:
            process = subprocess.Popen(
                [str(part) for part in program.argv],
                env=dict(program.env),
                cwd=program.cwd,
                stdin=None if program.foreground else subprocess.DEVNULL,
                stdout=None if program.foreground else log,
                stderr=None if program.foreground else log,
                preexec_fn=lambda: _in_child(program, parent),
            )
        return Child(program=program, process=process, started=time.monotonic())

    def _reap(self) -> None:
        for pid, code in collect_dead():
            child = next((c for c in self._children if c.process.pid == pid), None)
            # A stranger is an orphan we adopted; having collected it is all there is to do.
            if child is not None:
                child.exit_code = child.process.returncode = code
                self._clear_session(child)

    def _look_after(self, child: Child) -> None:
        if child.exit_code is None:
            return
        now = time.monotonic()
        if child.restart_at == float("inf"):
            child.crashes = 1 if now - child.started > WELL_AFTER else child.crashes + 1
            wait = min(2.0 ** (child.crashes - 1), LONGEST_BACKOFF)
            child.restart_at = now + wait
            self._say(
                f"{self._complaint(child, 'stopped unexpectedly', tail=False)} Starting it again in {wait:.0f} s."
            )
        elif now >= child.restart_at:
            fresh = self._spawn(child.program)
            child.process, child.started = fresh.process, fresh.started
            child.exit_code, child.restart_at = None, float("inf")

    def _end(self, child: Child) -> None:
        self._ask_to_stop(child)
        self._await_end(child)

    def _ask_to_stop(self, child: Child) -> None:
        if child.exit_code is None:
            kernel.send(child.process.pid, child.program.stop_signal)

    def _await_end(self, child: Child) -> None:
        deadline = time.monotonic() + child.program.grace_seconds
        while child.exit_code is None and time.monotonic() < deadline:
            signal.sigtimedwait([signal.SIGCHLD], 0.1)
            self._reap()
        if child.exit_code is None:
            kernel.send(child.process.pid, signal.SIGKILL)
            while child.exit_code is None:
                signal.sigtimedwait([signal.SIGCHLD], 0.1)
                self._reap()

    def _clear_session(self, child: Child) -> None:
        """What a dead program left running would hold its port or its data."""
        if not child.program.foreground:
            for pid in kernel.session_members(child.process.pid):
                kernel.send(pid, signal.SIGKILL)

    def _rotate_log(self, program: Program) -> None:
        """Keeps the log of the start before this one, and no more."""
        if (log := self._log_file(program)).exists():
            log.replace(log.with_suffix(".log.1"))

    def _log_file(self, program: Program) -> Path:
        return self._log / f"{program.name}.log"

    def _complaint(self, child: Child, what: str, *, tail: bool = True) -> str:
        code = "no answer" if child.exit_code is None else f"code {child.exit_code}"
        after = self._tail(child.program) if tail else f" Its log is {self._log_file(child.program)}."
        return f"{child.program.name} {what} ({code}).{after}"

    def _tail(self, program: Program) -> str:
        if program.foreground:
            return ""
        lines = self._log_file(program).read_text(errors="replace").splitlines()[-25:]
        return f" The end of {self._log_file(program)}:\n" + "\n".join(f"  {line}" for line in lines)


def guarded(work: Callable[[], int], *, with_parent: bool = False, afterwards: Callable[[], None] | None = None) -> int:
    """Runs ``work`` in a child and returns its exit code once nothing below this process is left alive.

    ``with_parent`` ties our life to that of whoever started us. ``afterwards`` cleans up, however ``work`` ended.
    """
    signals = watched_signals()
    parent, guardian = os.getppid(), os.getpid()
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    if with_parent:
        kernel.die_with_parent(signal.SIGTERM, parent)
    kernel.adopt_orphans()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        _work_as_child(work, guardian, afterwards)
    code = _wait_for(child, signals)
    bury_descendants(seconds=5.0)
    if afterwards is not None:
        afterwards()
    return code


def watched_signals() -> set[signal.Signals]:
    """What we wait for. A hang-up counts unless somebody (nohup) had it ignored before us."""
    ignored = {signal.SIGHUP} if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN else set()
    return {*ASKED_TO_STOP, signal.SIGCHLD} - ignored


def collect_dead() -> list[tuple[int, int]]:
    """(process, exit code) of every child that ended; minus the signal where one killed it."""
    dead: list[tuple[int, int]] = []
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return dead
        if pid == 0:
            return dead
        dead.append((pid, os.waitstatus_to_exitcode(status)))


def bury_descendants(*, seconds: float) -> None:
    """Waits ``seconds`` for our descendants to end by themselves and kills those who do not."""
    deadline = time.monotonic() + seconds
    while living := kernel.descendants(os.getpid()):
        if time.monotonic() >= deadline:
            for pid in living:
                kernel.send(pid, signal.SIGKILL)
        collect_dead()
        time.sleep(0.02)
    collect_dead()


def _in_child(program: Program, parent: int) -> None:
    # Background jobs of a shell come with the interrupt ignored, which our programs must not inherit.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    if not program.foreground:
        os.setsid()
    if program.become is not None:
        program.become()
    # Last, because changing who we are withdraws the request.
    kernel.die_with_parent(program.death_signal, parent)


def _work_as_child(work: Callable[[], int], guardian: int, afterwards: Callable[[], None] | None) -> None:
    code = 1
    try:
        kernel.die_with_parent(signal.SIGTERM, guardian)
        code = work()
    except StopAsked as stop:
        code = 128 + stop.signal_number
    except ProgramFailed as failure:
        print(failure, file=sys.stderr)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        # Where the guardian was killed, nobody else is left to clean up.
        if afterwards is not None and os.getppid() != guardian:
            afterwards()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _wait_for(child: int, signals: set[signal.Signals]) -> int:
    while True:
        received = signal.sigtimedwait(signals, 1.0)
        if received is not None and received.si_signo != signal.SIGCHLD:
            kernel.send(child, received.si_signo)
        for pid, code in collect_dead():
            if pid == child:
                return code if code >= 0 else 128 - code
