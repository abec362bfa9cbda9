"""Columns of consent over the API and the command line."""

import json
from pathlib import Path

import pytest

from tests.support.process import Refused
from tests.support.programs import Program, problem_of, program_of
from tests.support.users import Person, fresh, fresh_address, new_account


@pytest.fixture(scope="module")
def person(owner: Person) -> Person:
    return new_account(owner.data, owner.base.removesuffix("/api/"), fresh_address())


def test_an_import_over_the_api_suppresses(person: Person) -> None:
    api: Program = program_of(person)
    type_id = api.create("contact-types", {"name": fresh("Type")})["id"]
    ann = fresh_address("ann")
    file = f"email,Status\n{ann},Unsubscribed\n{fresh_address()},subscribed\n".encode()
    headers = {"Content-Type": "text/csv"}
    query = f"contact_type_id={type_id}&map=Status%3Dconsent"
    dry = api.call("POST", f"imports?{query}&dry_run=true", data=file, headers=headers).json()
    assert dry["report"]["consent"]["suppressed"] == 1
    problem_of(api.get(f"suppressions/{ann}"), 404, "email_not_suppressed")
    done = api.call("POST", f"imports?{query}", data=file, headers=headers).json()
    while done["state"] == "running":
        done = api.get(f"imports/{done['id']}").json()
    assert done["report"]["consent"]["suppressed"] == 1
    found = api.get(f"suppressions/{ann}").json()
    assert (found["reason"], found["source"]) == ("unsubscribed", "import")
    entries = api.get("audit", limit=5).json()["data"]
    entry = next(each for each in entries if each["action"] == "suppression.added")
    assert entry["details"]["unsubscribed"] == 1
    assert ann not in json.dumps(entries)


def test_the_command_says_whom_it_has_suppressed(person: Person, tmp_path: Path) -> None:
    name = fresh("Type")
    program_of(person).create("contact-types", {"name": name})
    file = tmp_path / "status.csv"
    file.write_text(f"email,Status\n{fresh_address()},Unsubscribed\n{fresh_address()},fan\n")
    found = person.tamis("import", file, "--type", name, "--map", "Status=consent", "--dry-run")
    assert (found["consent"]["suppressed"], found["consent"]["unknown_values"]) == (1, {"fan": 1})
    found = person.tamis("import", file, "--type", name, "--map", "Status=Consent", "--on-bad-value", "blank")
    assert (found["created"], found["consent"]["suppressed"]) == (2, 1)
    with pytest.raises(Refused, match="no options"):
        person.tamis("import", file, "--type", name, "--map", "Status=consent", "--on-bad-value", "Status=add")
