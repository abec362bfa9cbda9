"""Deleting the account in the console, and with the command while the server runs."""

import pytest
import requests

from tamis.domain.accounts.users import Role
from tests.support import in_process
from tests.support.console import PASSWORD, Visitor, add_console_user, new_console_account, text_of
from tests.support.full_account import create_full_account
from tests.support.process import Server, tamis
from tests.support.users import Person, fresh_address

FORM = "/account/delete"


@pytest.fixture
def owner(server: Server) -> Person:
    return new_console_account(server.data, server.address, fresh_address("leaving"))


@pytest.fixture
def chief(server: Server, owner: Person) -> Visitor:
    visitor = Visitor(server.address)
    visitor.sign_in(owner.email)
    return visitor


def test_an_owner_deletes_the_account_with_its_email(server: Server, owner: Person, chief: Visitor) -> None:
    create_full_account(server.data, owner.email, "Leaving")
    mate, colleague = fresh_address("mate"), Visitor(server.address)
    add_console_user(server.data, owner.email, mate, Role.VIEWER)
    colleague.sign_in(mate)
    page = text_of(chief.get(FORM).text)
    assert "3 contacts" in page
    assert "2 segments" in page
    wrong = chief.post(FORM, {"email": "somebody@example.org"})
    assert wrong.status_code == 422
    assert "This is not the email of the account." in wrong.text

    done = chief.post(FORM, {"email": owner.email.upper()})

    assert done.status_code == 200
    assert f"The account {owner.email} is deleted" in done.text
    assert chief.get("/segments").headers["location"].startswith("/sign-in")
    assert colleague.get("/segments").headers["location"].startswith("/sign-in")
    assert colleague.sign_in(mate).status_code == 422
    answer = requests.get(
        f"{server.address}/v1/segments", headers={"authorization": f"Bearer {owner.secret_key}"}, timeout=60
    )
    assert answer.status_code == 401
    listed = tamis(server.data, "account", "list", "--deleted")["accounts"]
    assert [gone["deleted_by"] for gone in listed][-1] == owner.email
    assert owner.email not in {known["email"] for known in tamis(server.data, "account", "list")["accounts"]}


def test_the_command_asks_or_takes_yes(server: Server, owner: Person, chief: Visitor) -> None:
    arguments = ["account", "delete", owner.email, "--data", str(server.data)]
    refused = in_process.run_text(arguments)
    assert refused.returncode == 1
    assert "--yes" in refused.stderr
    assert chief.get("/segments").status_code == 200

    done = in_process.run_text([*arguments, "--yes"])

    assert done.returncode == 0
    assert f"of {owner.email} deleted, with 0 contacts, 0 segments and the access of 1 user." in done.stdout
    assert chief.get("/segments").headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("role", [Role.ADMIN, Role.EDITOR, Role.VIEWER])
def test_nobody_else_may(server: Server, owner: Person, chief: Visitor, role: Role) -> None:
    email = fresh_address(role)
    add_console_user(server.data, owner.email, email, role)
    user = Visitor(server.address)
    user.sign_in(email)
    assert FORM not in user.get("/account").text
    assert user.get(FORM).status_code == 403
    assert user.post(FORM, {"email": owner.email, "confirm_password": PASSWORD}).status_code == 403
    assert FORM in chief.get("/account").text
