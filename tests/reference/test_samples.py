"""Every sample of the page runs unchanged, but for what its reader has to fill in, and prints the documented body."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.reference.page import ENDPOINTS_OF_PAGE, LANGUAGES, Endpoint
from tests.support.clients import installed, output_of
from tests.support.effort import ALL
from tests.support.normalized_responses import INSTANT, compact
from tests.support.process import Server
from tests.support.users import Person, fresh, fresh_address, new_account

MODULES = Path(__file__).parent / "node_modules_for_samples"
"""Where Node finds our stand-in for the module `request`; the name differs from node_modules, which is not committed
by custom."""

ENDINGS = {"node": "js", "python": "py", "php": "php", "curl": "sh", "ruby": "rb"}
IDS_IN_THE_SAMPLES = {
    "list recipients": "segment_id=7",
    "add a recipient": "20",
    "delete a recipient": "segment_recipient_id=50",
    "delete a segment": "segment_id=26",
}
SLASHES = ("", "/")
RUNS = [
    pytest.param(endpoint, language, slash, id=f"{endpoint.name}-{language}-base{slash}")
    for m, endpoint in enumerate(ENDPOINTS_OF_PAGE)
    for n, language in enumerate(LANGUAGES)
    for slash in (SLASHES if ALL else [SLASHES[(m + n) % 2]])
]
"""Each sample in each language; in `make test` half of them with a slash after the base address, half without."""


@pytest.fixture(scope="session")
def reader(server: Server) -> Person:
    """Someone whose segments are those that the page shows."""
    person = new_account(server.data, server.address, fresh_address("reader"))
    type_id = person.tamis("type", "create", "People")["id"]
    age = person.tamis("field", "create", "Age", "--type", str(type_id), "--kind", "number")["id"]
    seen = person.tamis("field", "create", "Seen", "--type", str(type_id), "--kind", "datetime")["id"]
    person.make_segment(type_id, "Test4", select_field=[age], select_operator=["is between"], value=["25", "60"])
    newer = person.make_segment(
        type_id, "Test5", select_field=[seen], select_operator=["is after"], value=["2023-11-08T15:12"]
    )
    person.add(newer, "malan@gmail.com", "David", "Malan")
    return person


@pytest.fixture(scope="session")
def writer(server: Server) -> Person:
    """Someone who adds and deletes."""
    return new_account(server.data, server.address, fresh_address("writer"))


@pytest.fixture(scope="session")
def type_id(writer: Person) -> int:
    made: int = writer.tamis("type", "create", "People")["id"]
    return made


@pytest.mark.parametrize(("endpoint", "language", "slash"), RUNS)
def test_a_sample_prints_the_documented_body(
    server: Server, reader: Person, writer: Person, type_id: int, tmp_path: Path,
    endpoint: Endpoint, language: str, slash: str,
) -> None:  # fmt: skip
    person = reader if endpoint.name == "list segments" else writer
    segment_id = 0 if person is reader else _segment_with_david(writer, type_id)
    chosen = {
        "list recipients": f"segment_id={segment_id}",
        "add a recipient": str(segment_id),
        "delete a recipient": "segment_recipient_id="
        + (str(writer.recipients(segment_id)[0]["id"]) if segment_id else ""),
        "delete a segment": f"segment_id={segment_id}",
    }
    sample = endpoint.samples[language]
    written = {
        "BASE_URL": server.address + "/api" + slash,
        "YOUR_PUBLIC_KEY": person.public_key,
        "YOUR_SECRET_KEY": person.secret_key,
    }
    if endpoint.name in chosen:
        written = {IDS_IN_THE_SAMPLES[endpoint.name]: chosen[endpoint.name], **written}
    for blank, filled in written.items():
        assert blank in sample
        sample = sample.replace(blank, filled)
    file = tmp_path / f"sample.{ENDINGS[language]}"
    file.write_text(sample, encoding="utf-8")

    printed = output_of([*_interpreter(language), str(file)], {"NODE_PATH": str(MODULES)})

    assert compact(_blurred(json.loads(printed))) == compact(_blurred(endpoint.success))


@pytest.mark.parametrize("endpoint", ENDPOINTS_OF_PAGE, ids=lambda endpoint: endpoint.name)
def test_a_failure_has_the_documented_body(writer: Person, type_id: int, endpoint: Endpoint) -> None:
    answer = {
        "list segments": lambda: writer.http.get(writer.base + "segment/list"),
        "list recipients": lambda: writer.get("segment/email/list", segment_id=999_999),
        "add a recipient": lambda: writer.post("segment/email/store", {"segment_id": writer.make_segment(type_id)}),
        "delete a recipient": lambda: writer.delete_recipient(999_999),
        "delete a segment": lambda: writer.delete_segment(999_999),
    }[endpoint.name]()
    assert answer.text == compact(endpoint.failure)


def _segment_with_david(person: Person, type_id: int) -> int:
    segment_id = person.make_segment(type_id, fresh("Sample"))
    person.add(segment_id, "malan@gmail.com", "David", "Malan")
    return segment_id


def _interpreter(language: str) -> list[str]:
    if language == "python":
        return [sys.executable]
    if language == "curl":
        return [installed("sh"), "-e"] if installed("curl") else []
    return [installed(language)]


def _blurred(content: Any) -> Any:
    """Put out of the way what differs between two servers: ids and instants."""
    if isinstance(content, dict):
        return {
            key: "ID" if key in ("id", "user_id", "contact_type_id", "segment_id", "select_field") else _blurred(value)
            for key, value in content.items()
        }
    if isinstance(content, list):
        return [_blurred(item) for item in content]
    return INSTANT.sub("INSTANT", content) if isinstance(content, str) else content
