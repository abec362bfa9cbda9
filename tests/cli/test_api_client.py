"""The client of commands: of a data directory with and without a server, and of a server at a URL."""

import subprocess
import sys
from pathlib import Path

import pytest

from tamis.actions.server_file import find_server
from tamis.cli.client.api_client import open_client, refuse_api_errors
from tamis.cli.common import Common
from tamis.cli.messages import error_lines
from tamis.client import ApiError, Tamis
from tamis.domain.errors import Invalid, NotFound, Refused
from tests.support.process import tamis
from tests.support.users import fresh


def test_a_command_reaches_the_account_alone_and_beside_a_server(either: Path) -> None:
    with open_client(Common(data=either), None) as client:
        assert client.account.get().scope == "admin"
        made = client.contact_types.create(fresh("Made by a command"))
        assert made in list(client.contact_types.list())
    assert made.name in [found["name"] for found in tamis(either, "type", "list")["contact_types"]]


def test_a_command_names_its_account(either: Path) -> None:
    tamis(either, "account", "create", "--email", "second@example.org")
    with open_client(Common(data=either, account="second@example.org"), None) as client:
        assert client.account.get().name == "second@example.org"
    with pytest.raises(NotFound), open_client(Common(data=either, account="nobody@example.org"), None):
        pass


def test_what_the_api_refuses_is_refused(either: Path) -> None:
    with (
        pytest.raises(Refused) as refused,
        refuse_api_errors(),
        open_client(Common(data=either), None) as client,
    ):
        client.contact_types.get(987654)
    assert "contact type" in error_lines(refused.value)[0]


def test_the_token_of_a_server_opens_only_accounts_that_exist(either: Path) -> None:
    server = find_server(either)
    if server is None:
        return
    for account in ("", "0", "987654", "x", "-1", "9" * 30):
        with (
            Tamis(server.address, server.token, headers={"Tamis-Account": account}) as client,
            pytest.raises(ApiError) as refused,
        ):
            client.account.get()
        assert refused.value.status == 401
    with (
        Tamis(server.address, f"{server.token[:-1]}x", headers={"Tamis-Account": "1"}) as client,
        pytest.raises(ApiError) as refused,
    ):
        client.account.get()
    assert refused.value.status == 401


def test_a_url_needs_a_key_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TAMIS_SECRET_KEY", raising=False)
    with pytest.raises(Refused) as refused:
        open_client(Common(), "https://tamis.example.com")
    assert "TAMIS_SECRET_KEY" in error_lines(refused.value)[0]
    monkeypatch.setenv("TAMIS_SECRET_KEY", "sk_some")
    with pytest.raises(Invalid):
        open_client(Common(), "tamis.example.com")
    with open_client(Common(), "https://tamis.example.com") as client:
        assert "sk_some" not in repr(client)


def test_other_commands_do_not_load_what_the_api_needs() -> None:
    loaded = "[name for name in ('httpx', 'litestar', 'mcp', 'pydantic') if name in sys.modules]"
    program = f"import sys, tamis.cli.main, tamis.cli.segments.segment, tamis.cli.server.mcp; print({loaded})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout == "[]\n"
