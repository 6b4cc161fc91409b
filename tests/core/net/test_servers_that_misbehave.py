"""Issue 3, X26: a target that hangs, drips, floods or lies costs a class, a bounded time and a bounded memory."""

from __future__ import annotations

import contextlib
import gzip
import os
import resource
import socket
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.net.client import Failure, MultiLoop, Request, Response, fetch
from core.net.guard import Allowance
from tests.core.net.lab import Script, endless, hangs, raw, says, self_signed, serving

OK = b"HTTP/1.1 200 OK\r\n"
MEGABYTE = 1 << 20


def _bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(MEGABYTE)
    return b"".join(packer.compress(zeros) for _megabyte in range(megabytes)) + packer.flush()


LATE: dict[str, Script] = {
    "hangs before the answer": hangs,
    "drips its body": endless(OK + b"Content-Length: 1000000\r\n\r\n", b"x", pause=0.02),
    "drips its headers": endless(OK, b"X-A: b\r\n", pause=0.02),
    "drips chunks": endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", pause=0.02),
    "says wait and wait": endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", pause=0.02),
}

BROKEN: dict[str, tuple[Script, str]] = {
    "closes at once": (raw(b""), "protocol"),
    "closes in the status line": (raw(b"HTTP/1."), "protocol"),
    "closes in the body": (raw(OK + b"Content-Length: 100\r\n\r\nhalf"), "protocol"),
    "speaks another language": (raw(b"220 mail.internal ESMTP\r\n"), "protocol"),
    "breaks its chunks": (raw(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n"), "protocol"),
    "ends in a chunk": (raw(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhel"), "protocol"),
    "counts backwards": (raw(OK + b"Content-Length: -5\r\n\r\nhello"), "protocol"),
    "says gzip and sends text": (says(b"this is no gzip at all", "Content-Encoding: gzip"), "decode"),
    "cuts its gzip with rubbish": (
        says(gzip.compress(b"x" * 5000)[:20] + b"?" * 40, "Content-Encoding: gzip"),
        "decode",
    ),
    "packs in its own way": (says(b"zzz", "Content-Encoding: homegrown"), "decode"),
    "sends headers without end": (endless(OK, b"X-A: " + b"b" * 8000 + b"\r\n"), "protocol"),
    "sends one header without end": (endless(OK + b"X-A: ", b"b" * 65536), "too_large"),
}

FLOODS: dict[str, Script] = {
    "announces 100 MB": endless(OK + b"Content-Length: 104857600\r\n\r\n", b"x" * 65536),
    "never ends": endless(OK + b"\r\n", b"x" * 65536),
    "never ends its chunks": endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65536 + b"\r\n"),
    "unpacks to 200 MB": says(_bomb(200), "Content-Encoding: gzip"),
    "unpacks to 200 MB in chunks": raw(
        OK + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n" + b"%x\r\n" % len(_bomb(200)) + _bomb(200)
    ),
    "packs it twice": says(gzip.compress(_bomb(200)), "Content-Encoding: gzip, gzip"),
}


@pytest.mark.parametrize("script", LATE.values(), ids=list(LATE))
def test_a_target_that_takes_its_time_is_given_up_when_the_time_is_up(script: Script) -> None:
    with serving(script) as wire:
        began = time.monotonic()
        outcome = wire.ask(timeout_ms=300)
        took = time.monotonic() - began
    assert isinstance(outcome, Failure)
    assert outcome.error_class == "timeout"
    assert 0.25 < took < 1.0
    assert 250_000 < outcome.total_us < 1_000_000


@pytest.mark.parametrize(("script", "expected"), BROKEN.values(), ids=list(BROKEN))
def test_a_broken_answer_has_a_class_and_no_body(script: Script, expected: str) -> None:
    with serving(script) as wire:
        outcome = wire.ask()
    assert isinstance(outcome, Failure)
    assert outcome.error_class == expected


@pytest.mark.parametrize("script", FLOODS.values(), ids=list(FLOODS))
def test_a_flood_is_cut_off_and_never_held_in_memory(script: Script) -> None:
    with serving(script) as wire:
        tracemalloc.start()
        try:
            outcome = wire.ask(timeout_ms=5000)
            _now, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        time.sleep(0.05)
        sent = wire.sent
    assert isinstance(outcome, Failure)
    assert outcome.error_class == "too_large"
    # The sockets' buffers hold a few megabytes more than was read.
    assert sent < 20 * MEGABYTE
    assert peak < 4 * MEGABYTE


def test_an_answer_of_exactly_the_most_bytes_is_read_and_one_more_is_not() -> None:
    with serving(says(b"x" * 1000)) as wire:
        whole, cut = wire.ask(max_bytes=1000), wire.ask(max_bytes=999)
    assert isinstance(whole, Response)
    assert len(whole.body) == 1000
    assert isinstance(cut, Failure)
    assert cut.error_class == "too_large"


@pytest.mark.parametrize("packing", ["gzip", "deflate"])
def test_a_packed_answer_is_unpacked(packing: str) -> None:
    body = gzip.compress(b'{"rate": 0.9}') if packing == "gzip" else zlib.compress(b'{"rate": 0.9}')
    with serving(says(body, f"Content-Encoding: {packing}")) as wire:
        outcome = wire.ask()
    assert isinstance(outcome, Response)
    assert outcome.body == b'{"rate": 0.9}'


def test_an_answer_with_ten_thousand_headers_keeps_a_hundred() -> None:
    with serving(says(b"fine", *(f"X-{number}: {number}" for number in range(4000)))) as wire:
        outcome = wire.ask()
    assert isinstance(outcome, Response)
    assert len(outcome.headers) == 100


def test_a_certificate_that_nobody_vouched_for_is_refused(tmp_path: Path) -> None:
    with serving(says(), tls=self_signed(tmp_path)) as wire:
        outcome = wire.ask()
        assert isinstance(outcome, Failure)
        assert (outcome.error_class, b"".join(wire.requests)) == ("tls", b"")


def test_a_server_without_tls_is_not_spoken_to_in_the_clear() -> None:
    with serving(raw(b"HTTP/1.1 400 Bad Request\r\n\r\n"), reads_first=False) as wire:
        outcome = wire.ask(url=wire.url.replace("http:", "https:"))
    assert isinstance(outcome, Failure)
    assert outcome.error_class == "tls"


def test_a_handshake_that_hangs_is_given_up_when_the_time_is_up() -> None:
    with serving(endless(b"", b"", pause=0.05), reads_first=False) as wire:
        outcome = wire.ask(url=wire.url.replace("http:", "https:"), timeout_ms=300)
    assert isinstance(outcome, Failure)
    assert outcome.error_class == "timeout"


def test_a_connection_that_is_never_accepted_has_a_class_of_its_own() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _place in range(4)]
        for one in waiting:
            # A queue that is full drops the next ones, as a firewall does.
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        outcome = fetch(
            Request(
                f"http://127.0.0.1:{port}/",
                timeout_ms=2000,
                connect_timeout_ms=300,
                allowances=(Allowance("127.0.0.1", port),),
            )
        )
        for one in waiting:
            one.close()
    assert isinstance(outcome, Failure)
    assert outcome.error_class == "connect_timeout"
    assert outcome.total_us < 1_500_000


@pytest.fixture
def no_file_left() -> Iterator[Callable[[], None]]:
    """Uses up what this process may open, once it is called, and gives it back afterwards."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken: list[int] = []

    def take() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 256), hard))
        with contextlib.suppress(OSError):
            while True:
                taken.append(os.dup(0))

    yield take
    for number in taken:
        os.close(number)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_m39_a_machine_without_sockets_to_give_blames_no_target(no_file_left: Callable[[], None]) -> None:
    """What the target would have said is not known."""
    with serving(says()) as wire:
        loop = MultiLoop(1)
        loop.add(wire.request(), None)
        no_file_left()
        [(_tag, outcome)] = loop.poll(2)
        loop.close()
    assert isinstance(outcome, Failure)
    assert outcome.error_class == "internal"
