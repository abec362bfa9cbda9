"""Contacts in the console: § Nothing leaks to strangers; search, editing, and hostile values."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from typing import Any

import pytest

from tamis.actions.accounts.accounts import choose_account
from tamis.actions.contacts.contact_edits import create_contact, edit_contact
from tamis.actions.fields.fields import create_field
from tamis.actions.fields.types import create_type
from tamis.actions.segments.segments import create_segment
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.contacts import Contact, ContactType
from tamis.domain.segments.segments import Segment
from tamis.domain.values.fields import Kind
from tamis.domain.values.hidden_characters import escape_hidden
from tamis.records import contacts, types
from tamis.rules.syntaxes.text import from_text
from tamis.settings import Settings
from tests.support.console import Visitor, new_console_account, text_of
from tests.support.process import Server
from tests.support.users import Person, fresh_address

HOSTILE = {
    "first_name": "<img src=x onerror=alert(1)>",
    "last_name": '"><script>alert(2)</script>',
    "country": '=HYPERLINK("http://example.org")',
    "city": "\u202egnitaert\u202c' onmouseover='alert(3)",
    "notes": "{{ 7*7 }}" + "x" * 10_000,
}
ONCE = re.compile(r'name="idempotency_key" value="[0-9a-f]+"')


@dataclass
class Workspace:
    """A contact type of the owner, and its contents."""

    services: Services
    account: Account
    type: ContactType
    grown: Segment

    @property
    def path(self) -> str:
        return f"/types/{self.type.id}/contacts"

    def add(self, email: str, **texts: str) -> Contact:
        return self.services.write(create_contact, self.account, self.type, {"email": email, **texts})

    def read(self, contact: Contact) -> Contact | None:
        db = self.services.records.reader()
        return contacts.by_id(db, self.type.id, contact.id, types.fields_of_type(db, self.type.id))

    def field(self, key: str) -> int:
        return types.fields_of_type(self.services.records.reader(), self.type.id).by_key[key].id

    def value(self, contact: Contact, key: str) -> Any:
        found = self.read(contact)
        assert found
        return found.values.get(self.field(key))


@pytest.fixture
def workspace(server: Server, owner: Person, request: pytest.FixtureRequest) -> Iterator[Workspace]:
    """A type of its own for each test; the columns are the server's, the records are shared."""
    services = Services(Settings(server.data))
    account = choose_account(services.records.reader(), owner.email)
    made = services.write(create_type, account, request.node.name[:200])
    services.write(create_field, made, "Age", Kind.NUMBER)
    services.write(create_field, made, "Seen", Kind.DATETIME)
    services.write(create_field, made, "Tags", Kind.CHOICES, ("Red", "Blue", "<i>Green</i>"))
    services.write(create_field, made, "Notes", Kind.TEXT)
    name = f"Grown up <b>{made.id}</b>"
    yield Workspace(
        services, account, made, services.write(create_segment, account, made, name, from_text("age >= 18"))
    )
    services.close()


def rows(page: str) -> list[str]:
    """Return the addresses in the rows of a list, in order."""
    return [text_of(re.sub("</?mark>", "", found)) for found in re.findall(r'<a class="name".*?</a>', page, re.S)]


def parts_of(page: str) -> list[tuple[str, list[str]]]:
    """Return the tags of a page as a browser reads them, each with the names of its attributes."""
    found: list[tuple[str, list[str]]] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: found.append((tag, [name for name, _ in attrs]))  # type: ignore[method-assign]
    parser.feed(page)
    return found


def typing(workspace: Workspace, text: str = "", **more: str) -> dict[str, str]:
    """Return what the form of the search sends."""
    return {"text": text, "segment": "", "order": "", **more}


# -- who sees them -----------------------------------------------------------------------------------------------------


def test_only_users_of_the_account_see_and_change_contacts(
    workspace: Workspace, console: Visitor, colleague: Visitor, stranger: Visitor, guest: Visitor
) -> None:
    ann = workspace.add("ann@example.org", age="34")
    one, age = f"{workspace.path}/{ann.id}", workspace.field("age")
    requested = [
        workspace.path,
        f"{workspace.path}/new",
        one,
        f"{one}/timeline",
        f"{one}/fields/{age}",
        f"{one}/fields/{age}/edit",
    ]
    sent: list[tuple[str, dict[str, str]]] = [
        (f"{workspace.path}/found", typing(workspace, "ann")),
        (f"{workspace.path}/count", typing(workspace, "ann")),
        (f"{workspace.path}/columns", {"field": str(age)}),
        (f"{workspace.path}/export", {"to": "csv"}),
        (f"{workspace.path}/new", {"field-1": "bob@example.org"}),
        (f"{one}/fields/{age}", {f"value-{age}": "35", "seen": "34", "shown_text": "34"}),
        (f"{one}/delete", {}),
    ]
    for path in requested:
        assert stranger.get(path).status_code == 404, path
        assert guest.get(path).status_code == 303, path
        assert [visitor.get(path).status_code for visitor in (console, colleague)] == [200, 200], path
    guest.get("/sign-in")
    for path, data in sent:
        assert stranger.post(path, data).status_code == 404, path
        assert guest.post(path, data).status_code in (303, 401), path
        assert console.post(path, {**data, "csrf": "0" * 64}).status_code == 403, path
    assert workspace.read(ann) == ann
    nothing = f"{workspace.path}/999999"
    both = [ONCE.sub("", stranger.get(path).text) for path in (one, nothing)]
    assert both[0] == both[1]
    for path, data in sent:
        assert colleague.post(path, data).status_code in (200, 303), path
    assert workspace.read(ann) is None


@pytest.mark.parametrize("id_", ["0", "-1", "9" * 18, "9" * 40])
def test_unknown_contact_ids_are_not_found(workspace: Workspace, console: Visitor, id_: str) -> None:
    ann = workspace.add("ann@example.org")
    for path in (f"/types/{id_}/contacts", f"{workspace.path}/{id_}", f"{workspace.path}/{ann.id}/fields/{id_}/edit"):
        assert console.get(path).status_code == 404, path
    assert console.get(f"{workspace.path}/{ann.id}/fields/11/edit").status_code == 404, "Tamis writes it itself"


def test_a_contact_of_one_type_is_not_found_in_another(workspace: Workspace, console: Visitor) -> None:
    other = workspace.services.write(create_type, workspace.account, fresh_address())
    ann = workspace.add("ann@example.org")
    assert console.get(f"/types/{other.id}/contacts/{ann.id}").status_code == 404
    answer = console.post(f"/types/{other.id}/contacts/found", typing(workspace, segment=str(workspace.grown.id)))
    assert rows(answer.text) == []


# -- the list ----------------------------------------------------------------------------------------------------------


def test_an_empty_list_explains_how_to_start(workspace: Workspace, console: Visitor, server: Server) -> None:
    begin = console.get(workspace.path).text
    assert "No contacts yet" in text_of(begin)
    assert f"/imports/new?type={workspace.type.id}" in begin
    person = new_console_account(server.data, server.address, fresh_address())
    newcomer = Visitor(server.address)
    newcomer.sign_in(person.email)
    assert "Create contact type" in text_of(newcomer.get("/contacts").text)
    assert console.get("/contacts").status_code == 303


def test_search_filter_order_and_pages(workspace: Workspace, console: Visitor) -> None:
    for number in range(120):
        workspace.add(f"P{number:03}@example.org", first_name=("Zoë", "Omar")[number % 2], age=str(number))
    first = console.get(workspace.path)
    assert rows(first.text) == [f"P{number:03}@example.org" for number in range(119, 69, -1)]
    assert "120 contacts" in text_of(first.text)

    found = console.post(f"{workspace.path}/found", typing(workspace, "ZOË p00")).text
    assert rows(found) == [f"P{number:03}@example.org" for number in (8, 6, 4, 2, 0)]
    assert "5 contacts found" in text_of(found)
    assert "No contacts found" in console.post(f"{workspace.path}/found", typing(workspace, "nobody")).text
    many = console.post(f"{workspace.path}/found", typing(workspace, "zoë", segment=str(workspace.grown.id)))
    assert len(rows(many.text)) == 50
    counted = console.post(f"{workspace.path}/count", typing(workspace, "zoë", segment=str(workspace.grown.id)))
    assert "51 contacts found" in text_of(counted.text)
    assert "at most 10 words" in text_of(console.post(f"{workspace.path}/found", typing(workspace, "a " * 11)).text)

    seen: list[str] = []
    query = "order=-age"
    while query:
        page = console.get(f"{workspace.path}?{query}").text
        assert 'aria-sort="descending"' in page
        seen += rows(page)
        later = re.search(r'name="at" value="(after-\d+-\d+)"', page)
        query = f"order=-age&at={later[1]}" if later else ""
    assert seen == [f"P{number:03}@example.org" for number in range(119, -1, -1)]
    assert len(rows(console.get(f"{workspace.path}?segment=999999&order=gone&at=after-x").text)) == 50


def test_the_columns_are_chosen(workspace: Workspace, console: Visitor) -> None:
    workspace.add("ann@example.org", city="Dhaka", age="1234")
    answer = console.post(
        f"{workspace.path}/columns", {"field": [str(workspace.field("city")), str(workspace.field("age")), "x", "7777"]}
    )
    assert answer.headers["location"] == workspace.path
    heads = re.findall(r'<button class="sort".*?<bdi>(.*?)</bdi>', console.get(workspace.path).text)
    assert heads == ["Email", "City", "Age"]
    assert "1,234" in text_of(console.get(workspace.path).text)


def test_search_text_is_in_no_url_and_no_log(workspace: Workspace, console: Visitor, server: Server) -> None:
    workspace.add("very.secret@example.org", age="1")
    page = console.get(workspace.path).text
    assert not re.search(r"<form[^>]*role=\"search\"[^>]*method=\"get\"", page)
    found = console.post(f"{workspace.path}/found", typing(workspace, "very.secret"))
    assert len(rows(found.text)) == 1
    assert "very.secret" not in re.findall(r'data-query="(.*?)"', found.text)[0]
    assert "very.secret" not in "".join(server.output + server.errors)


def test_the_export_has_what_the_list_shows(workspace: Workspace, console: Visitor) -> None:
    for number in range(3):
        workspace.add(f"p{number}@example.org", age=str(17 + number), city="=1+1")
    requested = typing(workspace, "P example", segment=str(workspace.grown.id), to="ndjson")
    answer = console.post(f"{workspace.path}/export", requested)
    assert [line["email"] for line in map(json.loads, answer.text.splitlines())] == ["p1@example.org", "p2@example.org"]
    assert re.fullmatch(r"attachment; filename=\"[A-Za-z0-9._ -]+\.ndjson\"; .*", answer.headers["content-disposition"])
    rows = console.post(f"{workspace.path}/export", {"to": "csv"}).text.splitlines()
    assert len(rows) == 4
    assert ",'=1+1," in rows[1], "no spreadsheet runs it"
    assert console.post(f"{workspace.path}/export", {"to": "exe"}).status_code == 404
    assert console.post(f"{workspace.path}/export", {"to": "csv", "segment": "999999"}).status_code == 404


# -- a contact ---------------------------------------------------------------------------------------------------------


def test_a_contact_form_submitted_twice_creates_one_contact(workspace: Workspace, console: Visitor) -> None:
    console.get(f"{workspace.path}/new")
    filled = {
        "field-1": "ann@example.org",
        "field-2": "Ann",
        f"field-{workspace.field('age')}": "old",
        f"field-{workspace.field('seen')}": "2024-02-29T14:30",
        f"field-{workspace.field('tags')}": ["Blue", "Red"],
    }
    wrong = console.post(f"{workspace.path}/new", filled)
    assert wrong.status_code == 422
    assert "Must be a number" in text_of(wrong.text)
    assert 'value="Ann"' in wrong.text
    assert wrong.text.count("checked") == 2
    filled = {**filled, f"field-{workspace.field('age')}": "34", "idempotency_key": "the same click"}
    answers = [console.post(f"{workspace.path}/new", filled) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    page = console.get(answers[0].headers["location"]).text
    assert "ann@example.org was added." in text_of(page)
    assert "29 Feb 2024, 14:30" in page
    assert "2024-02-29T08:30:00.000000Z" in page, "the owner lives in Dhaka"
    assert "In 1 segment" in text_of(page)
    taken = console.post(f"{workspace.path}/new", {"field-1": "ANN@example.org"})
    assert (taken.status_code, "another contact" in taken.text) == (422, True)


def test_a_contact_page_explains_its_memberships(workspace: Workspace, console: Visitor) -> None:
    ann = workspace.add("ann@example.org", age="34")
    page = text_of(console.get(f"{workspace.path}/{ann.id}").text)
    assert "In 1 segment" in page
    assert "Matches: Age is at least 18 Value: 34" in page
    console.get(workspace.path)  # the columns have seen her as she was
    workspace.services.write(edit_contact, workspace.account, workspace.type, ann.id, {"age": "7"})
    page = text_of(console.get(f"{workspace.path}/{ann.id}").text)
    assert "Not in any segment" in page
    assert "Does not match: Age is at least 18 Value: 7" in page
    history = text_of(console.get(f"{workspace.path}/{ann.id}/timeline").text)
    assert f"Left Grown up <b>{workspace.type.id}</b>" in history
    assert "Contact updated" in history


def test_a_value_is_edited_in_place(workspace: Workspace, console: Visitor) -> None:
    ann = workspace.add("ann@example.org", age="34", tags="Red")
    age, tags = (f"{workspace.path}/{ann.id}/fields/{workspace.field(key)}" for key in ("age", "tags"))
    control = f"value-{workspace.field('age')}"
    form = console.get(f"{age}/edit").text
    assert f'name="{control}" type="text" value="34"' in form
    wrong = console.post(age, {control: "x<y", "seen": "34", "shown_text": "34"})
    assert wrong.status_code == 422
    assert 'Must be a number such as 12.5, not "x<y"' in text_of(wrong.text)
    assert 'value="x&lt;y"' in wrong.text
    saved = console.post(age, {control: "17", "seen": "34", "shown_text": "34"})
    assert saved.status_code == 200
    assert workspace.value(ann, "age") == 17.0
    assert "Not in any segment" in text_of(saved.text)
    control = f"value-{workspace.field('tags')}"
    assert (
        console.post(tags, {control: ["Blue", "<i>Green</i>"], "seen": "Red", "shown_text": "Red"}).status_code == 200
    )
    assert workspace.value(ann, "tags") == ("Blue", "<i>Green</i>")
    assert console.post(tags, {"seen": "Blue; <i>Green</i>", "shown_text": "Blue; <i>Green</i>"}).status_code == 200
    assert workspace.value(ann, "tags") is None


def test_a_concurrent_edit_is_reported(workspace: Workspace, console: Visitor, colleague: Visitor) -> None:
    ann = workspace.add("ann@example.org", city="Dhaka")
    path, control = f"{workspace.path}/{ann.id}/fields/{workspace.field('city')}", f"value-{workspace.field('city')}"
    for visitor in (console, colleague):
        assert 'name="seen" value="Dhaka"' in visitor.get(f"{path}/edit").text
    assert console.post(path, {control: "Berlin", "seen": "Dhaka", "shown_text": "Dhaka"}).status_code == 200
    second = colleague.post(path, {control: "Paris", "seen": "Dhaka", "shown_text": "Dhaka"})
    assert second.status_code == 409
    assert 'City was changed in the meantime and is now "Berlin"' in text_of(second.text)
    assert 'value="Paris"' in second.text
    assert 'name="seen" value="Berlin"' in second.text
    assert workspace.value(ann, "city") == "Berlin"
    again = {control: "Paris", "seen": "Berlin", "shown_text": "Berlin", "idempotency_key": "a double click"}
    assert [colleague.post(path, again).status_code for _ in range(2)] == [200, 200]
    assert workspace.value(ann, "city") == "Paris"


def test_an_unedited_instant_is_kept_exactly(workspace: Workspace, console: Visitor) -> None:
    ann = workspace.add("ann@example.org", seen="2024-02-29T08:30:15.123456Z")
    path, control = f"{workspace.path}/{ann.id}/fields/{workspace.field('seen')}", f"value-{workspace.field('seen')}"
    form = console.get(f"{path}/edit").text
    assert 'value="2024-02-29T14:30:15.123"' in form
    hidden = dict(re.findall(r'name="(seen|shown_text)" value="(.*?)"', form))
    assert console.post(path, {control: "2024-02-29T14:30:15.123", **hidden}).status_code == 200
    assert workspace.read(ann) == ann
    assert console.post(path, {control: "2024-02-29T14:31", **hidden}).status_code == 200
    assert str(workspace.value(ann, "seen")) == "2024-02-29 08:31:00+00:00"


def test_hostile_values_are_shown_as_text(workspace: Workspace, console: Visitor) -> None:
    evil = workspace.add("evil@example.org", age="20", **HOSTILE)
    chosen = [str(workspace.field(key)) for key in HOSTILE]
    console.post(f"{workspace.path}/columns", {"field": chosen})
    pages = [console.get(path).text for path in (workspace.path, f"{workspace.path}/{evil.id}")]
    pages.append(console.post(f"{workspace.path}/found", typing(workspace, "onerror")).text)
    for key in HOSTILE:
        pages.append(console.get(f"{workspace.path}/{evil.id}/fields/{workspace.field(key)}/edit").text)
    for page in pages:
        tags = parts_of(page)
        assert not {"img", "i", "b"} & {tag for tag, _ in tags}
        assert not [name for _, names in tags for name in names if name.startswith("on") or name == "style"]
        assert all("src" in names for tag, names in tags if tag == "script")
        assert "49" + "x" * 100 not in page
    for key in ("first_name", "last_name", "country", "city"):
        assert escape_hidden(HOSTILE[key]) in text_of(pages[0].replace("<bdi", " <bdi")), key
    assert escape_hidden(HOSTILE["notes"]) in text_of(pages[1])
    shown, held = escape_hidden(HOSTILE["city"]), escape(HOSTILE["city"], quote=True)
    assert "⟨U+202E⟩" in shown, "it cannot turn round what stands beside it"
    edited = console.get(f"{workspace.path}/{evil.id}/fields/{workspace.field('city')}/edit").text
    assert held in edited.replace("&#34;", "&quot;").replace("&#39;", "&#x27;"), "and stays as it is when it is saved"
    assert len(pages[0]) < 40_000, "a list does not send all of a long text"


def test_a_contact_is_deleted_and_forgotten(workspace: Workspace, console: Visitor) -> None:
    ann, bob = workspace.add("ann@example.org"), workspace.add("bob@example.org")
    answer = console.post(f"{workspace.path}/{ann.id}/delete", {"idempotency_key": "twice"})
    assert (answer.status_code, answer.headers["location"]) == (303, workspace.path)
    assert console.post(f"{workspace.path}/{ann.id}/delete", {"idempotency_key": "twice"}).status_code == 303
    assert "ann@example.org was deleted." in text_of(console.get(workspace.path).text)
    assert console.get(f"{workspace.path}/{ann.id}").status_code == 404
    assert workspace.add("ann@example.org").id != ann.id
    console.post(f"{workspace.path}/{bob.id}/delete", {"forget": "yes"})
    assert "bob@example.org was forgotten." in text_of(console.get(workspace.path).text)
    refused = console.post(f"{workspace.path}/new", {"field-1": "bob@example.org"})
    assert (refused.status_code, "cannot be added again" in refused.text) == (422, True)
