"""X26, M30, M31: which addresses and URLs may be used at all, as judged when one is saved."""

from __future__ import annotations

import pytest

from core.net.guard import Allowance, TargetRefused, check_url, is_public

PUBLIC = ("8.8.8.8", "93.184.216.34", "2606:4700::1111", "2a00:1450:4001:80b::200e")

NOT_PUBLIC = (
    # This network, private networks, carriers' networks, loopback, link-local and the metadata services in them.
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254", "100.100.100.200"),
    *("127.0.0.1", "127.255.255.254", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255"),
    *("192.168.0.1", "192.0.0.8", "192.0.0.192", "168.63.129.16"),
    # Documentation, benchmarks, relays, multicast, reserved, broadcast.
    *("192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "198.19.255.255", "192.88.99.1"),
    *("224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
    # The same in IPv6.
    *("::", "::1", "fe80::1", "fe80::1%eth0", "febf::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "ff0e::1"),
    *("2001:db8::1", "3fff::1", "100::1", "5f00::1", "2001:2::1", "2001:10::1"),
    # IPv4 inside IPv6: compatible, mapped, translated, NAT64, 6to4, Teredo, ISATAP.
    *("::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:7f00:1", "::ffff:a9fe:a9fe", "::ffff:0:7f00:1"),
    *("64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "2002:7f00:1::", "2002:808:808::1", "2001:0:7f00:1::"),
    *("2001:470::5efe:7f00:1", "2001:470::200:5efe:a9fe:a9fe"),
    *("", "example.com", "127.1", "8.8.8.8.8", "8.8.8.8/32"),
)

# What is wrong with them is found before a name is looked up.
UNREADABLE = {
    "scheme": ("ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "//example.com/", "example.com",
               "javascript:alert(1)", "unix:///run/docker.sock", "dict://example.com:80/"),
    "userinfo": ("http://user@example.com/", "http://user:secret@example.com/", "http://example.com@127.0.0.1/",
                 "http://@example.com/", "http://%40@example.com/"),
    "characters": ("http://example.com\\@127.0.0.1/", "http:\\\\example.com/", "http://exa mple.com/",
                   "http://example.com/\r\nHost: internal", "http://example.com/\0", "http://example.com\t/",
                   "\nhttp://example.com/", "http://example.com/\x7f"),
    "syntax": ("http://", "http:///etc/passwd", "http:example.com", "http://example.com:80:80/",
               "http://example.com:99999/", "http://example.com:-1/", "http://example.com:http/", "http://[::1/",
               "http://?@example.com/"),
    "host": ("http://a..b/", "http://./", f"http://{'a' * 64}.example/", "http://127.0.0.1%2fexample/",
             "http://%31%32%37.0.0.1/"),
    "length": ("http://example.com/" + "a" * 1000,),
}  # fmt: skip

# Every one of these is a loopback, private or link-local address to the system's resolver or to IDNA.
SPELLINGS = (
    *("http://127.0.0.1/", "http://127.1/", "http://127.0.1/", "http://2130706433/", "http://0x7f000001/"),
    *("http://0x7f.1/", "http://0177.0.0.1/", "http://017700000001/", "http://0/", "http://0.0.0.0/"),
    *("http://127.0.0.1./", "http://localhost/", "http://LOCALHOST/", "http://localhost./", "http://lOcAlHoSt/"),
    *("http://[::1]/", "http://[::]/", "http://[0:0:0:0:0:0:0:1]/", "http://[::ffff:127.0.0.1]/"),
    *("http://[::ffff:7f00:1]/", "http://[64:ff9b::127.0.0.1]/", "http://[2002:7f00:1::1]/", "http://[fec0::1]/"),
    *("http://[fe80::1%25lo]/", "http://[fe80::1%lo]/", "http://[2001:0:7f00:1::]/"),
    *("http://\uff11\uff12\uff17.0.0.1/", "http://127\u30020\u30020\u30021/", "http://\u2460\u2461\u2466.0.0.1/"),
    *("http://10.0.0.1/", "http://0xa9fea9fe/", "http://169.254.169.254/latest/meta-data/", "http://2852039166/"),
    *("http://100.64.0.1/", "http://192.168.1.1/", "http://172.16.0.1/", "http://224.0.0.1/", "https://127.0.0.1/"),
    *("HTTP://127.0.0.1/", "http://127.0.0.1:8080/", "http://127.0.0.1:/", "http://127.0.0.1?@example.com/"),
    *("http://127.0.0.1#@example.com/", "http://127.0.0.1/@example.com/"),
)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_public_network_may_be_reached(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_x26_m30_every_other_address_may_not(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(("code", "url"), [(code, url) for code, urls in UNREADABLE.items() for url in urls])
def test_x26_a_url_that_two_readers_could_take_differently_is_refused_before_any_lookup(code: str, url: str) -> None:
    asked: list[str] = []
    with pytest.raises(TargetRefused) as refused:
        check_url(url, resolver=lambda host, port: asked.append(host) or PUBLIC)  # type: ignore[func-returns-value]
    assert (refused.value.code, asked) == (code, [])
    assert refused.value.message.endswith(".")


@pytest.mark.parametrize("url", SPELLINGS)
def test_x26_m31_every_spelling_of_an_inner_address_is_refused_when_it_is_saved(url: str) -> None:
    with pytest.raises(TargetRefused) as refused:
        check_url(url)
    # A machine without IPv6 does not resolve its literals at all.
    assert refused.value.code in ("address", "dns")
    assert refused.value.code == "address" or "[" in url


@pytest.mark.parametrize("port", [0, 1, 22, 25, 53, 111, 445, 1023, 2375, 3306, 5432, 6379, 9200, 11211, 27017])
def test_x26_a_port_where_no_web_server_listens_is_refused(port: int) -> None:
    with pytest.raises(TargetRefused) as refused:
        check_url(f"http://example.com:{port}/", resolver=lambda host, port: PUBLIC)
    assert refused.value.code == "port"


@pytest.mark.parametrize("port", [80, 443, 8000, 8080, 8443, 11434, 65535])
def test_a_port_where_web_servers_listen_is_taken(port: int) -> None:
    assert check_url(f"http://example.com:{port}/", resolver=lambda host, port: PUBLIC).port == port


def test_x26_one_inner_address_among_public_ones_refuses_the_name() -> None:
    with pytest.raises(TargetRefused) as refused:
        check_url("https://example.com/", resolver=lambda host, port: [*PUBLIC, "10.0.0.1"])
    assert refused.value.code == "address"


def test_a_name_without_any_address_is_refused() -> None:
    with pytest.raises(TargetRefused):
        check_url("https://example.com/", resolver=lambda host, port: [])


def test_a_name_that_does_not_resolve_is_taken_for_a_typo() -> None:
    def nowhere(host: str, port: int) -> list[str]:
        raise OSError(-2, "Name or service not known")

    with pytest.raises(TargetRefused) as refused:
        check_url("https://exmaple.com/", resolver=nowhere)
    assert refused.value.code == "dns"
    assert "known" not in refused.value.message


def test_x26_a_host_is_looked_up_and_kept_as_the_network_writes_it() -> None:
    asked: list[tuple[str, int]] = []

    def resolver(host: str, port: int) -> tuple[str, ...]:
        asked.append((host, port))
        return PUBLIC

    target = check_url("https://B\u00fccher.Example./a?b=c", resolver=resolver)
    assert (target.host, target.port) == ("xn--bcher-kva.example", 443)
    assert asked == [("xn--bcher-kva.example", 443)]


ALLOWED = (Allowance("127.0.0.1", 9000), Allowance("model.internal", 22))


def test_what_the_operator_allowed_is_taken_by_exact_host_and_port() -> None:
    assert check_url("http://127.0.0.1:9000/health", ALLOWED).port == 9000
    assert check_url("http://Model.Internal.:22/", ALLOWED).host == "model.internal"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9001/",
        "http://127.0.0.1/",
        "http://127.0.0.2:9000/",
        "http://localhost:9000/",
        "http://127.1:9000/",
        "http://[::ffff:127.0.0.1]:9000/",
        "http://127.0.0.1:22/",
    ],
)
def test_x26_an_allowance_opens_nothing_beside_it(url: str) -> None:
    with pytest.raises(TargetRefused):
        check_url(url, ALLOWED)
