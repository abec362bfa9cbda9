"""Pages of contacts that a rule selects: in order, and nobody missing or twice, whatever others write meanwhile."""

from collections.abc import Iterator
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from msgspec import json

from tamis.actions.contacts.contact_queries import query_contacts, selected_fields
from tamis.actions.contacts.contact_writes import patch_contact, put_contact, remove_contact_of_email
from tamis.actions.contacts.stated_values import StatedContact
from tamis.actions.services import Services
from tamis.domain.contacts.contacts import Contact
from tamis.domain.errors import Invalid, NotFound
from tamis.domain.paging import PagePosition
from tamis.domain.values.fields import Kind
from tamis.domain.values.text import fold
from tamis.settings import Settings
from tests.stores.workspace import Workspace, new_workspace
from tests.support.effort import examples

VALUES: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "last_name": st.sampled_from(["Ann", "ann", "Zoë", "ΟΔΟΣ", "a b", "x" * 199 + "a", "x" * 201]),
        "score": st.sampled_from([-1, 0, 2.5, 1e300]),
        "born": st.sampled_from(["0001-01-01", "1990-05-01", "9999-12-31"]),
        "seen": st.sampled_from(["1990-05-01T00:00:00Z", "2024-05-01T12:00:00.000001Z"]),
        "active": st.booleans(),
        "plan": st.sampled_from(["Free", "Pro"]),
        "tags": st.sets(st.sampled_from(["Red", "Blue", "A, B"]), max_size=3).map(sorted),
    },
)
KEYS = ("email", "created_at", "last_name", "score", "born", "seen", "active", "plan", "tags")
SORTS = st.sampled_from([None, *KEYS, *(f"-{key}" for key in KEYS)])


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    services = Services(Settings(tmp_path_factory.mktemp("queries") / "data", columns_threads=2))
    made = new_workspace(services)
    for name, kind in (("Score", Kind.NUMBER), ("Born", Kind.DATE), ("Seen", Kind.DATETIME), ("Active", Kind.BOOLEAN)):
        made.field(name, kind)
    made.field("Plan", Kind.CHOICE, "Free", "Pro")
    made.field("Tags", Kind.CHOICES, "Red", "Blue", "A, B")
    yield made
    services.close()


def walk(
    workspace: Workspace, where: str | None, sort: str | None, limit: int, meanwhile: Iterator[None] | None = None
) -> list[Contact]:
    """Read all pages, and do one step of `meanwhile` between two of them."""
    found: list[Contact] = []
    after: PagePosition | None = None
    while True:
        place = (after.contact_id, json.decode(json.encode(after.key))) if after else None
        page = query_contacts(workspace.services, workspace.account, workspace.type.id, where, sort, place, limit)
        assert len(page.contacts) <= limit
        found += page.contacts
        after = page.next
        if after is None:
            return found
        if meanwhile:
            next(meanwhile, None)


def fill(workspace: Workspace, people: list[dict[str, Any]]) -> None:
    for contact in walk(workspace, None, None, 1000):
        workspace.services.write(remove_contact_of_email, workspace.account, workspace.type.id, contact.email)
    for number, values in enumerate(people):
        put(workspace, f"p{number}@example.org", values)


def put(workspace: Workspace, email: str, values: dict[str, Any]) -> None:
    workspace.services.write(put_contact, workspace.account, workspace.type.id, email, StatedContact(values))


def sort_key(workspace: Workspace, contact: Contact, key: str) -> Any:
    value = contact.value_of(workspace.fields.by_key[key])
    if isinstance(value, tuple):
        return "\x1f".join(value)[:200]
    return fold(value)[:200] if isinstance(value, str) else value


@settings(max_examples=examples(150))
@given(people=st.lists(VALUES, max_size=12), sort=SORTS, limit=st.integers(1, 5))
def test_pages_are_in_order_and_complete(
    workspace: Workspace, people: list[dict[str, Any]], sort: str | None, limit: int
) -> None:
    fill(workspace, people)
    found = walk(workspace, None, sort, limit)
    expected = sorted(found, key=lambda contact: contact.id)
    if sort:
        keyed = [(sort_key(workspace, contact, sort.removeprefix("-")), contact) for contact in expected]
        known = sorted((k for k in keyed if k[0] is not None), key=lambda k: k[0], reverse=sort.startswith("-"))
        expected = [contact for _, contact in known] + [contact for key, contact in keyed if key is None]
    assert [contact.email for contact in found] == [contact.email for contact in expected]
    assert {contact.email for contact in found} == {f"p{number}@example.org" for number in range(len(people))}


@settings(max_examples=examples(100))
@given(
    people=st.lists(VALUES, min_size=4, max_size=12),
    sort=SORTS,
    limit=st.integers(1, 3),
    others=st.lists(st.tuples(st.integers(0, 20), VALUES | st.none()), max_size=6),
)
def test_whoever_stays_as_they_are_is_seen_once_while_others_write(
    workspace: Workspace,
    people: list[dict[str, Any]],
    sort: str | None,
    limit: int,
    others: list[tuple[int, dict[str, Any] | None]],
) -> None:
    fill(workspace, people)
    touched = {f"p{number}@example.org" for number, _ in others}

    def meanwhile() -> Iterator[None]:
        for number, values in others:
            try:
                if values is None:
                    workspace.services.write(
                        remove_contact_of_email, workspace.account, workspace.type.id, f"p{number}@example.org"
                    )
                else:
                    put(workspace, f"p{number}@example.org", values)
            except NotFound:
                pass
            yield

    found = [contact.email for contact in walk(workspace, None, sort, limit, meanwhile())]
    stayed = {f"p{number}@example.org" for number in range(len(people))} - touched
    assert {email: found.count(email) for email in stayed} == dict.fromkeys(stayed, 1)


def test_a_rule_selects_and_wrong_queries_name_their_parameter(workspace: Workspace) -> None:
    fill(workspace, [{"score": 1}, {"score": 2, "plan": "Pro"}, {"score": 3}])
    emails = [contact.email for contact in walk(workspace, 'score >= 2 and not (plan = "pro")', "-score", 10)]
    assert emails == ["p2@example.org"]
    assert walk(workspace, "", None, 10) == []  # a rule without conditions selects nobody
    with pytest.raises(Invalid) as refused:
        query_contacts(workspace.services, workspace.account, workspace.type.id, "nope > 1", "zzz", (0, None), 10)
    assert {problem.path for problem in refused.value.problems} == {"where", "sort", "cursor"}
    wrong: list[object] = ["a text", True, [], 5]
    for key in wrong:
        with pytest.raises(Invalid):
            query_contacts(workspace.services, workspace.account, workspace.type.id, None, "born", (1, key), 10)
    with pytest.raises(Invalid):
        selected_fields("score,nope", workspace.fields)
    stranger = new_workspace(workspace.services).account
    with pytest.raises(NotFound):
        query_contacts(workspace.services, stranger, workspace.type.id, None, None, None, 10)


def test_a_changed_contact_is_found_where_it_is_now(workspace: Workspace) -> None:
    fill(workspace, [{"score": 1}, {"score": 2}])
    workspace.services.write(
        patch_contact, workspace.account, workspace.type.id, "p0@example.org", StatedContact({"score": 3})
    )
    assert [contact.email for contact in walk(workspace, None, "score", 1)] == ["p1@example.org", "p0@example.org"]
