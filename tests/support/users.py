"""The users of the tests: each has an account and a key pair, and sends requests to a server over HTTP."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.support.process import TAMIS, tamis

_numbers = itertools.count(1)


def fresh(name: str) -> str:
    """Return a name that no other test of this run uses."""
    return f"{name} {next(_numbers)}"


def fresh_address(name: str = "someone") -> str:
    """Return an e-mail address that no other test of this run uses."""
    return f"{name}.{next(_numbers)}@example.org"


@dataclass
class Person:
    """Someone with a key pair of an account."""

    data: Path
    base: str
    account_id: int
    email: str
    public_key: str
    secret_key: str
    prefix: Sequence[str] = ()
    http: requests.Session = field(default_factory=requests.Session, repr=False)

    def __post_init__(self) -> None:
        self.http.trust_env = False  # a proxy of whoever runs the tests must not come between

    @property
    def keys(self) -> dict[str, str]:
        """The two headers of the Segment API."""
        return {"PublicKey": self.public_key, "SecretKey": self.secret_key}

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request with this person's keys; `headers` are added to them."""
        headers = {**self.keys, **options.pop("headers", {})}
        return self.http.request(method, self.base + path, headers=headers, timeout=120, **options)

    def get(self, path: str, **query: object) -> requests.Response:
        """Send a GET request."""
        return self.call("GET", path, params=query)

    def post(self, path: str, data: Any = None, **options: Any) -> requests.Response:
        """Send a POST request, url-encoded when `data` is a mapping."""
        return self.call("POST", path, data=data, **options)

    def tamis(self, *arguments: str | Path, program: Sequence[str] = TAMIS) -> dict[str, Any]:
        """Run a command for this person's account, in another process than the server's."""
        return tamis(self.data, *arguments, "--account", self.email, prefix=self.prefix, program=program)

    def segments(self) -> list[dict[str, Any]]:
        """List this person's segments."""
        found: list[dict[str, Any]] = self.get("segment/list").json()["message"]["segments"]
        return found

    def segment(self, segment_id: int) -> dict[str, Any]:
        """Find a segment in the list."""
        return next(segment for segment in self.segments() if segment["id"] == segment_id)

    def recipients(self, segment_id: int, **page: int) -> list[dict[str, Any]]:
        """List the recipients of a segment."""
        answer = self.get("segment/email/list", segment_id=segment_id, **page)
        found: list[dict[str, Any]] = answer.json()["message"]["contactEmails"]
        return found

    def recipient(self, segment_id: int, email: str) -> dict[str, Any]:
        """Find the one recipient of a segment with an address."""
        (found,) = (row for row in self.recipients(segment_id) if row["email"] == email)
        return found

    def addresses(self, segment_id: int) -> list[str]:
        """List the addresses in a segment."""
        return [row["email"] for row in self.recipients(segment_id)]

    def add(
        self, segment_id: object, email: object, first: object = "Ada", last: object = "Lovelace"
    ) -> requests.Response:
        """Add a recipient, url-encoded."""
        body = {"segment_id": segment_id, "first_name": first, "last_name": last, "email": email}
        return self.post("segment/email/store", body)

    def delete_recipient(self, recipient_id: object) -> requests.Response:
        """Delete a recipient by its id."""
        return self.call("DELETE", "segment/email/delete", params={"segment_recipient_id": recipient_id})

    def delete_segment(self, segment_id: object) -> requests.Response:
        """Delete a segment."""
        return self.call("DELETE", "segment/delete", params={"segment_id": segment_id})

    def store_segment(self, type_id: object, name: object = None, **arrays: Any) -> requests.Response:
        """Make a segment from the parallel arrays."""
        name = fresh("Segment") if name is None else name
        return self.post("segment/store", json={"contact_type_id": type_id, "segment_name": name, **arrays})

    def make_segment(self, type_id: int, name: str | None = None, **arrays: Any) -> int:
        """Make a segment and give its id."""
        answer = self.store_segment(type_id, name, **arrays)
        assert answer.status_code == 200, answer.text
        made: int = answer.json()["message"]["segment"]["id"]
        return made


def new_account(data: Path, address: str, email: str, prefix: Sequence[str] = ()) -> Person:
    """Make an account on a data directory; `prefix` is a program that runs this person's commands."""
    made = tamis(data, "account", "create", "--email", email, prefix=prefix)
    return Person(data, f"{address}/api/", made["account_id"], email, made["public_key"], made["secret_key"], prefix)


def colleague_of(person: Person, *options: str) -> Person:
    """Return someone with another key pair of the same account, made with options of the command."""
    pair = person.tamis("key", "create", *options)
    return Person(person.data, person.base, person.account_id, person.email, pair["public_key"], pair["secret_key"])
