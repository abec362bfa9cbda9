"""Commands on the account of a server that is newer than they are."""

from pathlib import Path

import pytest

from tests.python_client.scripted_server import Answer, Received, ScriptedServer
from tests.support import in_process

WHEN = "2026-01-01T00:00:00Z"
ANSWERS: dict[str, list[dict[str, object]]] = {
    "/v1/segments": [],
    "/v1/contact-types": [{"id": 1, "name": "People", "created_at": WHEN, "contact_count": 0}],
    "/v1/contact-types/1/fields": [{"id": 7, "key": "home", "name": "Home", "kind": "place", "options": []}],
}


@pytest.mark.parametrize("command", ["pull", "plan"])
def test_a_kind_of_field_that_is_not_known_is_named(command: str, tmp_path: Path) -> None:
    def answer(request: Received) -> Answer:
        return Answer(body={"data": ANSWERS[request.target.partition("?")[0]], "next_cursor": None})

    file, key_file = tmp_path / "people.yaml", tmp_path / "key"
    key_file.write_text("sk_secret")
    file.write_text("contact_types: []\n")
    server = ScriptedServer()
    server.answer(*[answer] * 5)
    with server.run():
        done = in_process.run_text([command, str(file), "--url", server.url, "--key-file", str(key_file)])
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert 'the field "Home" is of the kind "place", which this version does not know' in done.stderr
    assert file.read_text() == "contact_types: []\n"
