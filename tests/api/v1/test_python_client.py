"""The Python client against the server: each call of the client once, with both of its forms."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
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


def test_contacts_one_at_a_time(use: Used, type_id: int) -> None:
    for name, kind in (("Age", "number"), ("Born", "date"), ("Seen", "datetime"), ("Keen", "boolean")):
        add_field(use, type_id, name, kind)
    add_field(use, type_id, "Likes", "choices", options=["Art", "Music"])
    email = "o'brien/äö+x@example.org"
    seen = datetime(2026, 11, 27, 10, 30, tzinfo=UTC)
    values = {"first_name": "Ada", "age": 36, "born": date(1990, 2, 3), "seen": seen, "keen": True, "likes": ["Art"]}
    made = use(lambda client: client.contacts.put(type_id, email, values))
    assert (made.email, made.segments.entered, made.segments.left) == (email, (), ())
    stored = {"age": 36, "born": "1990-02-03", "seen": "2026-11-27T10:30:00Z", "keen": True, "likes": ("Art",)}
    assert {key: made.fields[key] for key in stored} == stored
    found = use(lambda client: client.contacts.get(type_id, email.upper()))
    assert (found.id, found.fields, found.etag) == (made.id, made.fields, made.etag)
    changed = use(lambda client: client.contacts.update(type_id, email, {"age": 37, "born": None}, if_match=found.etag))
    assert (changed.fields["age"], changed.fields["born"], changed.fields["first_name"]) == (37, None, "Ada")
    with pytest.raises(ApiError) as refused:
        use(lambda client: client.contacts.update(type_id, email, {"age": 38}, if_match=found.etag))
    assert refused.value.status == 412
    assert use(lambda client: client.contacts.update_quickly(type_id, email, {"age": 39})) is None
    assert use(lambda client: client.contacts.put_quickly(type_id, "b@example.org", {"age": 20})) is None
    moved = use(lambda client: client.contacts.update(type_id, email, {}, new_email="ada@example.org"))
    assert (moved.id, moved.email, moved.fields["age"]) == (made.id, "ada@example.org", 39)
    assert use(lambda client: client.contacts.delete(type_id, "ada@example.org")).id == made.id
    assert use(lambda client: client.contacts.delete(type_id, "nobody@example.org", forget=True)) is None


def add_field(use: Used, type_id: int, name: str, kind: str, **options: Any) -> None:
    """Create a field."""
    use(lambda client: client.fields.create(type_id, name, kind, **options))


def test_what_is_wrong_with_a_contact_is_listed(use: Used, type_id: int) -> None:
    add_field(use, type_id, "Age", "number")
    with pytest.raises(ApiError) as refused:
        use(lambda client: client.contacts.put(type_id, "a@example.org", {"age": "old", "unknown": 1}))
    assert refused.value.status == 422
    assert {item.path for item in refused.value.errors} == {"fields.age", "fields.unknown"}


def test_batches_and_streams_of_contacts(use: Used, type_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    add_field(use, type_id, "Number", "number")
    batch = [("a@example.org", {"number": 1}), ("nobody", {}), ("a@example.org", {"number": 2})]
    result = use(lambda client: client.contacts.batch(type_id, batch))
    assert (result.created, result.updated, result.unchanged, result.rejected) == (1, 1, 0, 1)
    assert [item.status for item in result.results] == ["created", "rejected", "updated"]
    assert result.results[1].errors[0].path == "email"

    monkeypatch.setattr("tamis.client.ndjson.MAX_CONTACTS", 40)
    stream = ((f"{number}@example.org" if number % 25 else "nobody", {"number": number}) for number in range(100))
    total = use(lambda client: client.contacts.stream(type_id, stream))
    assert (total.created, total.rejected, [item.index for item in total.results]) == (96, 4, [0, 25, 50, 75])

    listed = use(lambda client: client.contacts.list(type_id, where="number >= 50", sort="-number", page_size=10))
    assert [contact.fields["number"] for contact in listed] == [number for number in range(99, 50, -1) if number != 75]
    (only,) = use(lambda client: client.contacts.list(type_id, where="number = 99", fields=["number"]))
    assert only.fields == {"number": 99}


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
