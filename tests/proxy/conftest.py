"""nginx and Caddy in front of one server, set up as docs/operations.md describes."""

import os
import re
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from requests.adapters import HTTPAdapter

from tests.support.clients import installed
from tests.support.console import Visitor, new_console_account
from tests.support.process import TIMEOUT_SECONDS, Server, environment
from tests.support.users import Person

PAGE = Path(__file__).parents[2] / "docs/operations.md"
HOST = "tamis.example.org"
CLIENT = "127.0.0.9"
"""The address of the tests' clients, which is not that of the proxies."""
NGINX = """
pid {place}/nginx.pid;
{user}
events {{}}
http {{
    access_log off;
    client_body_temp_path {place}/body;
    proxy_temp_path {place}/proxy;
    fastcgi_temp_path {place}/fastcgi;
    uwsgi_temp_path {place}/uwsgi;
    scgi_temp_path {place}/scgi;
{site}
}}
"""
CADDY = """
{{
    admin off
    skip_install_trust
    auto_https disable_redirects
    storage file_system {place}
}}
{site}
"""


@dataclass(frozen=True)
class Proxy:
    """A proxy that runs: the port at which it speaks TLS, and the one at which nginx speaks plain HTTP."""

    name: str
    port: int
    plain: int
    certificate: Path

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def reach(self, who: Any) -> None:
        """Send a user's requests through this proxy, from `CLIENT` and to its name."""
        who.http.mount("https://", Named())
        who.http.headers["host"] = f"{HOST}:{self.port}"
        who.http.verify = str(self.certificate)

    def visitor(self) -> Visitor:
        """Return a visitor who is not signed in, behind the proxy."""
        visitor = Visitor(self.address)
        self.reach(visitor)
        return visitor

    def person(self, person: Person) -> Person:
        """Return a user whose programs send requests through the proxy."""
        keys = (person.public_key, person.secret_key)
        behind = Person(person.data, f"{self.address}/api/", person.account_id, person.email, *keys)
        self.reach(behind)
        return behind


class Named(HTTPAdapter):
    """Connects to an address of the machine as if the name were found there."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Name the address that connections come from, and the host that they are for."""
        options |= {"source_address": (CLIENT, 0), "server_hostname": HOST, "assert_hostname": HOST}
        super().init_poolmanager(*arguments, **options)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = {"TAMIS_HOSTS": HOST, "TAMIS_TRUSTED_PROXIES": "127.0.0.1"}
    with Server(tmp_path_factory.mktemp("proxied") / "data", settings) as running:
        yield running


@pytest.fixture(scope="session")
def owner(server: Server) -> Person:
    return new_console_account(server.data, server.address, "owner@example.org")


@pytest.fixture(scope="session", params=["nginx", "caddy"])
def proxy(request: pytest.FixtureRequest, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with _running(request.param, int(server.address.rpartition(":")[2]), tmp_path_factory.mktemp("proxy")) as proxy:
        yield proxy


@contextmanager
def _running(name: str, behind: int, place: Path) -> Iterator[Proxy]:
    certificate, key = place / "certificate.pem", place / "key.pem"
    name_of_it = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    kind_of_it = ["-x509", "-days", "2", "-nodes", "-newkey", "rsa:2048", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([installed("openssl"), "req", *name_of_it, *kind_of_it], check=True, capture_output=True)
    proxy = Proxy(name, _free_port(), _free_port(), certificate)
    site = _example(name, {"127.0.0.1:8000": f"127.0.0.1:{behind}"})
    config = place / name
    command: list[str | Path]
    if name == "nginx":
        site = _replaced(
            site,
            {
                "listen 443 ": f"listen 127.0.0.1:{proxy.port} ",
                "listen 80;": f"listen 127.0.0.1:{proxy.plain};",
                f"/etc/ssl/{HOST}.pem": str(certificate),
                f"/etc/ssl/private/{HOST}.key": str(key),
            },
        )
        user = "user root;" if os.geteuid() == 0 else ""
        config.write_text(NGINX.format(place=place, user=user, site=site))
        command = [installed("nginx"), "-p", place, "-e", place / "errors", "-c", config, "-g", "daemon off;"]
    else:
        tls = f"{HOST}:{proxy.port} {{\n    bind 127.0.0.1\n    tls {certificate} {key}\n"
        config.write_text(CADDY.format(place=place, site=_replaced(site, {f"{HOST} {{\n": tls})))
        command = [installed("caddy"), "run", "--adapter", "caddyfile", "--config", config]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment({"HOME": str(place)})
    ) as process:
        try:
            _wait_for(proxy.port, process)
            yield proxy
        finally:
            process.terminate()


def _example(language: str, replacements: dict[str, str]) -> str:
    """Return an example of the docs."""
    found = re.search(rf"^```{language}\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert found
    return _replaced(found[1], replacements)


def _replaced(text: str, replacements: dict[str, str]) -> str:
    for old, new in replacements.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _wait_for(port: int, process: "subprocess.Popen[str]") -> None:
    pause = threading.Event()
    for _ in range(TIMEOUT_SECONDS * 20):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        pause.wait(0.05)
    process.kill()
    raise AssertionError(f"the proxy does not listen: {process.stderr.read() if process.stderr else ''}")
