"""§ Once: an email is at most once in a segment, ignoring case."""

import threading
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import requests

from tests.api.conftest import Customers, Import
from tests.support.users import Person

TAKEN = '{"status":"failed","errors":{"email":["The email has already been taken."]}}'
ROUNDS = 20


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ada@example.org", "ada@example.org"),
        ("ada@example.org", "ADA@Example.ORG"),
        ("ada@example.org", " ada@example.org "),
        ("ädä@example.org", "ÄDÄ@example.org"),
        ("ada@bücher.de", "ada@xn--bcher-kva.de"),
        ("e\u0301@example.org", "\u00e9@example.org"),
    ],
)
def test_an_email_cannot_be_added_twice(owner: Person, empty: int, first: str, second: str) -> None:
    assert owner.add(empty, first).status_code == 200
    for _ in range(2):
        answer = owner.add(empty, second, "Other", "Name")
        assert (answer.status_code, answer.text) == (422, TAKEN)
    (row,) = owner.recipients(empty)
    assert (row["email"], row["first_name"]) == (unicodedata.normalize("NFC", first), "Ada")


def test_the_email_of_a_member_cannot_be_added(owner: Person, india: int) -> None:
    member = owner.recipients(india, limit=1)[0]
    assert owner.add(india, member["email"].lower()).text == TAKEN
    assert owner.add(india, member["email"].upper()).text == TAKEN


def test_an_email_may_be_in_several_segments(owner: Person, customers: Customers) -> None:
    segments = [owner.make_segment(customers.id) for _ in range(3)]
    assert [owner.add(segment, "ada@example.org").status_code for segment in segments] == [200, 200, 200]
    assert len({owner.recipients(segment)[0]["id"] for segment in segments}) == 3


def test_a_deleted_email_can_be_added_again_with_another_name(owner: Person, empty: int) -> None:
    owner.add(empty, "ada@example.org")
    owner.delete_recipient(owner.recipients(empty)[0]["id"])
    assert owner.add(empty, "ADA@example.org", "Augusta", "King").status_code == 200
    (row,) = owner.recipients(empty)
    assert (row["email"], row["fullname"]) == ("ADA@example.org", "Augusta King")


def test_a_manually_added_contact_that_the_rule_selects_later_appears_once(
    owner: Person, own_type: int, import_text: Import
) -> None:
    import_text(own_type, "email,city\nada@example.org,London\n")
    segment_id = owner.make_segment(own_type, select_field=["7"], select_operator=["is"], value=["Paris"])
    assert owner.add(segment_id, "ada@example.org").status_code == 200
    (before,) = owner.recipients(segment_id)
    assert before["contact_id"] is not None
    import_text(own_type, "email,city\nada@example.org,Paris\n")
    (after,) = owner.recipients(segment_id)
    assert (after["id"], after["city"]) == (before["id"], "Paris")
    assert owner.add(segment_id, "ada@example.org").text == TAKEN
    import_text(own_type, "email,city\nada@example.org,London\n")
    assert [row["id"] for row in owner.recipients(segment_id)] == [before["id"]]


def test_one_of_two_concurrent_additions_of_an_email_succeeds(owner: Person, colleague: Person, empty: int) -> None:
    barrier = threading.Barrier(2)

    def add(person: Person, address: str) -> requests.Response:
        barrier.wait(60)
        return person.add(empty, address)

    with ThreadPoolExecutor(2) as threads:
        for number in range(ROUNDS):
            one = threads.submit(add, owner, f"twin{number}@example.org")
            other = threads.submit(add, colleague, f"TWIN{number}@Example.org")
            answers = sorted((one.result(), other.result()), key=lambda answer: answer.status_code)
            assert [answer.status_code for answer in answers] == [200, 422]
            assert answers[1].text == TAKEN
    assert sorted(address.lower() for address in owner.addresses(empty)) == sorted(
        f"twin{number}@example.org" for number in range(ROUNDS)
    )


def test_one_of_two_concurrent_deletions_of_a_recipient_succeeds(owner: Person, colleague: Person, india: int) -> None:
    barrier = threading.Barrier(2)

    def delete(person: Person, recipient_id: int) -> int:
        barrier.wait(60)
        return person.delete_recipient(recipient_id).status_code

    rows = owner.recipients(india, limit=ROUNDS)
    with ThreadPoolExecutor(2) as threads:
        for row in rows:
            both = [threads.submit(delete, person, row["id"]) for person in (owner, colleague)]
            assert sorted(one.result() for one in both) == [200, 404]
    assert not {row["id"] for row in rows} & {row["id"] for row in owner.recipients(india)}


def test_concurrent_additions_by_many_clients_lose_none(owner: Person, empty: int) -> None:
    clients = [replace(owner, http=requests.Session()) for _ in range(8)]

    def add_all(client: int) -> list[int]:
        return [clients[client].add(empty, f"client{client}.{n}@example.org").status_code for n in range(25)]

    with ThreadPoolExecutor(len(clients)) as threads:
        assert {status for statuses in threads.map(add_all, range(len(clients))) for status in statuses} == {200}
    rows = owner.recipients(empty)
    assert sorted(row["email"] for row in rows) == sorted(
        f"client{client}.{n}@example.org" for client in range(8) for n in range(25)
    )
    assert len({row["id"] for row in rows}) == 200
