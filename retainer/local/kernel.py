"""What Linux gives a supervisor: death signals, adopted orphans, user namespaces and the process table."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
from collections import defaultdict
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
IPC_RMID = 0
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000

# Loaded once in the parent: loading a library between fork and exec is not safe.
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(signal_number: int, parent: int) -> None:
    """Asks the kernel for a signal when ``parent`` dies; called by the child itself."""
    _check(_libc.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0))
    # The parent may have died before the request stood.
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def adopt_orphans() -> None:
    """Makes this process the parent of every descendant whose own parent dies."""
    _check(_libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))


def hide_root() -> None:
    """Moves this process into a user namespace where it has an ordinary account, and an IPC namespace of its own.

    Files stay those of the outer user. Shared memory goes with the last process of the namespace.
    """
    uid, gid = os.geteuid(), os.getegid()
    account = ordinary_account()
    _check(_libc.unshare(CLONE_NEWUSER | CLONE_NEWIPC))
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{account.pw_uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{account.pw_gid} {gid} 1")


def can_hide_root() -> bool:
    """Whether this machine lets us make user namespaces, found out by a child that tries."""
    child = os.fork()
    if child == 0:
        try:
            hide_root()
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def ordinary_account() -> pwd.struct_passwd:
    """The account without privileges that every machine has; ``nobody`` where there is one."""
    accounts = [entry for entry in pwd.getpwall() if entry.pw_uid != 0]
    if not accounts:
        raise OSError("This machine has no account besides root.")
    return next((entry for entry in accounts if entry.pw_name == "nobody"), accounts[0])


def session_members(session: int) -> list[int]:
    """The living processes of a session."""
    return [pid for pid, _, owner in _process_table() if owner == session]


def descendants(ancestor: int) -> list[int]:
    """Every living process below ``ancestor``, nearest first."""
    children: dict[int, list[int]] = defaultdict(list)
    for pid, parent, _ in _process_table():
        children[parent].append(pid)
    found: list[int] = []
    level = [ancestor]
    while level:
        level = [child for parent in level for child in children[parent]]
        found += level
    return found


def send(pid: int, signal_number: int) -> bool:
    """Signals a process; false where it is gone already."""
    try:
        os.kill(pid, signal_number)
    except ProcessLookupError:
        return False
    return True


def is_alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    return any(pid == living for living, _, _ in _process_table())


def remove_memory(key: int, segment: int, creator: int) -> None:
    """Gives back a System V shared memory segment whose creator was killed before it could; others' stay."""
    for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]:
        fields = [int(field) for field in line.split()[:6]]
        # The same number may belong to somebody else by now, or in another namespace. Here a key has a sign.
        if (fields[0] % 2**32, fields[1], fields[4]) == (key % 2**32, segment, creator):
            _check(_libc.shmctl(segment, IPC_RMID, None))


def _process_table() -> list[tuple[int, int, int]]:
    """(process, parent, session) of everything that is not a zombie."""
    rows = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            line = Path("/proc", entry, "stat").read_text(errors="replace")
        except OSError:
            continue
        # The name in parentheses may hold spaces and parentheses itself.
        state, parent, _, session = line.rpartition(")")[2].split()[:4]
        if state not in "ZX":
            rows.append((int(entry), int(parent), int(session)))
    return rows


def _check(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
