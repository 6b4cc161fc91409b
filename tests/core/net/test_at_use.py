"""X26: the same judgement falls again when the socket is opened, whatever was said when the URL was saved."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.net.client import Failure, MultiLoop, Outcome, Request, Response, fetch
from core.net.guard import Allowance, check_url
from tests.core.net.lab import hangs, raw, says, serving

# Loopback, as libcurl reads it; the port is put in by the test.
SPELLINGS = (
    *("127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "0"),
    *("0.0.0.0", "127.0.0.1.", "localhost", "LOCALHOST", "localhost.", "127.8.8.8", "user:secret@127.0.0.1"),
    *("example.com@127.0.0.1", "8.8.8.8@127.0.0.1"),
)
INNER = (
    *("http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://100.64.0.1/", "http://192.168.0.1/"),
    *("http://0xa9fea9fe/", "http://2852039166/", "http://224.0.0.1/", "http://255.255.255.255/", "https://10.0.0.1/"),
    *("http://168.63.129.16/",),
)
INNER_V6 = (
    *("http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:a9fe:a9fe]/"),
    *("http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[2001:0:7f00:1::]/", "http://[fec0::1]/"),
    *("http://[fe80::1]/", "http://[fd00:ec2::254]/", "http://[ff02::1]/", "http://[2001:470::200:5efe:7f00:1]/"),
)


def _class(outcome: Outcome) -> str:
    return outcome.error_class if isinstance(outcome, Failure) else f"answered {outcome.status}"


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_x26_no_spelling_of_loopback_reaches_a_server_that_listens_there(spelling: str) -> None:
    with serving(says()) as wire:
        outcome = fetch(Request(f"http://{spelling}:{wire.port}/", timeout_ms=1000))
        # "127.0.0.1." is a name to libcurl, and one that no resolver knows.
        assert _class(outcome) in ("blocked", "dns")
        assert _class(outcome) == "blocked" or spelling.endswith(".")
        assert wire.connections == 0


@pytest.mark.parametrize("url", INNER)
def test_x26_no_inner_address_is_dialled(url: str) -> None:
    assert _class(fetch(Request(url, timeout_ms=1000))) == "blocked"


@pytest.mark.parametrize("url", INNER_V6)
def test_x26_m30_no_inner_ipv6_address_is_dialled(url: str) -> None:
    # Where the machine has no IPv6 libcurl does not even ask for a socket.
    assert _class(fetch(Request(url, timeout_ms=1000))) in ("blocked", "dns", "refused")


def test_x26_a_name_that_turned_inward_after_it_was_saved_is_not_reached() -> None:
    """A rebinding resolver: the name was public while it was judged, and is loopback when it is used."""
    with serving(says()) as wire:
        url = f"http://localhost:{wire.port}/"
        assert check_url(url, resolver=lambda host, port: ["93.184.216.34"]).url == url
        assert _class(fetch(Request(url, timeout_ms=1000))) == "blocked"
        assert wire.connections == 0


def test_x26_a_refusal_and_a_closed_port_are_told_apart() -> None:
    """libcurl reports both with the same number."""
    with serving(says()) as wire:
        request = wire.request()
    assert _class(fetch(request)) == "refused"
    assert _class(fetch(Request(request.url))) == "blocked"


def test_what_is_allowed_by_exact_host_and_port_is_reached() -> None:
    with serving(says(b"fine")) as wire:
        outcome = wire.ask()
        assert isinstance(outcome, Response)
        assert (outcome.status, outcome.body, outcome.headers["content-length"]) == (200, b"fine", "4")
        assert 0 < outcome.connect_us <= outcome.first_byte_us <= outcome.total_us


@pytest.mark.parametrize(
    "allowed",
    ["localhost", "127.0.0.2", "model.internal", "example.com"],
)
def test_x26_an_allowance_for_one_host_opens_no_other_on_the_same_port(allowed: str) -> None:
    with serving(says()) as wire:
        for host in (
            "127.0.0.1",
            f"{allowed}@127.0.0.1",
            f"{allowed}:{wire.port}@127.0.0.1",
            f"127.0.0.1:{wire.port}#",
        ):
            outcome = fetch(
                Request(f"http://{host}:{wire.port}/", allowances=(Allowance(allowed, wire.port),), timeout_ms=1000)
            )
            assert isinstance(outcome, Failure)
        assert wire.connections == 0


def test_x26_an_allowance_for_one_port_opens_no_other() -> None:
    with serving(says()) as open_one, serving(says()) as other:
        assert _class(fetch(Request(other.url, allowances=open_one.allowances))) == "blocked"
        assert other.connections == 0


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Again", "308 For good"])
def test_x26_a_redirect_is_handed_back_and_never_followed(status: str) -> None:
    with (
        serving(says(b"inner")) as inner,
        serving(says(b"", f"Location: {inner.url}", "Refresh: 0; url=" + inner.url, status=status)) as wire,
    ):
        # Even where the other one is allowed as well.
        outcome = wire.ask(allowances=wire.allowances + inner.allowances, headers={"Authorization": "Bearer x"})
        assert isinstance(outcome, Response)
        assert (outcome.status, inner.connections) == (int(status[:3]), 0)


def test_x26_the_connection_that_one_agency_opened_serves_no_other() -> None:
    """The server would keep it alive; the second request goes over the same handle without the allowance."""
    with serving(says()) as wire:
        loop = MultiLoop(1)
        try:
            loop.add(wire.request(), "allowed")
            assert [_class(outcome) for _tag, outcome in loop.poll(2)] == ["answered 200"]
            loop.add(Request(wire.url), "not allowed")
            assert [_class(outcome) for _tag, outcome in loop.poll(2)] == ["blocked"]
        finally:
            loop.close()
        assert len(wire.requests) == 1


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy", "HTTPS_PROXY"])
def test_x26_a_proxy_of_the_environment_is_ignored(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(says(b"by proxy")) as proxy, serving(says(b"straight")) as wire:
        monkeypatch.setenv(name, proxy.url)
        outcome = wire.ask()
        assert isinstance(outcome, Response)
        assert (outcome.body, proxy.connections) == (b"straight", 0)
        # A proxy would also be the way around the guard: it, not we, would open the socket.
        assert _class(fetch(Request("https://10.0.0.1/", timeout_ms=500))) == "blocked"
        assert proxy.connections == 0


def test_a_password_file_of_the_machine_is_not_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login somebody password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with serving(says()) as wire:
        wire.ask()
        assert b"authorization" not in wire.requests[0].lower()


def test_a_cookie_of_one_answer_is_not_sent_with_the_next_request() -> None:
    with serving(says(b"", "Set-Cookie: agency=north; Path=/")) as wire:
        loop = MultiLoop(1)
        for number in range(2):
            loop.add(wire.request(), number)
            loop.poll(2)
        loop.close()
        assert [b"cookie" in request.lower() for request in wire.requests] == [False, False]


@pytest.mark.parametrize("url", ["file:///etc/passwd", "gopher://127.0.0.1/", "dict://127.0.0.1:6379/info", "ftp://a/"])
def test_x26_only_http_is_spoken(url: str) -> None:
    outcome = fetch(Request(url, allowances=(Allowance("127.0.0.1", 6379),)))
    assert _class(outcome) == "protocol"


def test_a_header_with_a_line_break_is_not_sent() -> None:
    with serving(says()) as wire:
        for value in ("Bearer x\r\nHost: internal", "Bearer x\n", "Bearer\0x"):
            with pytest.raises(ValueError, match="control character"):
                wire.ask(headers={"Authorization": value})
        assert wire.connections == 0


def test_a_body_arrives_byte_for_byte_and_stays_out_of_the_next_request() -> None:
    body = bytes(range(256)) * 20
    with serving(says()) as wire:
        loop = MultiLoop(1)
        loop.add(wire.request(method="POST", body=body, headers={"X-One": "1"}), "first")
        loop.poll(2)
        loop.add(wire.request(), "second")
        loop.poll(2)
        loop.close()
        first, second = wire.requests
    assert first.startswith(b"POST / ")
    assert first.endswith(b"\r\n\r\n" + body)
    assert second.startswith(b"GET / ")
    assert b"X-One" not in second
    assert b"ontent-" not in second


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_request_without_a_body_says_that_it_has_none(method: str) -> None:
    with serving(says()) as wire:
        assert _class(wire.ask(method=method)) == "answered 200"
        assert wire.requests[0].startswith(f"{method} / ".encode())
        assert b"Content-Length: 0\r\n" in wire.requests[0]


def test_nothing_of_what_the_other_side_said_is_in_a_failure() -> None:
    with serving(raw(b"SSH-2.0-OpenSSH_9.9 on db-17.internal\r\n")) as wire, serving(hangs) as other:
        outcomes = [wire.ask(), other.ask(timeout_ms=200)]
    assert [_class(outcome) for outcome in outcomes] == ["protocol", "timeout"]
    assert "internal" not in repr(outcomes)
