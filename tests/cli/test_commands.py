"""Every command works whether or not a server is running on the same data, and speaks JSON when asked."""

import fcntl
import gzip
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support import forked, in_process
from tests.support.process import MAIN, TIMEOUT_SECONDS, Refused, Server, environment, tamis

PEOPLE = "email,first_name,last_name,birth_date\nann@example.org,Ann,Lee,1990-05-01\nbob@example.org,Bob,,1985-01-31\n"
PATIENT = ("-c", f"from tamis import app; app.LOCK_ATTEMPTS = 1_000_000; {MAIN}")
"""A server that waits for the projection as long as it is in use."""


def people(tmp_path: Path, text: str = PEOPLE) -> Path:
    """Write a CSV file."""
    file = tmp_path / "people.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_segment_through_its_life_cycle(either: Path, tmp_path: Path) -> None:
    report = tamis(either, "import", people(tmp_path), "--type", "people")
    nothing = dict.fromkeys(("updated", "unchanged", "repeated", "rejected"), 0)
    assert report == report | {"rows": 2, "created": 2, "rejects_file": None, **nothing}
    where = "birth_date is at or after 1990-01-01"
    assert tamis(either, "segment", "count", "--type", "People", "--where", where) == {"count": 1}
    as_json = '{"field": "birth_date", "operator": "is at or after", "values": ["1990-01-01"]}'
    assert tamis(either, "segment", "count", "--type", "People", "--where", as_json) == {"count": 1}
    made = tamis(either, "segment", "create", "Young", "--type", "1", "--where", where)
    assert made == {"id": 1, "name": "Young", "count": 1}
    (listed,) = tamis(either, "segment", "list")["segments"]
    assert listed == tamis(either, "segment", "show", "young")
    assert listed["rule"] == where
    assert listed["sentence"] == "People whose Birth date is on or after 1 Jan 1990."
    (member,) = tamis(either, "segment", "members", "Young")["members"]
    assert (member["email"], member["fullname"], member["segment_id"]) == ("ann@example.org", "Ann Lee", 1)
    assert tamis(either, "segment", "delete", "1") == {"id": 1, "name": "Young"}
    assert tamis(either, "segment", "list") == {"segments": []}


def test_a_segment_says_what_it_is_for(data: Path) -> None:
    where = ("--type", "People", "--where", 'first_name = "Ann"')
    tamis(data, "segment", "create", "Anns", *where, "--description", "For the name day.\nAsk Ann.")
    shown = tamis(data, "segment", "show", "Anns")
    assert shown["description"] == "For the name day.\nAsk Ann."
    assert "For the name day." in in_process.run_text(["segment", "show", "Anns", "--data", str(data)]).stdout
    tamis(data, "segment", "edit", "Anns", "--name", "All Anns")
    assert tamis(data, "segment", "show", "1")["description"] == shown["description"]
    tamis(data, "segment", "edit", "1", "--description", "")
    assert tamis(data, "segment", "show", "1") == tamis(data, "segment", "show", "1") | {"description": ""}


def test_a_single_member_is_counted_in_the_singular(data: Path, tmp_path: Path) -> None:
    tamis(data, "import", people(tmp_path), "--type", "People")
    where = ("--type", "People", "--where", 'first_name = "Ann"')
    for command in (("create", "Ann", *where), ("edit", "Ann", "--name", "Annie"), ("show", "Annie")):
        message = in_process.run_text(["segment", *command, "--data", str(data)]).stdout
        assert "1 member\n" in message


def test_the_next_count_includes_an_import(either: Path, tmp_path: Path) -> None:
    count = ("segment", "count", "--type", "People", "--where", 'first_name = "Ann"')
    assert tamis(either, *count) == {"count": 0}
    tamis(either, "import", people(tmp_path), "--type", "People")
    assert tamis(either, *count) == {"count": 1}
    changed = people(tmp_path, PEOPLE.replace("Bob", "Ann"))
    assert tamis(either, "import", changed, "--type", "People")["updated"] == 1
    assert tamis(either, *count) == {"count": 2}


def test_members_are_limited_and_paged(either: Path, tmp_path: Path) -> None:
    rows = "".join(f"person{n}@example.org,P,{n}\n" for n in range(12_345))
    file = tmp_path / "many.csv.gz"
    file.write_bytes(gzip.compress(f"email,first_name,last_name\n{rows}".encode()))
    tamis(either, "import", file, "--type", "People")
    tamis(either, "segment", "create", "All", "--type", "People", "--where", "email is not blank")
    everyone = tamis(either, "segment", "members", "All")["members"]
    assert len({member["email"] for member in everyone}) == 12_345
    assert tamis(either, "segment", "members", "All", "--limit", "3")["members"] == everyone[:3]
    assert tamis(either, "segment", "members", "All", "--limit", "0")["members"] == []


def test_contacts_are_shown_and_deleted(either: Path, tmp_path: Path) -> None:
    tamis(either, "import", people(tmp_path), "--type", "People")
    tamis(either, "segment", "create", "Anns", "--type", "People", "--where", 'first_name = "ann"')
    shown = tamis(either, "contact", "show", "ANN@example.org", "--type", "People")
    assert shown["values"]["birth_date"] == "1990-05-01"
    assert shown["segments"] == [{"id": 1, "name": "Anns"}]
    tamis(either, "contact", "delete", "ann@example.org", "--type", "People")
    with pytest.raises(Refused, match="there is no contact"):
        tamis(either, "contact", "show", "ann@example.org", "--type", "People")
    assert tamis(either, "segment", "show", "Anns")["count"] == 0


def test_contacts_are_created_and_edited_by_command(either: Path, tmp_path: Path) -> None:
    tamis(either, "import", people(tmp_path), "--type", "People")
    tamis(either, "segment", "create", "Anns", "--type", "People", "--where", 'first_name = "ann"')
    made = tamis(either, "contact", "create", "Cid@example.org", "--type", "People", "--set", "First name=Ann")
    assert (made["email"], made["values"]["first_name"]) == ("Cid@example.org", "Ann")
    assert tamis(either, "segment", "show", "Anns")["count"] == 2
    change = ("--set", "first_name=", "--set", "email=dee@example.org")
    edited = tamis(either, "contact", "edit", "cid@example.org", "--type", "People", *change)
    assert (edited["id"], edited["email"], edited["values"]["first_name"]) == (made["id"], "dee@example.org", None)
    assert tamis(either, "segment", "show", "Anns")["count"] == 1
    wrong = ("--set", "nickname=A", "--set", "birth_date=soon", "--set", "email=ANN@example.org")
    with pytest.raises(Refused) as refused:
        tamis(either, "contact", "edit", "dee@example.org", "--type", "People", *wrong)
    assert [line.partition(":")[0] for line in refused.value.args[1].splitlines()] == [
        "nickname",
        "Birth date",
        "Email",
    ]
    with pytest.raises(Refused, match='Birth date: must be a date such as 2024-12-31, not "soon"'):
        tamis(either, "contact", "create", "eve@example.org", "--type", "People", "--set", "birth_date=soon")
    with pytest.raises(Refused, match="must be FIELD=VALUE"):
        tamis(either, "contact", "edit", "dee@example.org", "--type", "People", "--set", "city")


def test_keys_have_a_scope_an_expiry_and_a_name(either: Path) -> None:
    made = tamis(either, "key", "create", "--name", "Shop", "--scope", "read", "--expires", "2999-12-31")
    assert (made["scope"], made["expires_at"]) == ("read", "3000-01-01T00:00:00.000000Z")
    assert tamis(either, "key", "rename", made["public_key"], "Store")["name"] == "Store"
    pair = tamis(either, "key", "list")["key_pairs"][1]
    assert (pair["name"], pair["scope"], pair["expires_at"]) == ("Store", "read", made["expires_at"])
    with pytest.raises(Refused, match="--expires: must be in the future"):
        tamis(either, "key", "create", "--expires", "2020-01-01")
    with pytest.raises(Refused, match="no active key pair"):
        tamis(either, "key", "rename", "pk_none", "Store")


def test_the_audit_log_is_listed_in_pages(either: Path) -> None:
    made = tamis(either, "key", "create", "--name", "Shop")
    tamis(either, "key", "revoke", made["public_key"])
    listed = tamis(either, "audit", "list", "--limit", "2")["entries"]
    user = listed[0]["actor"]["name"]
    assert [(entry["action"], entry["actor"]["kind"], entry["actor"]["name"]) for entry in listed] == [
        ("key.revoked", "command", user),
        ("key.created", "command", user),
    ]
    assert listed[0]["subject"] == {"kind": "key", "id": made["public_key"], "name": "Shop"}
    rest = tamis(either, "audit", "list", "--before", str(listed[1]["id"]))["entries"]
    assert [entry["action"] for entry in rest][-1] == "account.created"
    assert {entry["action"] for entry in tamis(either, "audit", "list", "--action", "key.revoked")["entries"]} == {
        "key.revoked"
    }
    with pytest.raises(Refused, match="--action: must be one of"):
        tamis(either, "audit", "list", "--action", "nothing")


def test_keys_are_created_listed_and_revoked(either: Path) -> None:
    made = tamis(either, "key", "create")
    listed = tamis(either, "key", "list")["key_pairs"]
    assert [pair["public_key"] for pair in listed][1] == made["public_key"]
    assert made["secret_key"] not in str(listed)
    tamis(either, "key", "revoke", made["public_key"])
    assert tamis(either, "key", "list")["key_pairs"][1]["revoked_at"]
    with pytest.raises(Refused, match="no active key pair"):
        tamis(either, "key", "revoke", made["public_key"])


def test_fields_are_created_listed_and_deleted(either: Path) -> None:
    made = tamis(either, "field", "create", "Plan", "--type", "People", "--kind", "choice", "--option", "Pro",
                 "--option", "Team")  # fmt: skip
    assert made["options"] == ["Pro", "Team"]
    keys = [field["key"] for field in tamis(either, "field", "list", "--type", "People")["fields"]]
    assert keys[-2:] == ["birth_date", "plan"]
    tamis(either, "segment", "create", "Pros", "--type", "People", "--where", 'plan = "pro"')
    with pytest.raises(Refused, match='"Plan" is used by the segment "Pros"'):
        tamis(either, "field", "delete", "plan", "--type", "People")
    tamis(either, "segment", "delete", "Pros")
    tamis(either, "field", "delete", "plan", "--type", "People")
    with pytest.raises(Refused, match='here is no field "plan"'):
        tamis(either, "segment", "count", "--type", "People", "--where", 'plan = "pro"')


def test_types_are_renamed_and_deleted_and_fields_moved(either: Path) -> None:
    made = tamis(either, "type", "create", "Donors")
    assert tamis(either, "type", "rename", "donors", "Patrons") == {"id": made["id"], "name": "Patrons"}
    with pytest.raises(Refused, match='there is already a contact type "People"'):
        tamis(either, "type", "rename", "Patrons", "people")
    for name in ("One", "Two", "Three"):
        tamis(either, "field", "create", name, "--type", "Patrons", "--kind", "text")
    tamis(either, "field", "move", "three", "--type", "Patrons", "--before", "one")
    tamis(either, "field", "move", "one", "--type", "Patrons")
    fields = tamis(either, "field", "list", "--type", "Patrons")["fields"]
    assert [field["key"] for field in fields if not field["reserved"]] == ["three", "two", "one"]
    tamis(either, "type", "delete", "Patrons")
    assert "Patrons" not in str(tamis(either, "type", "list"))


def test_fields_are_edited(either: Path, tmp_path: Path) -> None:
    tamis(either, "field", "create", "Plan", "--type", "People", "--kind", "choice", "--option", "Free")
    text = "email,plan\nann@example.org,free\n"
    tamis(either, "import", people(tmp_path, text), "--type", "People")
    tamis(either, "segment", "create", "Free", "--type", "People", "--where", 'plan = "Free"')
    edited = tamis(either, "field", "edit", "plan", "--type", "People", "--name", "Price plan", "--add-option", "Pro",
                   "--add-option", "Team")  # fmt: skip
    assert (edited["key"], edited["options"]) == ("price_plan", ["Free", "Pro", "Team"])
    assert tamis(either, "segment", "show", "Free")["rule"] == 'price_plan is "Free"'
    edited = tamis(either, "field", "edit", "price_plan", "--type", "People", "--rename-option", "Free=Basic",
                   "--order-option", "Team")  # fmt: skip
    assert edited["options"] == ["Team", "Basic", "Pro"]
    assert tamis(either, "segment", "show", "Free")["rule"] == 'price_plan is "Basic"'
    with pytest.raises(Refused, match='"Price plan" is used by the segment "Free"'):
        tamis(either, "field", "edit", "price_plan", "--type", "People", "--kind", "text")
    tamis(either, "segment", "edit", "Free", "--where", 'email contains "a"')
    tamis(either, "field", "edit", "price_plan", "--type", "People", "--delete-option", "pro", "--kind", "choices")
    count = ("segment", "count", "--type", "People", "--where", 'price_plan includes all of ("Basic")')
    assert tamis(either, *count) == {"count": 1}
    assert tamis(either, "contact", "show", "ann@example.org", "--type", "People")["values"]["price_plan"] == ["Basic"]


def test_segments_are_edited(either: Path, tmp_path: Path) -> None:
    tamis(either, "import", people(tmp_path), "--type", "People")
    tamis(either, "segment", "create", "Anns", "--type", "People", "--where", 'first_name = "Ann"')
    assert tamis(either, "segment", "edit", "Anns", "--name", "All") == {"id": 1, "name": "All", "count": 1}
    assert tamis(either, "segment", "edit", "1", "--where", "email is not blank")["count"] == 2
    assert len(tamis(either, "segment", "members", "all")["members"]) == 2
    assert tamis(either, "segment", "edit", "1", "--where", "") == {"id": 1, "name": "All", "count": 0}


def test_a_field_is_deleted_by_key_even_if_the_key_is_a_number(data: Path) -> None:
    made = tamis(data, "field", "create", "2024", "--type", "People", "--kind", "text")
    assert tamis(data, "field", "delete", "2024", "--type", "People") == {"id": made["id"], "key": "2024"}


@pytest.mark.parametrize("left", ["", "{}", '{"address": 5}', '{"address": "nonsense", "token": "x"}'])
def test_a_broken_server_file_is_ignored(data: Path, left: str) -> None:
    (data / "server.json").write_text(left)
    held = (data / "columns.lock").open("w")
    fcntl.flock(held, fcntl.LOCK_EX)
    command = [sys.executable, "-m", "tamis", "segment", "list", "--data", str(data), "--json"]
    asking, output, errors = forked.start(command, environment())
    with output, errors:
        with pytest.raises(subprocess.TimeoutExpired):
            asking.wait(timeout=1)  # it waits for whoever has the columns
        held.close()
        asking.wait(TIMEOUT_SECONDS)
        assert (output.read(), errors.read()) == ('{"segments": []}\n', "")


def test_a_second_server_on_the_same_data_is_refused_without_waiting(data: Path) -> None:
    with Server(data) as first:
        second = Server(data, program=PATIENT)
        with pytest.raises(AssertionError, match="is in use by another Tamis process"):
            second.start()
        assert tamis(data, "segment", "list") == {"segments": []}
        assert first.stop() == 0


@pytest.mark.parametrize("left", ["", '{"address": "http://127.0.0.1:9", "token": "x"}'])
def test_a_server_waits_for_a_command_even_if_a_killed_server_left_its_file(data: Path, left: str) -> None:
    (data / "server.json").write_text(left)
    with (data / "columns.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        server = Server(data, program=PATIENT)
        server.launch()
        with pytest.raises(subprocess.TimeoutExpired):
            server.process.wait(timeout=1)
        assert not server.address
    server.wait_until_listening()
    assert server.stop() == 0


def test_a_server_waits_for_one_that_is_being_stopped(data: Path, tmp_path: Path) -> None:
    may_end = tmp_path / "may_end"
    close_late = f"""
import time
from pathlib import Path
from tamis.actions.services import Services
close = Services.close
def close_late(services):
    while not Path({str(may_end)!r}).exists():
        time.sleep(0.01)
    close(services)
Services.close = close_late
"""
    with Server(data, program=("-c", close_late + MAIN)) as first:
        first.process.send_signal(signal.SIGTERM)
        while (data / "server.json").exists():
            time.sleep(0.01)
        second = Server(data, program=PATIENT)
        second.launch()
        with pytest.raises(subprocess.TimeoutExpired):
            second.process.wait(timeout=1)
        may_end.touch()
        second.wait_until_listening()
        assert second.stop() == 0


def test_a_command_works_after_its_server_was_killed(data: Path) -> None:
    with Server(data) as server:
        server.kill()
    assert tamis(data, "segment", "list") == {"segments": []}
