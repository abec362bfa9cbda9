"""`tamis pull`, `tamis plan` and `tamis apply`, alone, beside a server, and with a server at a URL."""

import json
from pathlib import Path

from tamis.actions.server_file import find_server
from tests.support import in_process
from tests.support.process import Server, tamis


def run(data: Path, *arguments: str | Path) -> tuple[int, str, str]:
    """Run a command, and return its status, its output and its errors."""
    done = in_process.run_text([*map(str, arguments), "--data", str(data)])
    return done.returncode, done.stdout, done.stderr


def test_a_file_is_pulled_planned_and_applied(either: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.yaml"
    assert run(either, "pull", file) == (0, f"Wrote {file}.\n", "")
    assert run(either, "pull", file) == (0, f"{file} is up to date.\n", "")
    assert run(either, "plan", file) == (0, "Nothing to change.\n", "")
    text = file.read_text().replace("age is equal or greater than 18", "age > 20  # grown up")
    text += '      - name: Young\n        rule: not (is in segment "Adults")\n'
    file.write_text("# ours\n" + text)
    before = tamis(either, "segment", "list")
    status, plan, _ = run(either, "plan", file)
    assert (status, plan) == (
        2,
        '~ edit segment "Adults": change rule; members: 12 → 9; 0 enter, 3 leave\n'
        '+ create segment "Young"; members: 0 → 18; 18 enter, 0 leave\n'
        "2 changes.\n",
    )
    assert tamis(either, "segment", "list") == before
    status, applied, _ = run(either, "apply", file)
    assert (status, applied) == (0, plan + "Applied 2 changes.\n")
    sizes = {segment["name"]: segment["count"] for segment in tamis(either, "segment", "list")["segments"]}
    assert sizes == {"Adults": 9, "Young": 21}
    assert run(either, "plan", file)[0] == 0
    kept = file.read_bytes()
    assert run(either, "pull", file)[1] == f"{file} is up to date.\n"
    assert file.read_bytes() == kept


def test_what_would_lose_data_is_refused_unless_allowed(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.yaml"
    file.write_text("contact_types:\n  - name: People\n")
    for command in ("plan", "apply"):
        status, shown, refused = run(data, command, file)
        assert status == 1
        assert '- delete segment "Adults"; members: 12 → 0; 0 enter, 12 leave\n' in shown
        assert "--allow-delete" in refused
    assert len(tamis(data, "segment", "list")["segments"]) == 1
    assert run(data, "plan", file, "--allow-delete")[0] == 2
    assert run(data, "apply", file, "--allow-delete")[0] == 0
    assert tamis(data, "segment", "list")["segments"] == []
    file.write_text("contact_types: []\n")
    status, _, refused = run(data, "apply", file, "--allow-delete")
    assert (status, refused) == (
        1,
        '"People" still has 30 contacts, which must be deleted first; undoing an import deletes the contacts that it '
        "created\n",
    )


def test_rules_about_events_are_pulled_and_changed(data: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.csv"
    events.write_text("email,event,at,amount\n" + "".join(f"p{n}@example.org,order,2026-01-01,{n}\n" for n in range(9)))
    tamis(data, "events", "import", events, "--type", "People")
    tamis(data, "segment", "create", "Buyers", "--type", "People", "--where", 'did "order" where (amount > 3)')
    file = tmp_path / "people.yaml"
    assert run(data, "pull", file)[0] == 0
    assert run(data, "plan", file) == (0, "Nothing to change.\n", "")
    text = file.read_text()
    assert "amount" in text
    file.write_text(text.replace("is greater than 3", "> 5"))
    status, plan, _ = run(data, "apply", file)
    assert (status, plan.splitlines()[0]) == (
        0,
        '~ edit segment "Buyers": change rule; members: 5 → 3; 0 enter, 2 leave',
    )
    file.write_text(text.replace("amount", "amonut"))
    status, _, refused = run(data, "plan", file)
    assert status == 1
    assert 'have no property "amonut"' in refused


def test_a_step_that_fails_says_what_was_done(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.yaml"
    file.write_text(
        "contact_types:\n  - name: People\n    fields:\n      - {name: Age, kind: number}\n"
        f"      - {{name: City code, kind: text}}\n      - {{name: {'x' * 300}, kind: text}}\n"
        "    segments:\n      - {name: Adults, rule: age >= 18}\n"
    )
    status, _, refused = run(data, "apply", file)
    assert status == 1
    assert refused.startswith("applied 1 of 2 changes; this one failed: create field")
    assert "City code" in [field["name"] for field in tamis(data, "field", "list", "--type", "People")["fields"]]


def test_problems_of_a_file_name_it_and_their_lines(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.yaml"
    file.write_text("contact_types:\n  - name: People\n    segments:\n      - {name: A, rule: agee > 5}\n")
    for command in ("plan", "apply"):
        status, _, refused = run(data, command, file)
        assert status == 1
        assert refused.startswith(f'{file}, line 4: the rule of "A" is wrong (line 1, column 1): there is no field')
    assert run(data, "plan", tmp_path / "missing.yaml")[0] == 1
    file.write_bytes(b"\xff")
    assert "UTF-8" in run(data, "pull", file)[2]
    assert file.read_bytes() == b"\xff"


def test_line_ends_of_a_file_stay(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.yaml"
    run(data, "pull", file)
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n").replace(b"Adults", b"Old"))
    assert run(data, "pull", file)[1] == f"Updated {file}.\n"
    pulled = file.read_bytes()
    assert b"name: Adults\r\n" in pulled
    assert pulled.count(b"\n") == pulled.count(b"\r\n")


def test_plans_are_json(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.yaml"
    run(data, "pull", file)
    file.write_text(file.read_text() + "      - {name: B, rule: age < 3}\n")
    status, planned, _ = run(data, "plan", file, "--json")
    (change,) = json.loads(planned)["changes"]
    assert status == 2
    assert change == {
        "action": "create",
        "object": "segment",
        "name": "B",
        "text": 'create segment "B"',
        "loses_data": False,
        "count_before": 0,
        "count_after": 3,
        "entering": 3,
        "leaving": 0,
        "dependents": [],
    }
    assert json.loads(run(data, "apply", file, "--json")[1]) == {"changes": [change], "applied": 1}


def test_a_server_at_a_url_is_reached_with_a_key_from_a_file(data: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(tamis(data, "key", "create")["secret_key"] + "\n")
    file = tmp_path / "people.yaml"
    with Server(data):
        server = find_server(data)
        assert server
        elsewhere = tmp_path / "elsewhere"
        remote = ("--url", server.address, "--key-file", str(key))
        assert run(elsewhere, "pull", file, *remote)[0] == 0
        assert run(elsewhere, "plan", file, *remote) == (0, "Nothing to change.\n", "")
        key.write_text("sk_wrong")
        status, _, refused = run(elsewhere, "plan", file, *remote)
        assert status == 1
        assert "key" in refused
        assert run(elsewhere, "plan", file, "--url", server.address)[0] == 1
    assert not elsewhere.exists()


def test_a_file_that_is_too_large_is_refused_at_once(data: Path) -> None:
    for command in ("pull", "plan", "apply"):
        status, _, refused = run(data, command, Path("/dev/zero"))
        assert (status, refused) == (1, "/dev/zero is larger than 4 MB, which would take minutes to read\n")


def test_a_plan_shows_the_segments_that_use_a_changed_one(data: Path, tmp_path: Path) -> None:
    tamis(data, "segment", "create", "Others", "--type", "People", "--where", 'not (is in segment "Adults")')
    tamis(
        data, "segment", "create", "Babies", "--type", "People", "--where", 'age < 3 and not (is in segment "Adults")'
    )
    file = tmp_path / "people.yaml"
    assert run(data, "pull", file)[0] == 0
    file.write_text(file.read_text().replace("age is equal or greater than 18", "age > 20"))
    assert run(data, "plan", file)[1] == (
        '~ edit segment "Adults": change rule; members: 12 → 9; 0 enter, 3 leave\n'
        '    segment "Others" uses it; members: 18 → 21; 3 enter, 0 leave\n'
        "1 change.\n"
    )
    change = json.loads(run(data, "plan", file, "--json")[1])["changes"][0]
    assert {each["name"]: each["count_after"] - each["count_before"] for each in change["dependents"]} == {
        "Others": 3,
        "Babies": 0,
    }


def test_a_file_that_cannot_be_read_is_named_once(data: Path, tmp_path: Path) -> None:
    missing, latin, broken = tmp_path / "missing.yaml", tmp_path / "latin.yaml", tmp_path / "broken.yaml"
    latin.write_bytes(b"contact_types: \xff\n")
    broken.write_text("a: [1\n")
    assert run(data, "plan", missing)[2] == f"{missing} cannot be read: No such file or directory\n"
    assert (
        run(data, "import", missing, "--type", "People")[2] == f"{missing} cannot be read: No such file or directory\n"
    )
    assert run(data, "plan", latin)[2] == f"{latin} is not valid UTF-8: save it as UTF-8\n"
    assert run(data, "plan", broken)[2].startswith(f"{broken}, line 2 is not valid YAML")
