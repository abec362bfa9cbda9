"""The examples of the description as requests to an account in which they have other ids."""

import re
import time
from typing import Any

import requests

from tamis.web.api.examples import CallExample
from tests.support.programs import Program

RUNNING = ("running", "undoing")


def run_example(program: Program, example: CallExample, ids: "Ids") -> requests.Response:
    """Send the request of an example, and note the id of what it creates."""
    answer = send_example(program, example, ids)
    while answer.status_code == 202 and program.get(f"imports/{answer.json()['id']}").json()["state"] in RUNNING:
        time.sleep(0.02)
    if example.method in ("POST", "PUT") and answer.status_code in (201, 202) and "Location" in answer.headers:
        ids.learn(answer.headers["Location"], example.answer["id"], answer.json()["id"])
    if example.operation == "request_confirmation":
        ids.token = answer.json().get("token", "")
    if example.operation == "list_event_names":
        for shown, real in zip(example.answer["data"], answer.json()["data"], strict=True):
            ids.learn("/v1/event-names/", shown["id"], real["id"])
            for each, found in zip(shown["properties"], real["properties"], strict=True):
                ids.learn("/v1/event-properties/", each["id"], found["id"])
    return answer


def send_example(program: Program, example: CallExample, ids: "Ids") -> requests.Response:
    """Send the request of an example."""
    path = ids.in_path(example.path).removeprefix("/v1/")
    if "at_change=" in path and program.secret_key:  # all accounts share the numbers of changes
        now = program.get("changes", after="now").json()["next_cursor"]
        path = re.sub(r"(?<=at_change=)\d+", now, path)
    sent: dict[str, Any] = {"data": example.text.encode()} if example.text else {"json": ids.in_body(example.body)}
    return program.call(example.method, path, **sent)


def send_body(program: Program, example: CallExample, ids: "Ids", body: bytes) -> requests.Response:
    """Send the request of an example with another body."""
    path = ids.in_path(example.path).removeprefix("/v1/")
    return program.call(example.method, path, data=body, headers={"Content-Type": "application/json"})


class Ids:
    """Which ids the objects of the examples have in this account, and its last token."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], int] = {}
        self.token = ""

    def learn(self, location: str, shown: int, real: int) -> None:
        """Note the real id of an object with a location such as `/v1/segments/7`."""
        self._known[location.split("/")[2], str(shown)] = real

    def in_path(self, path: str) -> str:
        """Return a path with the ids of this account."""
        path = re.sub(
            r"([a-z_]+_id)=(\d+)", lambda found: f"{found[1]}={self._in_value(found[1], int(found[2]))}", path
        )
        return re.sub(r"([a-z-]+)/(\d+)", lambda found: f"{found[1]}/{self._real(found[1], found[2])}", path)

    def _real(self, resource: str, shown: str) -> object:
        """Return the real id of an object; deleted segments have the ids that they had."""
        return self._known.get((resource.removeprefix("deleted-"), shown), shown)

    def in_body(self, body: Any) -> Any:
        """Return a body with the ids of this account, under keys such as `contact_type_id` and `segment_ids`."""
        if isinstance(body, list):
            return [self.in_body(item) for item in body]
        if not isinstance(body, dict):
            return body
        return {key: self._in_value(key, value) for key, value in body.items()}

    def _in_value(self, key: str, value: Any) -> Any:
        if key == "token":
            return self.token
        resource = key.removesuffix("s").removesuffix("_id").replace("_", "-") + "s"
        if isinstance(value, int) and key.endswith("_id"):
            return self._known.get((resource, str(value)), value)
        if isinstance(value, list) and key.endswith("_ids"):
            return [self._known.get((resource, str(item)), item) for item in value]
        return self.in_body(value)


def shape(value: Any) -> Any:
    """Return the keys and types of a value."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value[:1]]
    return type(value).__name__
