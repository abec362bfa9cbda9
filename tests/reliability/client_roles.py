"""The roles of concurrent clients: each creates a function that is called repeatedly and records its results."""

import itertools
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import requests

from tamis.actions.accounts.keys import create_key_pair, revoke_key_pair
from tamis.actions.contacts.contact_edits import edit_contact
from tamis.actions.local_calls import RecipientPage
from tamis.actions.local_protocol import encode_call
from tamis.actions.segments.segments import SegmentEdit, edit_segment
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.errors import NotFound
from tamis.domain.segments.segments import recipient_id_of_contact
from tamis.rules.syntaxes.text import from_text
from tests.support.console import Visitor
from tests.support.histories.audience import (
    MISSING,
    OK,
    REFUSED,
    TAKEN,
    Add,
    Delete,
    Drop,
    Edit,
    Exchange,
    Knock,
    Make,
    MakeKey,
    Members,
    Page,
    Revoke,
    SizeOf,
    Sizes,
    Value,
    Values,
    Write,
    address_of,
)
from tests.support.histories.linearizability import UNKNOWN
from tests.support.histories.recorder import History
from tests.support.process import TIMEOUT_SECONDS, Server, environment
from tests.support.users import Person

CONTACTS = 16
MANUAL, ALL_MANUAL, RULE = "Hand", "All of hand", "Rule"
MOST_MADE = 3
VALUE = re.compile(r'name="seen" value="(-?\d+)"')


class Roles:
    """What all share who act on one directory: its server, its account, and the numbers of what is there."""

    server: Server
    owner: Person
    account: Account
    type: ContactType
    services: Services
    history: History
    ids: dict[str, int]
    contacts: list[int]
    field: int
    token: str

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._values = itertools.count(1_000)
        self._names = itertools.count(1)
        self._made: dict[str, int] = {}

    def file(self, values: dict[int, int]) -> Path:
        """Write a file with the values of some contacts."""
        path = self.directory / "people.csv"
        path.write_text("email,n\n" + "".join(f"{address_of(n)},{value}\n" for n, value in values.items()))
        return path

    def _person(self) -> Person:
        return replace(self.owner, http=requests.Session())

    def change_overrides(self) -> Callable[[str, random.Random], None]:
        """Make a client that adds and deletes contacts that others add and delete too, and emails only it uses."""
        person, own = self._person(), itertools.count(1)
        numbers: dict[str, int] = {}

        def act(name: str, chance: random.Random) -> None:
            person.base = self.owner.base
            kind = chance.random()
            if kind < 0.3:
                address = address_of(chance.randrange(CONTACTS))
                self._add(name, person, chance.choice((MANUAL, RULE)), address)
            elif kind < 0.55:
                segment, contact = chance.choice((MANUAL, RULE)), chance.randrange(CONTACTS)
                recipient = recipient_id_of_contact(self.ids[segment], self.contacts[contact])
                self._delete(name, person, segment, address_of(contact), recipient)
            elif kind < 0.7:
                self._add(name, person, MANUAL, f"{name.replace(' ', '')}.{next(own)}@example.org")
            elif kind < 0.85:
                address, recipient = chance.choice(list(numbers.items()) or [("", 0)])
                if recipient:
                    del numbers[address]
                    self._delete(name, person, MANUAL, address, recipient)
            else:
                for row in self._list(name, person, MANUAL):
                    if row["email"].startswith(name.replace(" ", "") + "."):
                        numbers[row["email"]] = row["id"]

        return act

    def _add(self, name: str, person: Person, segment: str, address: str) -> None:
        statuses = {200: OK, 422: TAKEN, 404: MISSING}
        self.history.perform(
            name, Add(segment, address), lambda: statuses[person.add(self.ids[segment], address).status_code]
        )

    def _delete(self, name: str, person: Person, segment: str, address: str, recipient: int) -> None:
        statuses = {200: OK, 404: MISSING}
        self.history.perform(
            name, Delete(segment, address), lambda: statuses[person.delete_recipient(recipient).status_code]
        )

    def _list(self, name: str, person: Person, segment: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []

        def query() -> Any:
            answer = person.get("segment/email/list", segment_id=self._id(segment))
            if answer.status_code == 404:
                return MISSING
            rows.extend(answer.json()["message"]["contactEmails"])
            return tuple(sorted(row["email"] for row in rows))

        self.history.perform(name, Members(segment), query)
        return rows

    def _id(self, segment: str) -> int:
        return self.ids.get(segment) or self._made[segment]

    def segments(self) -> Callable[[str, random.Random], None]:
        """Make one who makes, edits and deletes segments; edits are made in another process than the server's."""
        person, live = self._person(), list[str]()

        def act(name: str, chance: random.Random) -> None:
            person.base = self.owner.base
            kind, least = chance.random(), chance.randrange(1_000)
            if kind < 0.2 and len(live) < MOST_MADE:
                made = f"Made {next(self._names)}"
                if self._store(name, person, made, least):
                    live.append(made)
            elif kind < 0.4:
                chosen = chance.choice([*live, RULE])
                self.history.perform(name, Edit(chosen, least), lambda: self._edit(chosen, least))
            elif kind < 0.5 and live:
                chosen = live.pop(chance.randrange(len(live)))
                statuses = {200: OK, 404: MISSING}
                self.history.perform(
                    name, Drop(chosen), lambda: statuses[person.delete_segment(self._made[chosen]).status_code]
                )
            else:
                self._sizes(name, person)

        return act

    def _store(self, name: str, person: Person, made: str, least: int) -> bool:
        arrays = {
            "select_field": [str(self.field)],
            "select_operator": ["is equal or greater than"],
            "value": [str(least)],
        }
        begun, size = time.monotonic_ns(), 0

        def query() -> Any:
            nonlocal size
            answer = person.store_segment(self.type.id, made, **arrays)
            assert answer.status_code == 200, answer.text
            segment = answer.json()["message"]["segment"]
            self._made[made], size = segment["id"], segment["segment_emails_count"]
            return OK

        if self.history.perform(name, Make(made, least), query) is UNKNOWN:
            return False
        self.history.add(name, SizeOf(made), size, begun)
        return True

    def _edit(self, segment: str, least: int) -> str:
        try:
            self.services.write(
                edit_segment, self.account, self._id(segment), SegmentEdit(draft=from_text(f"n >= {least}"))
            )
        except NotFound:
            return MISSING
        return OK

    def _sizes(self, name: str, person: Person) -> None:
        def query() -> Any:
            return tuple(sorted((row["segment_name"], row["segment_emails_count"]) for row in person.segments()))

        self.history.perform(name, Sizes(), query)

    def edit_contacts(self, name: str, chance: random.Random) -> None:
        """Edit contacts in another process than the server's."""
        contact, value = chance.randrange(CONTACTS), self._value(chance)

        def query() -> str:
            self.services.write(edit_contact, self.account, self.type, self.contacts[contact], {"n": str(value)})
            return OK

        self.history.perform(name, Write(((contact, value),)), query)

    def _value(self, chance: random.Random) -> int:
        """Return a new value, on either side of the rules' conditions."""
        return next(self._values) * chance.choice((-1, 1))

    def console(self) -> Callable[[str, random.Random], None]:
        """Make one who reads and edits contacts at the console."""
        visitor = Visitor(self.server.address)
        assert visitor.sign_in(self.account.email).status_code == 303

        def act(name: str, chance: random.Random) -> None:
            visitor.address = self.server.address
            contact = chance.randrange(CONTACTS)
            path = f"/types/{self.type.id}/contacts/{self.contacts[contact]}/fields/{self.field}"

            def read() -> Any:
                answer = visitor.get(f"{path}/edit")
                found = VALUE.search(answer.text)
                assert found, answer.text
                return int(found[1])

            seen = self.history.perform(name, Value(contact), read)
            if seen is UNKNOWN:
                return
            value = self._value(chance)
            form = {f"value-{self.field}": str(value), "seen": str(seen), "shown_text": str(seen)}
            statuses = {200: OK, 409: REFUSED}
            call = Exchange(contact, seen, value)
            self.history.perform(name, call, lambda: statuses[visitor.post(path, form).status_code])

        return act

    def keys(self) -> Callable[[str, random.Random], None]:
        """Make one who makes keys, uses and revokes them."""
        pairs: dict[str, tuple[str, str]] = {}
        person = self._person()

        def act(name: str, chance: random.Random) -> None:
            if len(pairs) < 2:
                key = f"key {next(self._names)}"

                def make() -> str:
                    made = self.services.write(create_key_pair, self.account)
                    pairs[key] = made.public_key, made.secret_key
                    return OK

                self.history.perform(name, MakeKey(key), make)
            key = chance.choice(list(pairs))
            self._knock(name, person, key, pairs[key])
            if chance.random() < 0.4:
                public_key = pairs[key][0]

                def revoke() -> str:
                    self.services.write(revoke_key_pair, self.account, public_key)
                    return OK

                self.history.perform(name, Revoke(key), revoke)
                self._knock(name, person, key, pairs.pop(key))

        return act

    def _knock(self, name: str, person: Person, key: str, pair: tuple[str, str]) -> None:
        person.base, person.public_key, person.secret_key = self.owner.base, *pair
        statuses = {200: OK, 401: REFUSED}
        self.history.perform(name, Knock(key), lambda: statuses[person.get("contacts-type").status_code])

    def import_(self, name: str, chance: random.Random) -> None:
        """Import a file in a process of its own: a batch, which takes effect as a whole."""
        values = {contact: self._value(chance) for contact in chance.sample(range(CONTACTS), CONTACTS // 2)}
        arguments = ["import", str(self.file(values)), "--type", "People", "--data", str(self.server.data), "--json"]

        def query() -> str:
            done = subprocess.run(
                [sys.executable, "-m", "tamis", *arguments],
                capture_output=True,
                env=environment(),
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            return OK

        self.history.perform(name, Write(tuple(values.items())), query)

    def read(self) -> Callable[[str, random.Random], None]:
        """Make one who only reads: lists whole and page by page, sizes, contacts."""
        person, turns = self._person(), itertools.count()

        def act(name: str, chance: random.Random) -> None:
            person.base = self.owner.base
            match next(turns) % 6:
                case 0:
                    self._sizes(name, person)
                case 1:
                    self._list(name, person, ALL_MANUAL)
                case 2:
                    self._list(name, person, RULE)
                case 3:
                    self.history.perform(name, Values(), lambda: self._values_of(person))
                case 4:
                    self._page(name, person, chance.randrange(-1, CONTACTS), chance.randrange(1, 6))
                case 5:
                    made = list(self._made)
                    self._list(name, person, made[-1] if made else MANUAL)

        return act

    def watch(self) -> Callable[[str, random.Random], None]:
        """Make one who lists the same segment again and again: of those who come and go, each is whole or not there."""
        person = self._person()

        def act(name: str, chance: random.Random) -> None:
            person.base = self.owner.base
            self._list(name, person, MANUAL)

        return act

    def _values_of(self, person: Person) -> tuple[int, ...]:
        rows = person.get("contacts/list", contact_type_id=self.type.id).json()["message"]["contacts"]
        values = {row["id"]: row["custom_fields"]["n"] for row in rows}
        assert len(values) == len(rows) == CONTACTS
        return tuple(values[id_] for id_ in self.contacts)

    def _page(self, name: str, person: Person, after: int, limit: int) -> None:
        start = recipient_id_of_contact(self.ids[RULE], self.contacts[after]) if after >= 0 else 0

        def query() -> Any:
            return tuple(row["email"] for row in person.recipients(self.ids[RULE], after=start, limit=limit))

        self.history.perform(name, Page(RULE, after, limit), query)

    def read_locally(self) -> Callable[[str, random.Random], None]:
        """Make a client that reads as commands with a running server do."""
        http = requests.Session()
        http.trust_env = False

        def act(name: str, chance: random.Random) -> None:
            segment = chance.choice((MANUAL, RULE))

            def query() -> Any:
                answer = http.post(
                    self.server.address + "/local/ask",
                    data=encode_call(RecipientPage(self.account.id, self.ids[segment], 0, 1_000)),
                    headers={"Authorization": f"Bearer {self.token}"},
                    timeout=TIMEOUT_SECONDS,
                )
                return tuple(sorted(msgspec.json.decode(document)["email"] for _, document in answer.json()))

            self.history.perform(name, Members(segment), query)

        return act
