"""Suppressions over the API and the command line: reasons, instants and sources, who may do what, and what outlives
what."""

import json
from typing import Any

import pytest

from tests.support.process import Refused
from tests.support.programs import Program, problem_of, program_of
from tests.support.users import Person, fresh, fresh_address, new_account


@pytest.fixture(scope="module")
def person(owner: Person) -> Person:
    """A user with an account of their own."""
    return new_account(owner.data, owner.base.removesuffix("/api/"), fresh_address())


@pytest.fixture(scope="module")
def api(person: Person) -> Program:
    return program_of(person)


def suppressed(api: Program, **query: object) -> list[tuple[str | None, str]]:
    return [(found["email"], found["reason"]) for found in api.pages("suppressions", **query)]


def test_an_email_is_suppressed_in_any_spelling_and_keeps_its_first_instant(api: Program) -> None:
    email = fresh_address()
    problem_of(api.get(f"suppressions/{email}"), 404, "email_not_suppressed")
    first = api.put(f"suppressions/{email.upper()}", {"reason": "bounced"})
    assert first.status_code == 201
    assert {**first.json(), "email": email.upper(), "reason": "bounced", "source": "api"} == first.json()
    again = api.put(f"suppressions/{email}", {"reason": "bounced"})
    assert (again.status_code, again.json()) == (200, first.json())
    assert api.get(f"suppressions/{email}").json() == first.json()


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        ("bounced", "manual", "manual"),
        ("manual", "unsubscribed", "unsubscribed"),
        ("unsubscribed", "complained", "complained"),
        ("complained", "unsubscribed", "complained"),
        ("unsubscribed", "bounced", "unsubscribed"),
    ],
)
def test_a_graver_reason_replaces_a_lighter_one(api: Program, first: str, second: str, kept: str) -> None:
    email = fresh_address()
    since = api.put(f"suppressions/{email}", {"reason": first}).json()["since"]
    found = api.put(f"suppressions/{email}", {"reason": second}).json()
    assert (found["reason"], found["since"]) == (kept, since)


def test_a_batch_says_what_became_of_each_item(api: Program) -> None:
    one, two = fresh_address(), fresh_address()
    items: list[Any] = [
        {"email": one, "reason": "unsubscribed", "since": "2026-01-02T03:04:05Z"},
        {"email": one.upper(), "reason": "complained"},
        {"email": two, "since": "2999-01-01"},
        {"email": two},
        {"email": "nobody", "reason": "spam", "other": 1},
        7,
    ]
    answer = api.result(api.post("suppressions", {"suppressions": items}))
    statuses = [result["status"] for result in answer["results"]]
    assert statuses == ["suppressed", "updated", "suppressed", "unchanged", "rejected", "rejected"]
    assert (answer["suppressed"], answer["updated"], answer["unchanged"], answer["rejected"]) == (2, 1, 1, 2)
    assert [error["code"] for error in answer["results"][4]["errors"]] == [
        "suppression_key_unknown",
        "email_not_read",
        "suppression_reason_unknown",
    ]
    kept = api.get(f"suppressions/{one}").json()
    assert (kept["reason"], kept["since"]) == ("complained", "2026-01-02T03:04:05Z")
    assert api.get(f"suppressions/{two}").json()["since"] < "2999"


def test_lines_of_any_number_are_suppressed(api: Program) -> None:
    emails = [fresh_address() for _ in range(1_200)]
    lines = "\n".join(json.dumps({"email": email, "reason": "bounced"}) for email in emails)
    headers = {"Content-Type": "application/x-ndjson", "Idempotency-Key": fresh_address()}
    first = api.result(api.call("POST", "suppressions", data=lines.encode(), headers=headers))
    assert (first["suppressed"], first["rejected"]) == (1_200, 0)
    assert api.result(api.call("POST", "suppressions", data=lines.encode(), headers=headers)) == first
    assert api.get(f"suppressions/{emails[-1]}").status_code == 200


def test_the_list_is_newest_first_and_filtered(api: Program) -> None:
    part = fresh("part").replace(" ", "-")
    emails = [f"{part}-{n}@example.org" for n in range(3)]
    for email, reason in zip(emails, ("bounced", "manual", "bounced"), strict=True):
        api.put(f"suppressions/{email}", {"reason": reason})
    assert suppressed(api, search=part.upper(), limit=2) == [
        (emails[2], "bounced"),
        (emails[1], "manual"),
        (emails[0], "bounced"),
    ]
    assert suppressed(api, search=part, reason="manual") == [(emails[1], "manual")]
    assert suppressed(api, search=part, source="console") == []
    assert suppressed(api, search=emails[0].upper()) == [(emails[0], "bounced")]


def test_only_an_administrator_lifts_and_no_other_account_sees_anything(person: Person, stranger: Person) -> None:
    stranger_api = program_of(stranger)
    api, writer, reader = program_of(person), program_of(person, "write"), program_of(person, "read")
    email = fresh_address()
    problem_of(reader.put(f"suppressions/{email}", {}), 403, "key_scope_too_small")
    assert writer.put(f"suppressions/{email}", {"reason": "unsubscribed"}).status_code == 201
    problem_of(writer.delete(f"suppressions/{email}"), 403, "key_scope_too_small")
    problem_of(stranger_api.get(f"suppressions/{email}"), 404, "email_not_suppressed")
    problem_of(stranger_api.delete(f"suppressions/{email}"), 404, "email_not_suppressed")
    assert reader.get(f"suppressions/{email}").json()["reason"] == "unsubscribed"
    assert api.delete(f"suppressions/{email.upper()}").status_code == 204
    problem_of(api.delete(f"suppressions/{email}"), 404, "email_not_suppressed")


def test_commands_add_list_and_remove(person: Person) -> None:
    email, other = fresh_address(), fresh_address()
    added = person.tamis("suppress", "add", email, other, "--reason", "unsubscribed")
    assert added == {
        "suppressions": [{"email": email, "status": "suppressed"}, {"email": other, "status": "suppressed"}]
    }
    found = person.tamis("suppress", "list", email)
    assert [(one["email"], one["reason"], one["source"]) for one in found["suppressions"]] == [
        (email, "unsubscribed", "command")
    ]
    assert person.tamis("suppress", "remove", email.upper())["reason"] == "unsubscribed"
    assert person.tamis("suppress", "list", email) == {"count": 0, "suppressions": []}
    with pytest.raises(Refused, match="is not suppressed"):
        person.tamis("suppress", "remove", email)
    with pytest.raises(Refused, match="is not a valid email"):
        person.tamis("suppress", "add", "nobody")


def test_the_audit_log_has_batches_and_lifts_without_emails(person: Person) -> None:
    api, email = program_of(person), fresh_address()
    items = [{"email": email, "reason": "complained"}, {"email": fresh_address()}]
    api.post("suppressions", {"suppressions": items})
    api.delete(f"suppressions/{email}")
    lifted, added = api.get("audit", limit=2).json()["data"]
    assert (added["action"], added["details"]["complained"], added["details"]["manual"]) == ("suppression.added", 1, 1)
    assert (lifted["action"], lifted["details"]) == ("suppression.lifted", {"reason": "complained", "source": "api"})
    assert email not in json.dumps([lifted, added])


def test_a_suppression_outlives_the_contact_its_deletion_and_being_forgotten(person: Person) -> None:
    api, email = program_of(person), fresh_address()
    type_id = api.create("contact-types", {"name": fresh("Type")})["id"]
    contact = f"contact-types/{type_id}/contacts/{email}"
    api.put(contact, {"fields": {}})
    api.put(f"suppressions/{email}", {"reason": "unsubscribed"})
    api.delete(contact)
    assert api.get(f"suppressions/{email}").json()["email"] == email
    api.put(contact, {"fields": {}})
    api.put(f"suppressions/{email}", {"reason": "manual"})
    assert api.get(f"suppressions/{email}").json()["reason"] == "unsubscribed"
    api.delete(f"{contact}?forget=true")
    assert {**api.get(f"suppressions/{email}").json(), "email": None, "reason": "unsubscribed"} == api.get(
        f"suppressions/{email}"
    ).json()
    assert api.put(f"suppressions/{email}", {"reason": "complained"}).json()["email"] is None
    assert suppressed(api, search=email) == [(None, "complained")]
