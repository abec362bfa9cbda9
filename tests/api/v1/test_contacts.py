"""Contacts by email over the API: made, replaced, changed, deleted, read; and what a write answers."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.programs import Program, problem_of
from tests.support.users import Person, fresh


@pytest.fixture
def people(api: Program, new_type: dict[str, Any]) -> str:
    """The path of the contacts of a type with fields of its own."""
    for body in (
        {"name": "Score", "kind": "number"},
        {"name": "Born", "kind": "date"},
        {"name": "Tags", "kind": "choices", "options": ["Red", "Blue"]},
    ):
        api.create(f"contact-types/{new_type['id']}/fields", body)
    return f"contact-types/{new_type['id']}/contacts"


def path_of(people: str, email: str) -> str:
    return f"{people}/{quote(email, safe='')}"


def values(shown: dict[str, Any]) -> dict[str, Any]:
    """Return the values that a contact has."""
    return {key: value for key, value in shown["fields"].items() if value is not None}


def test_put_creates_then_replaces_and_patch_changes(api: Program, people: str) -> None:
    ann = path_of(people, "Ann@Example.org")
    created = api.put(ann, {"fields": {"score": 3, "born": "1990-05-01", "tags": ["blue", "Red"], "city": "Lima"}})
    assert (created.status_code, created.headers["Location"]) == (201, f"/v1/contacts/{created.json()['id']}")
    assert created.json()["email"] == "Ann@Example.org"
    assert values(created.json()) == {"score": 3, "born": "1990-05-01", "tags": ["Red", "Blue"], "city": "Lima"}

    replaced = api.put(ann, {"fields": {"score": 4.5, "city": "Rome"}})
    assert (replaced.status_code, values(replaced.json())) == (200, {"score": 4.5, "city": "Rome"})
    changed = api.patch(ann, {"fields": {"score": None, "born": "2000-01-01"}})
    assert (changed.status_code, values(changed.json())) == (200, {"born": "2000-01-01", "city": "Rome"})

    read = api.get(ann)
    assert read.headers["ETag"] == changed.headers["ETag"]
    assert read.json() == {key: value for key, value in changed.json().items() if key != "segments"}
    assert "segments" not in read.json()
    assert read.json()["id"] == created.json()["id"]


def test_a_write_says_which_segments_were_entered_and_left(
    api: Program, owner: Person, new_type: dict[str, Any], people: str
) -> None:
    low, high = (
        owner.tamis("segment", "create", fresh("Segment"), "--type", new_type["name"], "--where", rule)["id"]
        for rule in ("score < 5", "score >= 5")
    )
    ann = path_of(people, "ann@example.org")
    assert api.put(ann, {"fields": {"score": 1}}).json()["segments"] == {"entered": [low], "left": []}
    assert api.patch(ann, {"fields": {"score": 9}}).json()["segments"] == {"entered": [high], "left": [low]}
    assert api.patch(ann, {"fields": {"score": 8}}).json()["segments"] == {"entered": [], "left": []}
    assert api.patch(ann, {"fields": {"score": 8}}).json()["segments"] == {"entered": [], "left": []}
    assert api.delete(ann).json()["segments"] == {"entered": [], "left": [high]}


def test_prefer_minimal_answers_without_content(api: Program, people: str) -> None:
    ann = path_of(people, "ann@example.org")
    for answer in (
        api.put(ann, {"fields": {"score": 1}}, Prefer="return=minimal"),
        api.patch(ann, {"fields": {"score": 2}}, Prefer="respond-async, Return=Minimal"),
    ):
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["Preference-Applied"] == "return=minimal"
    assert answer.headers["ETag"] == api.get(ann).headers["ETag"]
    assert api.delete(ann, Prefer="return=minimal").status_code == 204
    problem_of(api.get(ann), 404, "contact_unknown")


@pytest.mark.parametrize(
    ("email", "shown", "other"),
    [
        ("a/b@example.org", "a/b@example.org", "A%2Fb@example.org"),
        ("a//b@example.org", "a//b@example.org", "a%2F%2Fb%40EXAMPLE.org"),
        ("ann+news@example.org", "ann+news@example.org", "ann+news@example.org"),
        ("zoë@example.org", "zoë@example.org", "ZO%C3%8B@example.org"),
        ("ann@bücher.example", "ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("100%@example.org", "100%@example.org", "100%25@example.org"),
        ("batch@example.org", "batch@example.org", "batch@example.org/"),
    ],
)
def test_any_email_can_stand_in_a_path(api: Program, people: str, email: str, shown: str, other: str) -> None:
    assert api.put(path_of(people, email), {"fields": {"score": 1}}).json()["email"] == shown
    read = api.get(f"{people}/{other}")
    assert (read.status_code, read.json()["email"]) == (200, shown)
    assert api.call("HEAD", f"{people}/{other}").headers["ETag"] == read.headers["ETag"]


def test_everything_wrong_is_named_and_nothing_changes(api: Program, people: str) -> None:
    ann = path_of(people, "ann@example.org")
    api.put(ann, {"fields": {"score": 1}})
    body = {"fields": {"score": "2", "born": "1.5.1990", "tags": ["Green"], "nope": 1, "email": "x"}, "email": "no"}
    for write in (api.put, api.patch):
        problem = problem_of(write(ann, body), 422, "invalid_input")
        assert {error["path"] for error in problem["errors"]} == {
            "fields.score", "fields.born", "fields.tags", "fields.nope", "fields.email", "email",
        }  # fmt: skip
    assert values(api.get(ann).json()) == {"score": 1}
    assert [error["path"] for error in problem_of(api.put(ann, {"field": {}}), 422, "key_unknown")["errors"]] == [
        "field"
    ]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"fields": []}', b'{"fields": {"score": 1e400}}', b'{"fields": {"score": NaN}}',
     b'{"fields": {"score": 1, "score": 2}}', b'{"fields": {"city": "a\\u0000"}}', b'{"fields": {"score": {"a": 1}}}',
     b'{"fields": {"city": "' + b"x" * 70_000 + b'"}}', b"[" * 100_000, b'{"fields": {"city": "\xff"}}'],
)  # fmt: skip
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_hostile_bodies_change_nothing(api: Program, people: str, method: str, body: bytes) -> None:
    ann = path_of(people, "ann@example.org")
    before = api.put(ann, {"fields": {"score": 1}}).headers["ETag"]
    answer = api.call(method, ann, data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    problem_of(answer, answer.status_code, answer.json()["code"])
    assert api.get(ann).headers["ETag"] == before


def test_of_two_writers_with_the_same_tag_one_wins(api: Program, people: str) -> None:
    ann = path_of(people, "ann@example.org")
    tag = api.put(ann, {"fields": {"score": 1}}).headers["ETag"]

    def write(score: int) -> int:
        return Program(api.base, api.secret_key).patch(ann, {"fields": {"score": score}}, If_Match=tag).status_code

    with ThreadPoolExecutor(8) as writers:
        statuses = sorted(writers.map(write, range(2, 10)))
    assert statuses == [200, *[412] * 7]
    problem_of(api.delete(ann, If_Match=tag), 412, "object_changed_meanwhile")
    problem_of(api.put(ann, {}, If_None_Match="*"), 412, "object_exists_already")
    problem_of(api.put(path_of(people, "bob@example.org"), {}, If_Match="*"), 412, "object_does_not_exist")
    now = api.get(ann).headers["ETag"]
    unchanged = api.call("GET", ann, headers={"If-None-Match": now})
    assert (unchanged.status_code, unchanged.content, unchanged.headers["ETag"]) == (304, b"", now)
    assert api.call("GET", ann, headers={"If-None-Match": tag}).status_code == 200


def test_forgotten_emails_do_not_come_back(api: Program, people: str) -> None:
    ann = path_of(people, "ann@example.org")
    api.put(ann, {})
    assert api.call("DELETE", ann, params={"forget": "true"}).status_code == 200
    assert api.call("DELETE", ann, params={"forget": "true"}).status_code == 204
    problem_of(api.put(ann, {}), 422, "email_was_forgotten")


def test_a_list_is_filtered_sorted_and_paged(api: Program, people: str) -> None:
    for number in range(7):
        api.put(path_of(people, f"p{number}@example.org"), {"fields": {"score": number % 3}}, Prefer="return=minimal")
    found = api.pages(people, where="score >= 1", sort="-score", fields="score", limit=2)
    assert [(c["email"][1], c["fields"]) for c in found] == [
        ("2", {"score": 2}), ("5", {"score": 2}), ("1", {"score": 1}), ("4", {"score": 1}),
    ]  # fmt: skip
    assert [c["email"][1] for c in api.pages(people, limit=3)] == list("0123456")
    first = api.get(people, sort="score", limit=2).json()["next_cursor"]
    for query, path in (
        ({"where": "nope = 1"}, "where"),
        ({"where": "score >"}, "where"),
        ({"sort": "nope"}, "sort"),
        ({"fields": "nope"}, "fields"),
        ({"sort": "-score", "cursor": first}, "cursor"),
        ({"cursor": "WzFd"}, "cursor"),
        ({"limit": 0}, "limit"),
    ):
        answer = api.get(people, **query)
        assert [error["path"] for error in problem_of(answer, 400, answer.json()["code"])["errors"]] == [path]


def test_colleagues_share_contacts_and_strangers_see_nothing(
    api: Program, colleague_api: Program, stranger_api: Program, reader: Program, writer: Program, people: str
) -> None:
    ann = path_of(people, "ann@example.org")
    assert writer.put(ann, {"fields": {"score": 1}}).status_code == 201
    assert colleague_api.get(ann).json() == reader.get(ann).json() == api.get(ann).json()
    for answer in (reader.put(ann, {}), reader.patch(ann, {}), reader.delete(ann)):
        problem_of(answer, 403, "key_scope_too_small")
    unknown = people.replace(people.split("/")[1], "9007199254740991")
    for method, body in (("GET", None), ("PUT", {}), ("PATCH", {}), ("DELETE", None)):
        here = stranger_api.call(method, ann, json=body)
        there = api.call(method, path_of(unknown, "ann@example.org"), json=body)
        assert here.status_code == there.status_code == 404
        assert set(here.json()) == set(there.json())
        assert here.json()["code"] == there.json()["code"]
    assert stranger_api.get(people).status_code == 404
    assert values(api.get(ann).json()) == {"score": 1}


def test_what_is_read_can_be_put_again(api: Program, people: str) -> None:
    ann = path_of(people, "ann@example.org")
    created = api.put(ann, {"fields": {"score": 0.1, "born": "1990-05-01", "tags": ["Red"], "city": "a\nb ☃"}})
    again = api.put(ann, json.loads(json.dumps({"fields": api.get(ann).json()["fields"]})))
    assert again.headers["ETag"] == created.headers["ETag"]


def test_an_email_that_was_in_the_segment_already_has_not_left_it(
    api: Program, owner: Person, new_type: dict[str, Any], people: str
) -> None:
    low = owner.tamis("segment", "create", fresh("Segment"), "--type", new_type["name"], "--where", "score < 5")["id"]
    owner.add(low, "zoe@example.org", "Zoe", "Lee")
    ann = path_of(people, "ann@example.org")
    assert api.put(ann, {"fields": {"score": 1}}).json()["segments"] == {"entered": [low], "left": []}
    assert api.patch(ann, {"email": "zoe@example.org"}).json()["segments"] == {"entered": [], "left": []}
    assert api.delete(path_of(people, "zoe@example.org")).json()["segments"] == {"entered": [], "left": [low]}


VARYING = {"date", "x-request-id", "ratelimit", "content-length", "etag"}


def _lasting(answer: Any) -> dict[str, str]:
    """Return the headers of an answer, those that every answer has different ones of without their values."""
    return {name.lower(): "" if name.lower() in VARYING else value for name, value in answer.headers.items()}


@pytest.mark.parametrize(
    ("method", "body", "headers"),
    [
        ("PUT", b'{"fields": {"score": 1}}', {}),
        ("PUT", b'{"fields": {"score": 1}}', {"Prefer": "return=minimal"}),
        ("PATCH", b'{"fields": {"score": null}}', {}),
        ("PATCH", b'{"fields": {"score": "1"}}', {}),
        ("PATCH", b'{"fields": {}}', {"If-Match": '"no"'}),
        ("PATCH", b'{"fields": {}}', {"If-Match": "no"}),
        ("PUT", b"{", {}),
        ("PUT", b"", {}),
        ("PUT", b"{}", {"Content-Type": "text/plain"}),
        ("PUT", b"{}", {"Authorization": "Bearer sk_none"}),
        ("PUT", b"[" + b" " * (1 << 20) + b"]", {}),
    ],
)
def test_the_shortcut_answers_what_litestar_would(
    api: Program, people: str, method: str, body: bytes, headers: dict[str, str]
) -> None:
    answers = []
    for path, email in (("", "ann@example.org"), ("/", "ann@example.org")):  # only the first takes the shortcut
        api.put(path_of(people, email), {"fields": {"score": 2}}, Prefer="return=minimal")
        answers.append(
            api.call(
                method, f"{path}{people}/{email}", data=body, headers={"Content-Type": "application/json", **headers}
            )
        )
    first, second = answers
    assert first.status_code == second.status_code
    assert _lasting(first) == _lasting(second)
    if first.content:
        shown = [{**answer.json(), "updated_at": "", "request_id": ""} for answer in answers]
        assert shown[0] == shown[1]


def test_a_path_that_is_no_email_of_a_contact_is_refused_alike(api: Program, people: str) -> None:
    assert api.put(f"{people}/batch", {}).status_code == 405
    problem_of(api.put(f"{people}/no-email", {}), 422, "email_not_read")
    problem_of(api.put(path_of("contact-types/0/contacts", "a@example.org"), {}), 404, "not_found")
    problem_of(api.put(path_of("contact-types/99999999/contacts", "a@example.org"), {}), 404, "contact_type_id_unknown")
