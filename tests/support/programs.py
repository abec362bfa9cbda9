"""Programs that use the API for programs, each with a key of its own."""

from dataclasses import dataclass, field
from typing import Any

import requests

from tamis.actions.accounts import accounts
from tamis.actions.accounts.keys import create_key_pair
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Scope
from tamis.settings import Settings
from tests.support.users import Person


@dataclass
class Program:
    """A program with a secret key."""

    base: str
    secret_key: str
    http: requests.Session = field(default_factory=requests.Session, repr=False)

    def __post_init__(self) -> None:
        self.http.trust_env = False  # a proxy of whoever runs the tests must not come between

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request; `headers` are added to the key."""
        headers = {"Authorization": f"Bearer {self.secret_key}", **options.pop("headers", {})}
        return self.http.request(method, f"{self.base}/v1/{path}", headers=headers, timeout=120, **options)

    def get(self, path: str, **query: object) -> requests.Response:
        """Send a GET request."""
        return self.call("GET", path, params=query)

    def post(self, path: str, body: object = None, **headers: str) -> requests.Response:
        """Send a POST request with a JSON body; the names of `headers` have underscores for hyphens."""
        return self.call("POST", path, json=body, headers=_named(headers))

    def put(self, path: str, body: object = None, **headers: str) -> requests.Response:
        """Send a PUT request with a JSON body."""
        return self.call("PUT", path, json=body, headers=_named(headers))

    def patch(self, path: str, body: object = None, **headers: str) -> requests.Response:
        """Send a PATCH request with a JSON body."""
        return self.call("PATCH", path, json=body, headers=_named(headers))

    def delete(self, path: str, **headers: str) -> requests.Response:
        """Send a DELETE request."""
        return self.call("DELETE", path, headers=_named(headers))

    def result(self, answer: requests.Response) -> Any:
        """Return the JSON of an answer that must be a success."""
        assert 200 <= answer.status_code < 300, (answer.status_code, answer.text)
        return answer.json()

    def create(self, path: str, body: object) -> Any:
        """Create an object and return it."""
        return self.result(self.post(path, body))

    def pages(self, path: str, **query: object) -> list[Any]:
        """Return the items of all pages of a list."""
        items: list[Any] = []
        cursor: dict[str, object] = {}
        while True:
            page = self.result(self.get(path, **query, **cursor))
            items += page["data"]
            if page["next_cursor"] is None:
                return items
            cursor = {"cursor": page["next_cursor"]}


def program_of(person: Person, scope: str | None = None) -> Program:
    """Return a program with a key of a person: the person's own, or a new one with a scope."""
    return Program(person.base.removesuffix("/api/"), _new_secret(person, Scope(scope)) if scope else person.secret_key)


def _new_secret(person: Person, scope: Scope) -> str:
    services = Services(Settings(data=person.data))
    try:
        account = accounts.choose_account(services.records.reader(), person.email)
        return services.write(create_key_pair, account, "", scope).secret_key
    finally:
        services.close()


def problem_of(answer: requests.Response, status: int, code: str) -> dict[str, Any]:
    """Return the problem of an answer, which must have a status and a code."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code), problem
    assert problem["title"]
    assert problem["detail"]
    assert problem["request_id"] == answer.headers.get("X-Request-Id", problem["request_id"])
    return problem


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
