"""`/v1/audit`: who did what, whatever they did it with."""

from typing import Any

import pytest

from tests.support.programs import Program, problem_of, program_of
from tests.support.users import Person, colleague_of, fresh, fresh_address, new_account


@pytest.fixture
def person(owner: Person) -> Person:
    """A user with an account of their own."""
    return new_account(owner.data, owner.base.removesuffix("/api/"), fresh_address())


def entries(program: Program, **query: object) -> list[dict[str, Any]]:
    """Return all entries, oldest first."""
    return list(reversed(program.pages("audit", **query)))


def test_each_actor_is_named(person: Person) -> None:
    colleague = colleague_of(person, "--name", "Shop")
    program = program_of(colleague)
    type_id = program.create("contact-types", {"name": "People"})["id"]
    person.tamis("segment", "create", "Anns", "--type", "People", "--where", 'first_name = "Ann"')
    segment = person.segments()[0]["id"]
    assert colleague.add(segment, "ann@example.org").status_code == 200
    person.call("DELETE", f"segment/delete?segment_id={segment}")
    found = entries(program)
    user = found[0]["actor"]["name"]
    command = {"kind": "command", "id": user, "name": user, "address": ""}
    shop = {"kind": "key", "id": colleague.public_key, "name": "Shop", "address": "127.0.0.1"}
    own = {"kind": "key", "id": person.public_key, "name": "", "address": "127.0.0.1"}
    assert [(entry["action"], entry["actor"]) for entry in found] == [
        ("account.created", command),
        ("key.created", command),
        ("password_link.created", command),
        ("key.created", command),
        ("contact_type.created", shop),
        ("segment.created", command),
        ("member.added", shop),
        ("segment.deleted", own),
    ]
    assert found[4]["subject"] == {"kind": "contact_type", "id": type_id, "name": "People"}
    assert found[3]["subject"] == {"kind": "key", "id": colleague.public_key, "name": "Shop"}
    assert found[-1]["subject"] == {"kind": "segment", "id": segment, "name": "Anns"}
    assert "ann@example.org" not in str(found)


def test_pages_are_newest_first_and_can_be_filtered(person: Person, stranger_api: Program) -> None:
    program = program_of(person)
    names = [fresh("Type") for _ in range(3)]
    for name in names:
        program.create("contact-types", {"name": name})
    first = program.result(program.get("audit", limit=2))
    assert [entry["subject"]["name"] for entry in first["data"]] == [names[2], names[1]]
    rest = program.result(program.get("audit", limit=1_000, cursor=first["next_cursor"]))
    assert rest["data"][0]["subject"]["name"] == names[0]
    assert rest["next_cursor"] is None
    assert [entry["subject"]["name"] for entry in entries(program, action="contact_type.created")] == names
    assert len(entries(program, actor=person.public_key)) == 3
    assert entries(program, action="segment.deleted") == []
    assert not {entry["subject"]["name"] for entry in stranger_api.pages("audit")} & set(names)
    assert program.get("audit", action="nothing.done").status_code == 400
    problem_of(program.get("audit", cursor="nothing"), 400, "cursor_not_valid")


def test_refused_changes_are_not_recorded(person: Person) -> None:
    program = program_of(person)
    program.create("contact-types", {"name": "People"})
    before = len(entries(program))
    assert program.post("contact-types", {"name": "people"}).status_code == 409
    assert program.post("contact-types", {"name": ""}).status_code == 422
    assert len(entries(program)) == before


def test_contacts_are_recorded_when_they_are_deleted_and_batches_as_a_whole(person: Person) -> None:
    program = program_of(person)
    type_id = program.create("contact-types", {"name": "People"})["id"]
    contacts = [{"email": f"{name}@example.org"} for name in ("ann", "bob", "cid")] + [{"email": "none"}]
    written = program.post(f"contact-types/{type_id}/contacts/batch", {"contacts": contacts})
    put = program.result(program.put(f"contact-types/{type_id}/contacts/dee@example.org", {"fields": {}}))
    assert program.delete(f"contact-types/{type_id}/contacts/dee@example.org").status_code == 200
    assert program.delete(f"contact-types/{type_id}/contacts/ann@example.org?forget=true").status_code == 200
    found = entries(program)[-3:]
    assert [entry["action"] for entry in found] == ["batch.written", "contact.deleted", "contact.forgotten"]
    assert found[0]["details"] == {"created": 3, "rejected": 1, "request": written.headers["X-Request-Id"]}
    assert found[1]["subject"] == {"kind": "contact", "id": put["id"], "name": ""}
    assert "example.org" not in str(found)


def test_a_stream_of_lines_is_one_entry(person: Person) -> None:
    program = program_of(person)
    type_id = program.create("contact-types", {"name": "People"})["id"]
    lines = b"".join(b'{"email": "n%d@example.org"}\n' % number for number in range(2_500)) + b"nothing\n"
    headers = {"Content-Type": "application/x-ndjson"}
    answer = program.call("POST", f"contact-types/{type_id}/contacts/batch", data=lines, headers=headers)
    assert answer.status_code == 200
    (entry,) = entries(program, action="batch.written")
    assert entry["details"] == {"created": 2_500, "rejected": 1, "request": answer.headers["X-Request-Id"]}
