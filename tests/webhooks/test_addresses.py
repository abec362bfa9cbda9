"""Webhooks reach public addresses only, however an address is written or a name leads to it."""

import asyncio
import ssl
import subprocess
from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from tamis.actions.webhooks import sender as sender_module
from tamis.actions.webhooks.addresses import Address, AddressPolicy, is_public
from tamis.actions.webhooks.sender import Answer, Fetched, Sender
from tamis.actions.webhooks.urls import check_url, parse_url
from tamis.domain.errors import ValueProblem
from tamis.domain.webhooks import DeliveryOutcome
from tests.support.event_loop import run_coroutine
from tests.support.receiver import Receiver, answer, receiving

LOOPBACK = AddressPolicy((ip_network("127.0.0.0/8"),))
REFUSED = (
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.5",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a9fe:a9fe",
    "100::1",
    "2001::1",
    "2001:0:53aa:64c:0:0:f5ff:fffe",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:a9fe:a9fe::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%1",
    "2600::1%1",
    "fec0::1",
    "ff02::1",
)
PUBLIC = ("8.8.8.8", "1.1.1.1", "100.128.0.1", "172.32.0.1", "192.0.1.1", "2606:4700::1111", "2a00:1450:4001::200e")


@pytest.mark.parametrize("address", REFUSED)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not is_public(ip_address(address))
    assert send("https://shop.example.com/", resolver(address)).outcome == DeliveryOutcome.ADDRESS_REFUSED


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_allowed(address: str) -> None:
    assert is_public(ip_address(address))


def test_a_setting_allows_networks_but_not_what_is_hidden_inside_of_others() -> None:
    assert LOOPBACK.allows(ip_address("127.0.0.1"))
    for address in ("10.0.0.1", "::1", "::ffff:127.0.0.1", "2002:7f00:1::1"):
        assert not LOOPBACK.allows(ip_address(address))
    link_local = AddressPolicy((ip_network("fe80::/10"),))
    assert link_local.allows(ip_address("fe80::1"))
    assert not link_local.allows(ip_address("fe80::1%eth0"))


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "webhook_url_scheme"),
        ("ftp://example.com/", "webhook_url_scheme"),
        ("file:///etc/passwd", "webhook_url_scheme"),
        ("//example.com/", "webhook_url_scheme"),
        ("https:///path", "webhook_url_not_valid"),
        ("https://", "webhook_url_not_valid"),
        ("https://example.com:0/", "webhook_url_not_valid"),
        ("https://example.com:70000/", "webhook_url_not_valid"),
        ("https://example.com:/", "webhook_url_not_valid"),
        ("https://[::1/", "webhook_url_not_valid"),
        ("https://ada:secret@example.com/", "webhook_url_with_credentials"),
        ("https://example.com@127.0.0.1/", "webhook_url_with_credentials"),
        ("https://example.com/#there", "webhook_url_with_fragment"),
        ("https://example.com/a b", "webhook_url_characters"),
        ("https://example.com/\r\nhost: x", "webhook_url_characters"),
        ("https://example.com\\@127.0.0.1/", "webhook_url_characters"),
        ("https://bücher.example/", "webhook_url_characters"),
        ("https://exa%6Dple.com/", "webhook_url_host"),
        ("https://-.example.com/", "webhook_url_host"),
        ("https://a..example.com/", "webhook_url_host"),
        ("https://[fe80::1%25eth0]/", "webhook_url_host"),
        ("https://[v1.fe80]/", "webhook_url_host"),
        ("https://2130706433/", "webhook_url_address_spelling"),
        ("https://0x7f000001/", "webhook_url_address_spelling"),
        ("https://0x7f.1/", "webhook_url_address_spelling"),
        ("https://0177.0.0.1/", "webhook_url_address_spelling"),
        ("https://127.1/", "webhook_url_address_spelling"),
        ("https://127.0.0.1./", "webhook_url_address_spelling"),
        ("https://127.0.0.1/", "webhook_url_private"),
        ("https://169.254.169.254/latest/meta-data/", "webhook_url_private"),
        ("https://[::1]/", "webhook_url_private"),
        ("https://[::ffff:127.0.0.1]/", "webhook_url_private"),
        ("https://[::ffff:7f00:1]/", "webhook_url_private"),
        ("https://localhost/", "webhook_url_private"),
        ("https://LOCALHOST./", "webhook_url_private"),
        ("https://metadata.google.internal/", "webhook_url_private"),
        ("http://example.com/", "webhook_url_not_secure"),
        ("http://8.8.8.8/", "webhook_url_not_secure"),
        ("https://example.com/" + "a" * 2_000, "webhook_url_too_long"),
    ],
)
def test_a_url_is_refused(url: str, code: str) -> None:
    with pytest.raises(ValueProblem) as refused:
        check_url(url, AddressPolicy())
    assert refused.value.message.code == code


def test_urls_are_taken_apart_once() -> None:
    url = parse_url("https://Shop.Example.com:8443?a=b&c=%20")
    assert (url.scheme, url.host, url.port, url.target) == ("https", "shop.example.com", 8443, "/?a=b&c=%20")
    assert url.host_header == "shop.example.com:8443"
    assert parse_url("https://[2606:4700::1111]/x").host_header == "[2606:4700::1111]"
    check_url("https://xn--bcher-kva.example/tamis", AddressPolicy())
    check_url("http://127.0.0.1:8080/", LOOPBACK)
    check_url("http://receiver.internal/", LOOPBACK)
    with pytest.raises(ValueProblem, match="must begin with https://"):
        check_url("http://8.8.8.8/", LOOPBACK)


def test_a_name_is_refused_if_any_of_its_addresses_is_not_allowed(receiver: Receiver) -> None:
    url = f"http://shop.example.com:{receiver.port}/"
    assert send(url, resolver("127.0.0.1"), LOOPBACK).outcome == DeliveryOutcome.DELIVERED
    assert send(url, resolver("127.0.0.1", "10.0.0.1"), LOOPBACK).outcome == DeliveryOutcome.ADDRESS_REFUSED
    assert send(url, resolver("127.0.0.1", "8.8.8.8"), LOOPBACK).outcome == DeliveryOutcome.HTTP_REFUSED
    assert send(url, resolver("127.0.0.1")).outcome == DeliveryOutcome.ADDRESS_REFUSED
    assert send(url, resolver(), LOOPBACK).outcome == DeliveryOutcome.NOT_FOUND
    assert [received.headers["host"] for received in receiver.received] == [f"shop.example.com:{receiver.port}"]


def test_a_name_that_changes_its_address_is_looked_up_and_checked_for_each_attempt(receiver: Receiver) -> None:
    answers = [["127.0.0.1"], ["169.254.169.254"], ["127.0.0.1"]]
    asked = []

    async def rebinding(host: str) -> Sequence[Address]:
        asked.append(host)
        return [ip_address(address) for address in answers[len(asked) - 1]]

    sender = Sender(LOOPBACK, rebinding)
    url = f"http://shop.example.com:{receiver.port}/"
    outcomes = [run_coroutine(sender.send(url, {}, b"{}")).outcome for _ in answers]
    assert outcomes == [DeliveryOutcome.DELIVERED, DeliveryOutcome.ADDRESS_REFUSED, DeliveryOutcome.DELIVERED]
    assert asked == ["shop.example.com"] * 3  # once for each: what was checked is what is connected to
    assert len(receiver.received) == 2


def test_redirects_are_not_followed(receiver: Receiver) -> None:
    with receiving() as other:
        for status in (301, 302, 303, 307, 308):
            receiver.script = [answer(status, location=other.url)]
            found = send(receiver.url, policy=LOOPBACK)
            assert (found.outcome, found.status, found.text) == (DeliveryOutcome.REDIRECTED, status, other.url)
        assert not other.received


def test_proxies_of_the_environment_are_not_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    assert send(receiver.url, policy=LOOPBACK).outcome == DeliveryOutcome.DELIVERED


def test_the_next_address_is_tried_when_one_does_not_answer(receiver: Receiver) -> None:
    url = f"http://shop.example.com:{receiver.port}/"
    assert send(url, resolver("127.0.0.2", "127.0.0.1"), LOOPBACK).outcome == DeliveryOutcome.DELIVERED
    assert send(url, resolver("127.0.0.2", "127.0.0.3"), LOOPBACK).outcome == DeliveryOutcome.NOT_REACHED


def test_a_look_up_that_hangs_ends_with_the_attempt() -> None:
    async def hanging(_: str) -> Sequence[Address]:
        await asyncio.sleep(3600)
        return ()

    found = run_coroutine(Sender(LOOPBACK, hanging, seconds=0.05).send("https://example.com/", {}, b""))
    assert found.outcome == DeliveryOutcome.TIMED_OUT


def test_names_are_looked_up_by_the_machine() -> None:
    assert ip_address("127.0.0.1") in run_coroutine(sender_module.resolve_host("localhost"))
    assert run_coroutine(sender_module.resolve_host("does-not-exist.invalid")) == []


def test_tls_verifies_the_name_and_not_the_address(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
         "-subj", "/CN=shop.example.com", "-addext", "subjectAltName=DNS:shop.example.com",
         "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )  # fmt: skip
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(certificate, key)
    trusting = ssl.create_default_context(cafile=certificate)
    with receiving(context=served) as secure:
        for host, context, outcome in (
            ("shop.example.com", trusting, DeliveryOutcome.DELIVERED),
            ("other.example.com", trusting, DeliveryOutcome.NOT_SECURE),
            ("shop.example.com", None, DeliveryOutcome.NOT_SECURE),
        ):
            sender = Sender(LOOPBACK, resolver("127.0.0.1"), ssl_context=context)
            found = run_coroutine(sender.send(f"https://{host}:{secure.port}/", {}, b"{}"))
            assert found.outcome == outcome, found
        assert len(secure.received) == 1


def test_fetching_is_as_careful_as_sending(receiver: Receiver) -> None:
    def fetch(url: str, most: int, policy: AddressPolicy = LOOPBACK, seconds: float = 15) -> Fetched:
        return run_coroutine(Sender(policy, resolver("127.0.0.1"), seconds).fetch(url, most))

    url = f"http://certificates.example.com:{receiver.port}/a.pem?x=1"
    receiver.script = [answer(200, b"12345"), answer(200, b"123456"), answer(302, location=receiver.url), answer(404)]
    assert fetch(url, 5) == Fetched(200, b"12345")
    assert (receiver.received[0].method, receiver.received[0].path) == ("GET", "/a.pem?x=1")
    assert fetch(url, 5) == Fetched(200)
    assert fetch(url, 5) == Fetched(302)
    assert fetch(url, 5) == Fetched(404)
    assert len(receiver.received) == 4
    for policy in (AddressPolicy(), AddressPolicy((ip_network("10.0.0.0/8"),))):
        assert fetch(url, 5, policy) == Fetched(None)
    for wrong in ("", "file:///etc/passwd", "https://user@example.com/", "https://exam ple.com/"):
        assert fetch(wrong, 5) == Fetched(None)
    receiver.otherwise = receiver.hang
    assert fetch(url, 5, seconds=0.2) == Fetched(None)


def resolver(*addresses: str) -> sender_module.Resolve:
    """Return a resolver that always finds the same."""

    async def resolve(_: str) -> Sequence[Address]:
        return [ip_address(address) for address in addresses]

    return resolve


def send(url: str, resolve: sender_module.Resolve | None = None, policy: AddressPolicy | None = None) -> Answer:
    """Send a request."""
    sender = Sender(policy or AddressPolicy(), resolve or sender_module.resolve_host)
    return run_coroutine(sender.send(url, {}, b"{}"))
