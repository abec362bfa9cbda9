"""Two imports at once, and one with a running server: neither disturbs the other."""

import shutil
from pathlib import Path
from typing import Any

from tests.imports.killed_commands import ROWS_A_BATCH, RULES, TYPE, Forks, make, outcomes, people, state
from tests.support.process import Server
from tests.support.users import Person

COUNTS = ("rows", "created", "updated", "unchanged", "repeated", "rejected")


def both(data: Path, forks: tuple[Forks, Forks], files: tuple[Path, Path]) -> list[dict[str, Any]]:
    """Import two files at once; gives the reports."""
    for one, file in zip(forks, files, strict=True):
        one.start(data, "import", file, "--type", TYPE, "--create-fields")
    return [one.result() for one in forks]


def test_two_files_at_once(tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("email,n,colour\n" + "".join(f"p{n}@example.org,{n * 7 % 3_000},c{n % 9}\n" for n in range(5_000)))
    two.write_text("email,note,size\n" + "".join(f"p{n}@example.org,note {n},{n % 9}\n" for n in range(2_000, 7_000)))
    with Forks() as first, Forks() as second:
        make(tmp_path / "template", first)
        data, after = tmp_path / "data", tmp_path / "after"
        for directory in (data, after):
            shutil.copytree(tmp_path / "template", directory)
        for file in (one, two):
            first.run(after, "import", file, "--type", TYPE, "--create-fields")
        reports = both(data, (first, second), (one, two))
    assert [report["rows"] for report in reports] == [sum(outcomes(report)) for report in reports] == [5_000, 5_000]
    assert sum(report["created"] for report in reports) == 3_000
    assert state(data).by_key() == state(after).by_key()


def test_the_same_file_imported_twice_at_once(tmp_path: Path) -> None:
    file = tmp_path / "second.csv"
    file.write_text(people(5_200, 2).replace("score", "Newly known", 1))
    with Forks() as first, Forks() as second:
        make(tmp_path / "template", first)
        data, after = tmp_path / "data", tmp_path / "after"
        for directory in (data, after):
            shutil.copytree(tmp_path / "template", directory)
        clean = first.run(after, "import", file, "--type", TYPE, "--create-fields")
        reports = both(data, (first, second), (file, file))
    assert [report["rows"] for report in reports] == [sum(outcomes(report)) for report in reports] == [5_200, 5_200]
    for name in ("created", "updated"):
        assert sum(report[name] for report in reports) == clean[name]
    assert state(data).by_key() == state(after).by_key()


def test_an_import_alongside_a_busy_server(tmp_path: Path) -> None:
    data, after, file = tmp_path / "data", tmp_path / "after", tmp_path / "second.csv"
    file.write_text(people(5_200, 2))
    with Forks() as forks:
        account = make(data, forks)
        everyone = forks.run(data, "segment", "create", "Everybody", "--type", TYPE, "--where", "email is not blank")
        shutil.copytree(data, after)
        clean = forks.run(after, "import", file, "--type", TYPE, "--create-fields")
        with Server(data) as server:
            keys = (account["public_key"], account["secret_key"])
            owner = Person(data, f"{server.address}/api/", account["account_id"], "owner@example.org", *keys)
            forks.start(data, "import", file, "--type", TYPE, "--create-fields")
            seen = {owner.segment(everyone["id"])["segment_emails_count"] for _ in range(40)}
            report = forks.result()
            counts = {row["segment_name"]: row["segment_emails_count"] for row in owner.segments()}
    assert [report[name] for name in COUNTS] == [clean[name] for name in COUNTS]
    assert seen <= {4_000, *range(4_000, 5_200, ROWS_A_BATCH), 5_200}, "a batch that was half there"
    right = state(after)
    assert counts == {"Everybody": 5_200, **{name: len(right.members[name]) for name in RULES}}
    assert state(data).by_key() == right.by_key()
