"""One outbound client on libcurl: single requests, and a loop that keeps many in flight on one thread.

The guard sits in the callback that opens the socket, so the address that is vetted is the address that is used. No
redirect is followed, proxies of the environment are ignored, and bytes are counted after decompression.

The loop keeps a clock of its own, which stands still while nobody looks at the sockets: a process that was frozen,
or held up by a slow commit, says nothing of the other side.
"""

from __future__ import annotations

import errno
import re
import socket
import time
from collections.abc import Hashable, Mapping
from io import BytesIO
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

import pycurl

from core.net.guard import Allowance, is_public
from core.net.stalls import STALLED_SECONDS, FairClock

ErrorClass = Literal[
    "dns", "refused", "connect_timeout", "tls", "timeout", "too_large", "decode", "blocked", "protocol", "internal"
]

MOST_BYTES = 1 << 20
USER_AGENT = "Retainer/1"
_HTTP_ONLY = pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# This machine has no more sockets to give; that says nothing about the other side.
_OUR_TROUBLE = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})

# A look at the sockets is due this often.
LOOK_SECONDS = 0.05
# libcurl's own timer runs on while we stand still. It ends what our clock does not end in time.
OWN_TIMER_LATER_MS = 10_000

# pycurl has no name for it: a header, or all of them together, longer than libcurl takes.
_E_TOO_LARGE = 100

# libcurl's code -> the class a tenant sees. What is not listed is "protocol".
_CLASSES: dict[int, ErrorClass] = {
    pycurl.E_COULDNT_RESOLVE_HOST: "dns",
    pycurl.E_COULDNT_CONNECT: "refused",
    pycurl.E_SSL_CONNECT_ERROR: "tls",
    pycurl.E_PEER_FAILED_VERIFICATION: "tls",
    pycurl.E_SSL_CACERT_BADFILE: "tls",
    pycurl.E_SSL_CERTPROBLEM: "tls",
    pycurl.E_BAD_CONTENT_ENCODING: "decode",
    pycurl.E_WRITE_ERROR: "too_large",
    pycurl.E_FILESIZE_EXCEEDED: "too_large",
    _E_TOO_LARGE: "too_large",
}

# What the other side, or something between, does to a connection that nobody serves for a while.
_HURT_BY_A_STALL = frozenset({"dns", "refused", "tls", "protocol"})


class Request(NamedTuple):
    """What to ask. Times in milliseconds, sizes in bytes after decompression."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = MappingProxyType({})
    body: bytes = b""
    timeout_ms: int = 10_000
    connect_timeout_ms: int = 5_000
    max_bytes: int = MOST_BYTES
    # Whoever reads the body alone spares the work of collecting the headers.
    wants_headers: bool = True
    allowances: tuple[Allowance, ...] = ()


class Response(NamedTuple):
    """What came back. Times in microseconds since the start: name found, connected, secured, first byte, all."""

    status: int
    headers: dict[str, str]
    body: bytes
    dns_us: int
    connect_us: int
    tls_us: int
    first_byte_us: int
    total_us: int
    # Nobody looked for so long meanwhile that the times say nothing.
    stalled: bool = False


class Failure(NamedTuple):
    """Why nothing came back: a class, and nothing of what the other side or the network said."""

    error_class: ErrorClass
    total_us: int


Outcome = Response | Failure


# What libcurl tells of a socket it wants: family, kind, protocol, and the address, whose host and port stand first.
_Address: TypeAlias = tuple[int, int, int, tuple[str | int, ...]]


class _Handed(socket.socket):
    """A socket of which libcurl takes a copy; ours ends unclosed, and Python describes it for a warning nobody sees."""

    def __repr__(self) -> str:
        return "<socket>"


class _Transfer:
    """One request on one libcurl handle."""

    def __init__(self, handle: pycurl.Curl) -> None:
        self.handle = handle
        self.tag: Hashable = None
        self.request: Request | None = None
        self.blocked = False
        self.too_large = False
        self.no_socket = False
        self.size = 0
        self.body = BytesIO()
        self.headers: dict[str, str] = {}
        # When it must be done by the loop's clock, and what that clock had left out before it began.
        self.done_by = self.lost_before = 0.0

    def prepare(self, request: Request, tag: Hashable, *, later_ms: int = 0) -> None:
        """Sets everything anew; a handle is reused and must carry nothing from one agency to the next.

        ``later_ms`` is how much later than asked libcurl's own timer ends it. Not so the one for connecting, by which
        libcurl also judges when to try the next address of a name.
        """
        self.tag, self.request = tag, request
        self.blocked, self.too_large, self.no_socket, self.size = False, False, False, 0
        self.body, self.headers = BytesIO(), {}
        handle = self.handle
        handle.reset()
        handle.setopt(pycurl.URL, request.url)
        handle.setopt(pycurl.PROTOCOLS, _HTTP_ONLY)
        handle.setopt(pycurl.FOLLOWLOCATION, 0)
        handle.setopt(pycurl.PROXY, "")
        handle.setopt(pycurl.NOPROXY, "*")
        handle.setopt(pycurl.NETRC, pycurl.NETRC_IGNORED)
        handle.setopt(pycurl.NOSIGNAL, 1)
        handle.setopt(pycurl.TIMEOUT_MS, request.timeout_ms + later_ms)
        handle.setopt(pycurl.CONNECTTIMEOUT_MS, _connect_ms(request))
        handle.setopt(pycurl.DNS_CACHE_TIMEOUT, 0)
        # A connection that another agency was allowed to open must not be reused past the guard.
        handle.setopt(pycurl.FRESH_CONNECT, 1)
        handle.setopt(pycurl.FORBID_REUSE, 1)
        handle.setopt(pycurl.ACCEPT_ENCODING, "gzip, deflate")
        handle.setopt(pycurl.USERAGENT, USER_AGENT)
        handle.setopt(pycurl.HTTPHEADER, [*_header_lines(request.headers), "Expect:"])
        handle.setopt(pycurl.OPENSOCKETFUNCTION, self._open)
        handle.setopt(pycurl.WRITEFUNCTION, self._write)
        if request.wants_headers:
            handle.setopt(pycurl.HEADERFUNCTION, self._header)
        self._set_method(request)

    def _set_method(self, request: Request) -> None:
        if request.method == "HEAD":
            self.handle.setopt(pycurl.NOBODY, 1)
        elif request.method != "GET":
            self.handle.setopt(pycurl.POST, 1)
            self.handle.setopt(pycurl.CUSTOMREQUEST, request.method)
            # Not COPYPOSTFIELDS, which takes no zero byte.
            self.handle.setopt(pycurl.POSTFIELDS, request.body)

    def _open(self, purpose: int, address: _Address) -> socket.socket | int:
        """Opens the socket to a vetted address, or none. libcurl reports both a refusal and a closed port alike."""
        family, kind, protocol, where = address
        host, port = str(where[0]), int(where[1])
        if not is_public(host) and not self._is_allowed(port):
            self.blocked = True
            return int(pycurl.SOCKET_BAD)
        try:
            return _Handed(family, kind, protocol)
        except OSError as error:
            self.no_socket = self.no_socket or error.errno in _OUR_TROUBLE
            return int(pycurl.SOCKET_BAD)

    def _is_allowed(self, port: int) -> bool:
        request = self.request
        if request is None:
            return False
        host = request.url.split("://", 1)[1].split("/", 1)[0].split("?", 1)[0]
        name = host.rsplit(":", 1)[0] if not host.endswith("]") and ":" in host else host
        return Allowance(name.strip("[]").lower(), port) in request.allowances

    def _write(self, chunk: bytes) -> int:
        """Counts what comes out of the decompression; stopping short makes libcurl abort."""
        assert self.request is not None
        self.size += len(chunk)
        if self.size > self.request.max_bytes:
            self.too_large = True
            return 0
        return self.body.write(chunk)

    def _header(self, line: bytes) -> int:
        name, colon, value = line.decode("iso-8859-1").partition(":")
        if colon and len(self.headers) < 100:
            self.headers[name.strip().lower()] = value.strip()
        return len(line)

    def response(self) -> Response:
        """What came back, once it is complete."""
        info = self.handle.getinfo
        return Response(
            status=int(info(pycurl.RESPONSE_CODE)),
            headers=self.headers,
            body=self.body.getvalue(),
            dns_us=_micro(info(pycurl.NAMELOOKUP_TIME)),
            connect_us=_micro(info(pycurl.CONNECT_TIME)),
            tls_us=_micro(info(pycurl.APPCONNECT_TIME)),
            first_byte_us=_micro(info(pycurl.STARTTRANSFER_TIME)),
            total_us=_micro(info(pycurl.TOTAL_TIME)),
        )

    def failure(self, code: int) -> Failure:
        """The class of what went wrong."""
        total = _micro(self.handle.getinfo(pycurl.TOTAL_TIME))
        return Failure(self._class(code), total)

    def is_connecting(self) -> bool:
        """Whether it is not connected yet, or not secured."""
        assert self.request is not None
        secured = self.request.url.startswith("https:")
        return not self.handle.getinfo(pycurl.APPCONNECT_TIME if secured else pycurl.CONNECT_TIME)

    def _class(self, code: int) -> ErrorClass:
        if self.blocked:
            return "blocked"
        if self.too_large:
            return "too_large"
        if self.no_socket:
            return "internal"
        if code == pycurl.E_OPERATION_TIMEDOUT:
            return "timeout" if self.handle.getinfo(pycurl.CONNECT_TIME) > 0 else "connect_timeout"
        return _CLASSES.get(code, "protocol")


class MultiLoop:
    """Many requests in flight on one thread. A target that hangs holds one place and nobody else.

    ``add`` up to ``size`` requests, ``poll`` for those that are finished, and fill up again.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._multi = pycurl.CurlMulti()
        self._free = [_Transfer(pycurl.Curl()) for _place in range(size)]
        self._busy: dict[pycurl.Curl, _Transfer] = {}
        self._clock, self._next_sweep = FairClock(), 0.0

    @property
    def active(self) -> int:
        """How many requests are in flight."""
        return len(self._busy)

    @property
    def free(self) -> int:
        """How many more may be added now."""
        return len(self._free)

    def add(self, request: Request, tag: Hashable) -> None:
        """Starts a request; ``tag`` comes back with its outcome.

        Raises IndexError where no place is free, ValueError where the request cannot be written.
        """
        transfer = self._free[-1]
        # A request that cannot be prepared raises here, and must not take the place with it.
        transfer.prepare(request, tag, later_ms=OWN_TIMER_LATER_MS)
        self._free.pop()
        self._clock.tick()
        transfer.lost_before = self._clock.lost
        transfer.done_by = self._clock.now + request.timeout_ms / 1000
        self._busy[transfer.handle] = transfer
        self._multi.add_handle(transfer.handle)

    def poll(self, seconds: float) -> list[tuple[Hashable, Outcome]]:
        """The requests that finish within ``seconds``; returns early only when nothing is in flight."""
        finished: list[tuple[Hashable, Outcome]] = []
        deadline = time.monotonic() + seconds
        while self._busy:
            finished += self.look()
            left = deadline - time.monotonic()
            if left <= 0 or not self._busy:
                break
            self.wait(left)
        return finished

    def look(self) -> list[tuple[Hashable, Outcome]]:
        """Moves every request on as far as it goes now; returns those that are finished."""
        self._clock.tick()
        # First what has come, then the clock: whatever arrived while nobody looked is not late.
        self._multi.perform()
        finished = self._collect()
        if self._clock.now >= self._next_sweep:
            self._next_sweep = self._clock.now + LOOK_SECONDS
            overdue = [one for one in self._busy.values() if one.done_by <= self._clock.now]
            finished += [self._finish(one.handle, pycurl.E_OPERATION_TIMEDOUT) for one in overdue]
        return finished

    def wait(self, seconds: float) -> None:
        """Waits until something happens on a socket, no longer than a look may be away."""
        self._multi.select(min(seconds, LOOK_SECONDS))

    def _collect(self) -> list[tuple[Hashable, Outcome]]:
        outcomes: list[tuple[Hashable, Outcome]] = []
        more = 1
        while more:
            more, good, bad = self._multi.info_read()
            outcomes += [self._finish(handle, None) for handle in good]
            outcomes += [self._finish(handle, code) for handle, code, _text in bad]
        return outcomes

    def _finish(self, handle: pycurl.Curl, code: int | None) -> tuple[Hashable, Outcome]:
        transfer = self._busy.pop(handle)
        outcome: Outcome = transfer.response() if code is None else transfer.failure(code)
        self._multi.remove_handle(handle)
        self._free.append(transfer)
        lost = self._clock.lost - transfer.lost_before
        return transfer.tag, self._fairly(transfer, outcome, lost) if lost else outcome

    def _fairly(self, transfer: _Transfer, outcome: Outcome, lost: float) -> Outcome:
        """What we stood still for is our own failure: neither a time nor a torn connection is the other side's."""
        assert transfer.request is not None
        if isinstance(outcome, Response):
            return outcome._replace(stalled=lost > STALLED_SECONDS)
        ours = outcome.error_class in _HURT_BY_A_STALL and lost > STALLED_SECONDS
        if outcome.error_class in ("timeout", "connect_timeout"):
            enough = _connect_ms(transfer.request) / 2000 if transfer.is_connecting() else 0
            ours = lost > enough and transfer.done_by > self._clock.now
        return outcome._replace(error_class="internal") if ours else outcome

    def close(self) -> None:
        """Ends everything that is still in flight."""
        for handle in list(self._busy):
            self._multi.remove_handle(handle)
        for transfer in [*self._busy.values(), *self._free]:
            transfer.handle.close()
        self._busy.clear()
        self._free.clear()
        self._multi.close()


def fetch(request: Request) -> Outcome:
    """One request, waited for."""
    transfer = _Transfer(pycurl.Curl())
    try:
        transfer.prepare(request, None)
        transfer.handle.perform()
        return transfer.response()
    except pycurl.error as error:
        return transfer.failure(int(error.args[0]))
    finally:
        transfer.handle.close()


def _header_lines(headers: Mapping[str, str]) -> list[str]:
    """One line each; libcurl would send a line break as it is, and with it a header of somebody's own."""
    lines = [f"{name}: {value}" for name, value in headers.items()]
    if any(_CONTROL.search(line) for line in lines):
        raise ValueError("a header with a control character")
    return lines


def _connect_ms(request: Request) -> int:
    return min(request.connect_timeout_ms, request.timeout_ms)


def _micro(seconds: float) -> int:
    return int(seconds * 1_000_000)
