"""The Python client against the server: each call of the client once, with both of its forms."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tamis.client import ApiError, Tamis
from tests.python_client.both_clients import NAMES, Use, use_client
from tests.support.users import Person, fresh, fresh_address

Used = Callable[[Use], Any]


@pytest.fixture(params=NAMES)
def use(request: pytest.FixtureRequest, owner: Person) -> Used:
    """Run a function with each of the two clients, with the key of the owner."""
    url = owner.base.removesuffix("/api/")
    return lambda function: use_client(request.param, url, owner.secret_key, function)


@pytest.fixture
def type_id(use: Used) -> int:
    """A contact type of its own."""
    made: int = use(lambda client: client.contact_types.create(fresh("Type"))).id
    return made


def test_the_account(use: Used, owner: Person) -> None:
    account = use(lambda client: client.account.get())
    assert (account.id, account.name, account.scope) == (owner.account_id, owner.email, "admin")


def test_contact_types_and_their_fields(use: Used, type_id: int) -> None:
    renamed = use(lambda client: client.contact_types.update(type_id, name=fresh("Renamed")))
    assert use(lambda client: client.contact_types.get(type_id)) == renamed
    assert renamed in use(lambda client: client.contact_types.list(page_size=2))
    field = use(lambda client: client.fields.create(type_id, "Plan", "choice", options=["free", "pro"]))
    edit = {"name": "Tariff", "add_options": ["team"], "rename_options": {"pro": "Pro"}, "order_options": ["Pro"]}
    changed = use(lambda client: client.fields.update(field.id, **edit))
    assert (changed.id, changed.name, changed.options) == (field.id, "Tariff", ("Pro", "free", "team"))
    assert use(lambda client: client.fields.list(type_id, page_size=3))[-1] == changed
    assert use(lambda client: client.fields.delete(field.id)) is None
    assert use(lambda client: client.contact_types.delete(type_id)) is None
    with pytest.raises(ApiError) as refused:
        use(lambda client: client.contact_types.get(type_id))
    assert refused.value.status == 404
    assert refused.value.request_id


def test_a_file_is_imported_and_the_import_undone(use: Used, type_id: int, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(f"email,Age\n{fresh_address()},20\nnobody,30\n", encoding="utf-8")
    tried = use(lambda client: client.imports.create(type_id, file, create_fields=True, dry_run=True))
    assert (tried.id, tried.dry_run, tried.created, tried.rejected) == (None, True, 1, 1)
    started = use(lambda client: client.imports.create(type_id, file, columns={"Age": "Years"}, create_fields=True))
    done = finished(use, started.id)
    assert (done.state, done.file_name, done.rows, done.created, done.rejected) == ("finished", file.name, 2, 1, 1)
    assert done.id in [found.id for found in use(lambda client: client.imports.list())]
    size = use(lambda client: client.imports.rejects(started.id, tmp_path / "rejects.csv"))
    assert size == (tmp_path / "rejects.csv").stat().st_size
    assert "nobody" in (tmp_path / "rejects.csv").read_text(encoding="utf-8")
    use(lambda client: client.imports.undo(started.id))
    assert finished(use, started.id).state == "undone"


def finished(use: Used, import_id: int) -> Any:
    """Return an import when it has ended."""
    while (found := use(lambda client: client.imports.get(import_id))).is_running:
        time.sleep(0.01)
    return found


def test_a_stranger_and_a_wrong_key_are_refused(stranger: Person, use: Used, type_id: int) -> None:
    url = stranger.base.removesuffix("/api/")
    with Tamis(url, stranger.secret_key) as client, pytest.raises(ApiError) as refused:
        client.contact_types.get(type_id)
    assert refused.value.status == 404
    with Tamis(url, "sk_wrong") as client, pytest.raises(ApiError) as refused:
        client.account.get()
    assert (refused.value.status, refused.value.code) == (401, "key_not_valid")
