"""The Python client against the server: each call of the client once, with both of its forms."""

import inspect
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from tamis.client import ApiError, NewEvent, Tamis
from tamis.client.calls import Resource
from tamis.client.ndjson import Stream, StreamedBatches
from tamis.client.request import Request
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


def test_topics_and_subscriptions(use: Used, type_id: int) -> None:
    topic = use(lambda client: client.topics.create(type_id, "News", description="Weekly"))
    topic = use(lambda client: client.topics.update(topic.id, name="Letter"))
    contact = use(lambda client: client.contacts.put(type_id, fresh_address(), {})).id
    asked = use(lambda client: client.subscriptions.request(contact, [topic.id], text="Yes", source="form", days=2))
    assert [one.state for one in asked.subscriptions] == ["pending"]
    confirmed = use(lambda client: client.subscriptions.confirm(asked.token))
    assert (confirmed.contact_id, confirmed.subscriptions[0].state) == (contact, "subscribed")
    assert use(lambda client: client.subscriptions.get(contact)).subscriptions == confirmed.subscriptions
    left = use(lambda client: client.subscriptions.set(contact, {topic.id: "unsubscribed"}, source="phone"))
    assert [one.state for one in left.subscriptions] == ["unsubscribed"]
    assert use(lambda client: client.topics.get(topic.id)) in use(lambda client: client.topics.list(type_id))
    records = use(lambda client: client.subscriptions.records_of_contact(contact, page_size=2))
    assert [(one.state, one.source) for one in records][-1] == ("unsubscribed", "phone")
    assert [one.record for one in use(lambda client: client.subscriptions.records(type_id))] == list(records)
    assert use(lambda client: client.topics.delete(topic.id)) is None


def test_events(use: Used, type_id: int) -> None:
    ada = use(lambda client: client.contacts.put(type_id, "ada@example.org", {}))
    at = datetime(2026, 11, 27, 10, 30, tzinfo=UTC)
    events = [
        NewEvent(email="ada@example.org", event="order", at=at, id="o1", properties={"amount": 59.9, "gift": True}),
        NewEvent(contact_id=ada.id, event="order", at=date(2026, 11, 26)),
        NewEvent(email="eve@example.org", event="order", at=at),
    ]
    sent = use(lambda client: client.events.send(type_id, events))
    assert (sent.accepted, sent.repeated, sent.rejected) == (2, 0, 1)
    assert [item.errors[0].code for item in sent.results if item.errors] == ["event_contact_unknown"]
    again = use(lambda client: client.events.stream(type_id, iter(events), create_contacts=True))
    assert (again.accepted, again.repeated, again.rejected) == (1, 2, 0)
    first, second = use(lambda client: client.events.list(ada.id, event="order", page_size=1))
    assert (first.at, first.id, first.properties) == (at, "o1", {"amount": 59.9, "gift": True})
    assert (second.event, second.id, second.properties) == ("order", None, {})
    (name,) = use(lambda client: client.events.names(type_id))
    assert (name.count, [each.kind for each in name.properties]) == (3, ["number", "boolean"])
    kept = use(lambda client: client.events.update_name(name.id, description="Paid", keep="2 years"))
    assert (kept.description, kept.keep) == ("Paid", "2 years")
    assert use(lambda client: client.events.get_name(name.id)) == kept
    amount = use(lambda client: client.events.update_property(name.properties[0].id, kind="text", hidden=True))
    assert (amount.kind, amount.hidden) == ("text", True)


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

    monkeypatch.setattr("tamis.client.ndjson.MAX_ITEMS", 40)
    stream = ((f"{number}@example.org" if number % 25 else "nobody", {"number": number}) for number in range(100))
    total = use(lambda client: client.contacts.stream(type_id, stream))
    assert (total.created, total.rejected, [item.index for item in total.results]) == (96, 4, [0, 25, 50, 75])

    listed = use(lambda client: client.contacts.list(type_id, where="number >= 50", sort="-number", page_size=10))
    assert [contact.fields["number"] for contact in listed] == [number for number in range(99, 50, -1) if number != 75]
    (only,) = use(lambda client: client.contacts.list(type_id, where="number = 99", fields=["number"]))
    assert only.fields == {"number": 99}


@pytest.fixture
def readers(use: Used, type_id: int) -> int:
    """A contact type with twenty contacts, whose ages are 20 to 39."""
    add_field(use, type_id, "Age", "number")
    contacts = [(f"reader{age}@example.org", {"first_name": f"Reader {age}", "age": age}) for age in range(20, 40)]
    assert use(lambda client: client.contacts.batch(type_id, contacts)).created == 20
    return type_id


def test_the_life_of_a_segment(use: Used, readers: int) -> None:
    preview = use(lambda client: client.segments.preview(readers, "age < 25 or age >= 30"))
    assert (preview.count, preview.total, len(preview.sample)) == (15, 20, 10)
    assert {part.path: part.count for part in preview.parts} == {"rule": 15, "rule.any[0]": 5, "rule.any[1]": 10}
    name = fresh("Young")
    made = use(lambda client: client.segments.create(readers, name, "age < 25", description="A test."))
    assert (made.count, made.name, made.description, made.text) == (5, name, "A test.", "age is less than 25")
    again = use(lambda client: client.segments.create(readers, fresh("Again"), made.rule))
    assert (again.text, again.count) == (made.text, 5)
    assert use(lambda client: client.segments.get(made.id)) == made
    assert [found.id for found in use(lambda client: client.segments.list(readers, page_size=1))] == [made.id, again.id]

    plan = use(lambda client: client.segments.dry_run(made.id, "age >= 22 and age < 30"))
    assert (plan.count_before, plan.count_after, plan.entering, plan.leaving) == (5, 8, 5, 2)
    assert {contact.fields["age"] for contact in plan.sample.leaving} == {20, 21}
    changed = use(lambda client: client.segments.update(made.id, rule="age < 30", description=None, if_match=made.etag))
    assert (changed.count, changed.description, changed.name) == (10, None, name)
    with pytest.raises(ApiError) as refused:
        use(lambda client: client.segments.update(made.id, name=fresh("Old"), if_match=made.etag))
    assert refused.value.status == 412

    put = use(lambda client: client.contacts.put(readers, "late@example.org", {"age": 27}))
    assert (put.segments.entered, put.segments.left) == ((made.id,), ())
    left = use(lambda client: client.contacts.update(readers, "late@example.org", {"age": None}))
    assert left.segments.left == (made.id,)
    assert use(lambda client: client.segments.delete(again.id)) is None


def test_members_of_a_segment(use: Used, readers: int, tmp_path: Path) -> None:
    young = use(lambda client: client.segments.create(readers, fresh("Young"), "age < 25")).id
    old = use(lambda client: client.segments.create(readers, fresh("Old"), "age > 22")).id
    members = use(lambda client: client.segments.members(young, fields=["age"], page_size=2))
    assert [member.fields for member in members] == [{"age": age} for age in range(20, 25)]
    added = use(lambda client: client.segments.add_member(young, "guest@example.org", first_name="Guest"))
    assert (added.contact_id, added.added_manually, added.fields["first_name"]) == (None, True, "Guest")
    assert use(lambda client: client.segments.get_member(young, "GUEST@example.org")) == added
    assert use(lambda client: client.segments.remove_member(young, "reader20@example.org")) is None
    excluded = use(lambda client: client.segments.explain(young, "reader20@example.org"))
    assert (excluded.in_segment, excluded.because) == (False, "removed by hand")
    explained = use(lambda client: client.segments.explain(young, "reader24@example.org"))
    assert (explained.in_segment, explained.rule.holds, explained.rule.value) == (True, True, "24")

    overlap = use(lambda client: client.segments.overlap([young, old]))
    assert (overlap.union, overlap.intersection, overlap.segments[0].count) == (20, 2, 5)
    assert use(lambda client: client.segments.history(young, days=2)).days[-1].count == 5
    activity = use(lambda client: client.segments.activity(young, type="left", page_size=1))
    assert [(entry.type, entry.email) for entry in activity] == [("left", "reader20@example.org")]
    assert len(use(lambda client: client.segments.forecast(young, days=3)).days) == 3
    assert len(use(lambda client: client.segments.sample(old, percent=100, page_size=5))) == 17
    assert sum(group.count for group in use(lambda client: client.segments.split(old, 3)).groups) == 17

    file = tmp_path / "members.ndjson"
    size = use(lambda client: client.segments.export(young, file, fields=["email"]))
    assert file.stat().st_size == size
    assert "reader24@example.org" in file.read_text(encoding="utf-8")
    use(lambda client: client.segments.export(young, tmp_path / "members", format="parquet"))
    assert (tmp_path / "members").read_bytes().startswith(b"PAR1")


def test_what_is_known_of_a_contact(use: Used, readers: int) -> None:
    segment = use(lambda client: client.segments.create(readers, fresh("All"), "age >= 0"))
    contact = use(lambda client: client.contacts.get(readers, "reader20@example.org"))
    assert use(lambda client: client.contacts.get_by_id(contact.id)) == contact
    (found,) = use(lambda client: client.contacts.segments(contact.id, all=True))
    assert (found.segment.name, found.in_segment, found.because) == (segment.name, True, "rule")
    use(lambda client: client.contacts.update(readers, contact.email, {"age": None}))
    history = use(lambda client: client.contacts.history(contact.id))
    assert [(entry.type, entry.segment.id) for entry in history] == [("left", segment.id), ("entered", segment.id)]
    assert use(lambda client: client.contacts.export(contact.id))["contact_type"]["id"] == readers


def test_the_changes_of_a_segment(use: Used, readers: int) -> None:
    segment = use(lambda client: client.segments.create(readers, fresh("Young"), "age < 25"))
    use(lambda client: client.contacts.update(readers, "reader20@example.org", {"age": 50}))
    built, left = use(lambda client: client.changes(segment_id=segment.id, live=False))
    assert (built.type, built.count, left.type, left.email) == ("built", 5, "left", "reader20@example.org")
    assert left.id > built.id
    past = use(lambda client: client.segments.past_members(segment.id, built.id, page_size=2))
    assert [member.email for member in past] == [f"reader{age}@example.org" for age in range(20, 25)]
    assert use(lambda client: client.changes(left.id, segment_id=segment.id, live=False)) == []
    entry = use(lambda client: client.audit.list(action="segment.created"))[0]
    assert (entry.subject.id, entry.actor.kind) == (segment.id, "key")


def test_the_life_of_a_webhook(use: Used) -> None:
    made = use(lambda client: client.webhooks.create("https://does-not-exist.invalid/", types=["entered"]))
    assert made.secret.startswith("whsec_")
    assert made.secret not in repr(made)
    found = use(lambda client: client.webhooks.get(made.id))
    assert (found.url, found.types, found.segment_ids, found.enabled) == (made.url, ("entered",), (), True)
    rotated = use(lambda client: client.webhooks.rotate(made.id))
    assert rotated.secret != made.secret
    assert rotated.previous_secret_until
    tried = use(lambda client: client.webhooks.test(made.id))
    assert (tried.type, tried.outcome, tried.status) == ("test", "host_not_found", None)
    assert tried in use(lambda client: client.webhooks.deliveries(made.id))
    changed = use(lambda client: client.webhooks.update(made.id, types=None, enabled=False))
    assert (changed.types, changed.enabled, changed.disabled_reason) == ((), False, "manual")
    assert changed in use(lambda client: client.webhooks.list(page_size=1))
    assert use(lambda client: client.webhooks.replay(made.id, after=0)).position == 0
    assert use(lambda client: client.webhooks.delete(made.id)) is None


def test_the_life_of_a_provider(use: Used) -> None:
    made = use(lambda client: client.providers.create("postmark", description="News", credential="user:password"))
    assert made.path == f"/in/postmark/{made.secret}"
    assert made.secret not in repr(made)
    found = use(lambda client: client.providers.get(made.id))
    assert (found.service, found.description, found.has_credential) == ("postmark", "News", True)
    rotated = use(lambda client: client.providers.rotate(made.id))
    assert rotated.secret != made.secret
    assert rotated.previous_token_until
    changed = use(lambda client: client.providers.update(made.id, description="", credential=""))
    assert (changed.description, changed.has_credential) == ("", False)
    assert changed in use(lambda client: client.providers.list(page_size=1))
    assert use(lambda client: client.providers.activity(made.id)) == []
    assert use(lambda client: client.providers.delete(made.id)) is None


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


def test_every_call_of_the_api_has_one_in_the_client(owner: Person) -> None:
    url = owner.base.removesuffix("/api/")
    described = requests.get(f"{url}/v1/openapi.json", timeout=60).json()["paths"]
    offered = {(method.upper(), path) for path, methods in described.items() for method in methods}
    missing = {call for call in offered if not any(_matches(call, request) for request in requests_of_the_client())}
    assert missing == {("GET", "/v1/openapi.json"), ("GET", "/v1/changes")} & offered


def requests_of_the_client() -> Iterator[Request[Any]]:
    """Build a request with each method of the resources, with arguments of the right types."""
    with Tamis("http://127.0.0.1:1", "sk_none") as client:
        resources = [found for found in vars(client).values() if isinstance(found, Resource)]
    for resource in resources:
        for call in vars(type(resource)).values():
            if build := getattr(call, "_build", None):
                match build(resource, **_arguments(build)):
                    case Request() as request:
                        yield request
                    case (request, _):  # and the file to write
                        yield request
                    case Stream() as stream:
                        yield StreamedBatches(stream).request()


def _arguments(build: Callable[..., object]) -> dict[str, object]:
    values: dict[object, object] = {int: 7, str: "text", bool: True, str | Path: "file"}
    _, *parameters = inspect.signature(build).parameters.values()
    return {found.name: values.get(found.annotation, {}) for found in parameters if found.default is found.empty}


def _matches(call: tuple[str, str], request: Request[Any]) -> bool:
    method, path = call
    pattern = re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(path))
    return method == request.method and re.fullmatch(pattern, f"/v1{request.path}") is not None
