"""Deleting many contacts in the console: nobody before who they are was shown, and nobody else."""

import re

import pytest

from tests.support.console import Visitor, new_console_account, text_of
from tests.support.process import Server, tamis
from tests.support.users import fresh_address


@pytest.fixture
def account(server: Server) -> tuple[str, Visitor, str]:
    """An account of its own with three contacts and a segment of one of them, a visitor, and the path of the list."""
    email = fresh_address("tidy")
    new_console_account(server.data, server.address, email)
    of = ("--account", email)
    type_id = tamis(server.data, "type", "create", "People", *of)["id"]
    for name, country in (("ann", "India"), ("bob", "Peru"), ("cid", "Peru")):
        tamis(
            server.data,
            "contact",
            "create",
            f"{name}@example.org",
            "--type",
            "People",
            "--set",
            f"country={country}",
            *of,
        )
    tamis(server.data, "segment", "create", 'The "Old" ones', "--type", "People", "--where", 'country = "India"', *of)
    visitor = Visitor(server.address)
    visitor.sign_in(email)
    return email, visitor, f"/types/{type_id}/contacts"


def contacts(server: Server, email: str) -> int:
    found = tamis(
        server.data, "segment", "count", "--type", "People", "--where", 'email contains "@"', "--account", email
    )
    assert isinstance(found["count"], int)
    return found["count"]


def test_who_is_deleted_is_shown_first(server: Server, account: tuple[str, Visitor, str]) -> None:
    email, visitor, path = account
    assert f'href="{path}/purge"' in visitor.get(path).text
    (segment_id,) = re.findall(r'<option value="(\d+)">The', visitor.get(f"{path}/purge").text)

    shown = visitor.post(f"{path}/purge/preview", {"segment": segment_id})

    assert "1 of 3 contacts match" in text_of(shown.text)
    assert "ann@example.org" in shown.text
    assert "bob@example.org" not in shown.text
    assert contacts(server, email) == 3
    done = visitor.post(f"{path}/purge", {"segment": segment_id})
    assert done.headers["location"] == path
    assert "1 contact deleted." in visitor.get(path).text
    assert contacts(server, email) == 2


def test_nobody_is_inactive_who_has_just_been_created(account: tuple[str, Visitor, str]) -> None:
    _, visitor, path = account
    page = visitor.post(f"{path}/purge/preview", {"amount": "2", "unit": "years"})
    assert "0 of 3 contacts match" in text_of(page.text)
    assert "Nothing to delete." in page.text
    both = visitor.post(f"{path}/purge", {"amount": "1", "unit": "days", "segment": ""})
    assert both.headers["location"] == path
    assert "0 contacts deleted." in visitor.get(path).text


@pytest.mark.parametrize("given", [{}, {"amount": "soon", "unit": "years"}, {"amount": "0", "unit": "days"}])
def test_what_would_be_everybody_or_cannot_be_read_is_refused(
    server: Server, account: tuple[str, Visitor, str], given: dict[str, str]
) -> None:
    email, visitor, path = account
    for action in ("purge", "purge/preview"):
        refused = visitor.post(f"{path}/{action}", given)
        assert refused.status_code == 422, refused.text
    assert contacts(server, email) == 3
