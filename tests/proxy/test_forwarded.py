"""Forwarded headers: only trusted proxies are believed, and only the server's own host names are answered."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from tamis.setting_parsers import networks
from tamis.settings import Settings
from tamis.web.http import Receive, Scope, Send
from tamis.web.log_throttle import MAX_KEYS, LogThrottle
from tamis.web.proxy import HOUR_SECONDS, parse_address, with_proxy_headers

PROXY, CLIENT, INVENTED = "10.0.0.2", "203.0.113.7", "198.51.100.66"


def seen(
    *headers: tuple[str, str], peer: str | None = PROXY, path: str = "/", scheme: str = "http", **settings: str
) -> dict[str, Any]:
    """Return what the application sees of a request, and the status and headers that the client gets."""
    exchange: dict[str, Any] = {"headers": {}}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        exchange.update(client=scope["client"] and scope["client"][0], scheme=scope["scheme"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            exchange.update(status=message["status"], headers=dict(message["headers"]))

    variables = {f"TAMIS_{name.upper()}": value for name, value in {"trusted_proxies": PROXY, **settings}.items()}
    scope = {
        "type": "http",
        "path": path,
        "scheme": scheme,
        "client": peer and (peer, 5),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
    }

    async def query() -> None:
        await with_proxy_headers(app, Settings.from_environment(Path(), variables))(scope, receive, send)

    with ThreadPoolExecutor(1) as thread:  # this one may have the loop of a browser
        thread.submit(lambda: asyncio.run(query())).result()
    return exchange


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        (CLIENT, CLIENT),
        (f"{INVENTED}, {CLIENT}", CLIENT),
        (f"{INVENTED}, {CLIENT}, 10.0.0.2", CLIENT),
        (f"{CLIENT}:4711", CLIENT),
        (f"::ffff:{CLIENT}", CLIENT),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ("2001:DB8:0::7%eth0", "2001:db8::7"),
        ("10.0.0.2", "10.0.0.2"),
        ("", PROXY),
        ("unknown", PROXY),
        (f"{CLIENT}, unknown", PROXY),
        (f"{INVENTED}, , 10.0.0.2", PROXY),
        ("é, \x00", PROXY),
        (f"{CLIENT}%{'0' * 100}", PROXY),
    ],
)
def test_the_address_is_read_from_the_right(forwarded: str, client: str) -> None:
    assert seen(("x-forwarded-for", forwarded))["client"] == client


def test_several_headers_are_one_list() -> None:
    assert seen(("x-forwarded-for", INVENTED), ("x-forwarded-for", CLIENT))["client"] == CLIENT


def test_a_chain_of_trusted_proxies_is_skipped() -> None:
    chain = ("x-forwarded-for", f"{INVENTED}, {CLIENT}, 172.16.4.4, 10.9.9.9")
    assert seen(chain, trusted_proxies="10.0.0.0/8 172.16.0.0/12")["client"] == CLIENT
    assert seen(chain, trusted_proxies="10.0.0.0/8")["client"] == "172.16.4.4"


@pytest.mark.parametrize(
    ("peer", "client"), [(CLIENT, CLIENT), ("::1", "::1"), (None, None), ("testclient", "testclient")]
)
def test_forwarded_headers_of_untrusted_clients_are_ignored(
    peer: str | None, client: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    found = seen(("x-forwarded-for", INVENTED), ("x-forwarded-proto", "https"), peer=peer)
    assert (found["client"], found["scheme"]) == (client, "http")
    assert "strict-transport-security" not in found["headers"]
    (record,) = caplog.records
    assert (record.getMessage(), record.levelno) == ("forwarded_headers_ignored", logging.WARNING)
    assert record.details == {"address": peer or "", "setting": "TAMIS_TRUSTED_PROXIES"}  # type: ignore[attr-defined]


def test_loopback_is_trusted_by_default() -> None:
    forwarded = ("x-forwarded-for", CLIENT)
    for peer in ("127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"):
        assert seen(forwarded, peer=peer, trusted_proxies="")["client"] == CLIENT
        assert seen(forwarded, peer=peer, trusted_proxies="none")["client"] == peer
        assert seen(forwarded, peer=peer, trusted_proxies="loopback, 10.0.0.2")["client"] == CLIENT


@pytest.mark.parametrize(
    ("values", "scheme"),
    [(["https"], "https"), (["HTTPS"], "https"), (["https, http"], "http"), (["http", "https"], "https"),
     (["ftp"], "http"), ([""], "http"), ([], "http")],
)  # fmt: skip
def test_the_scheme_is_that_of_the_nearest_proxy(values: list[str], scheme: str) -> None:
    assert seen(*(("x-forwarded-proto", value) for value in values))["scheme"] == scheme


def test_other_headers_that_a_client_may_have_written_are_not_read() -> None:
    found = seen(("forwarded", f"for={INVENTED};proto=https"), ("x-real-ip", INVENTED), ("x-forwarded-host", "evil"))
    assert (found["client"], found["scheme"]) == (PROXY, "http")


def test_hsts_is_sent_to_browsers_on_https() -> None:
    https = ("x-forwarded-proto", "https")
    assert seen(https)["headers"] == {b"strict-transport-security": b"max-age=31536000"}
    assert seen(https, hsts="30d")["headers"] == {b"strict-transport-security": b"max-age=2592000"}
    assert seen(https, hsts="off")["headers"] == {}
    assert seen(scheme="https")["headers"] == {b"strict-transport-security": b"max-age=31536000"}
    assert seen()["headers"] == {}


@pytest.mark.parametrize(
    ("host", "status"),
    [("tamis.example.org", 200), ("TAMIS.example.org:8443", 200), ("tamis.example.org.", 200), ("[::1]:8000", 200),
     ("evil.example.org", 421), ("tamis.example.org.evil.org", 421), ("127.0.0.1:8000", 421), ("", 421)],
)  # fmt: skip
def test_only_configured_host_names_are_answered(host: str, status: int, caplog: pytest.LogCaptureFixture) -> None:
    assert seen(("host", host), hosts="tamis.example.org, [::1]")["status"] == status
    assert seen(("host", host))["status"] == 200
    assert [record.getMessage() for record in caplog.records] == ["host_refused"] * (status == 421)


def test_exactly_one_host_header_is_required_except_for_monitors() -> None:
    host = ("host", "tamis.example.org")
    assert seen(host, ("host", "evil.example.org"), hosts="tamis.example.org")["status"] == 421
    assert seen(hosts="tamis.example.org")["status"] == 421
    assert seen(hosts="tamis.example.org", path="/healthz")["status"] == 200


def test_warnings_are_limited_to_one_per_hour_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("tamis.web.log_throttle.monotonic", lambda: now)
    hourly = LogThrottle(HOUR_SECONDS)
    assert [hourly.is_due(key) for key in ("a", "b", "a")] == [True, True, False]
    now = 3599.0
    assert not hourly.is_due("a")
    now = 3600.0
    assert hourly.is_due("a")
    assert sum(hourly.is_due(str(number)) for number in range(2 * MAX_KEYS)) == MAX_KEYS - 1


@pytest.mark.parametrize("text", ["10.0.0.256", "10.0.0.0/33", "proxy.example.org", "10.0.0.1/8"])
def test_invalid_networks_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="use addresses and networks"):
        networks(text)


def test_settings_are_read() -> None:
    read = Settings.from_environment(
        Path(), {"TAMIS_TRUSTED_PROXIES": "10.0.0.2,fd00::/8", "TAMIS_HOSTS": "A.org B.org"}
    )
    assert [ip_address("fd00::9") in network for network in read.trusted_proxies] == [False, True]
    assert read.hosts == frozenset(("a.org", "b.org"))
    assert read.hsts == timedelta(days=365)
    assert parse_address("nothing") is None
