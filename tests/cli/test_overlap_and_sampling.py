"""`tamis segment overlap` and `tamis segment sample`, with and without a running server."""

from pathlib import Path

import pytest

from tests.cli.conftest import make_people
from tests.cli.test_refusals import run
from tests.support.process import Refused, tamis
from tests.support.templates import copy_of


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Sixty people: a third are called Ann, a half live in the year 1990."""
    directory = tmp_path / "data"
    copy_of(_make, directory)
    return directory


@pytest.fixture
def overlapping(either: Path) -> Path:
    """The sixty people, once without and once with a server on them."""
    return either


def _make(directory: Path) -> None:
    make_people(directory)
    file = directory.parent / "people.csv"
    rows = (f"p{n}@example.org,{'Ann' if n % 3 == 0 else 'Bob'},{1990 if n % 2 else 1980}-01-01\n" for n in range(60))
    file.write_text("email,first_name,birth_date\n" + "".join(rows))
    tamis(directory, "import", file, "--type", "People")
    for name, rule in (
        ("Anns", 'first_name = "Ann"'),
        ("Young", "birth_date is after 1985-01-01"),
        ("All", "email is not blank"),
    ):
        tamis(directory, "segment", "create", name, "--type", "People", "--where", rule)


def test_an_overlap_is_shown_as_json_and_as_a_table(overlapping: Path) -> None:
    assert tamis(overlapping, "segment", "overlap", "Anns", "2", "all") == {
        "segments": [
            {"id": 1, "name": "Anns", "count": 20},
            {"id": 2, "name": "Young", "count": 30},
            {"id": 3, "name": "All", "count": 60},
        ],
        "union": 60,
        "intersection": 10,
        "only": [0, 0, 20],
        "matrix": [[20, 10, 20], [10, 30, 30], [20, 30, 60]],
    }
    lines = [line.split() for line in run(overlapping, "segment", "overlap", "Anns", "Young").stdout.splitlines()]
    assert lines[1:] == [
        ["1", "Anns", "20", "10", "20", "10"],
        ["2", "Young", "30", "20", "10", "30"],
        ["In", "any", "of", "them:", "40"],
        ["In", "all", "of", "them:", "10"],
    ]


REFUSED = [
    (["overlap", "Anns"], "compare 2 to 20 segments"),
    (["overlap", "Anns", "1"], 'the segment "Anns" is listed twice'),
    (["overlap", "Anns", "Nobody"], 'here is no segment "Nobody"'),
    (["sample", "Nobody", "--percent", "5"], 'here is no segment "Nobody"'),
    (["sample", "Anns"], "add --percent"),
    (["sample", "Anns", "--percent", "101"], "--percent: must be"),
    (["sample", "Anns", "--split", "3", "--group", "4"], "--group: must be from 1 to 3"),
]


def test_invalid_requests_are_refused(overlapping: Path) -> None:
    for arguments, reason in REFUSED:
        done = run(overlapping, "segment", *arguments)
        assert done.returncode == 1
        assert reason in done.stderr
        assert done.stdout == ""


def test_samples_and_groups_are_listed_as_members_are(overlapping: Path) -> None:
    everyone = tamis(overlapping, "segment", "members", "All")["members"]
    sample = tamis(overlapping, "segment", "sample", "All", "--percent", "30")["members"]
    assert 0 < len(sample) < 60
    assert [member for member in everyone if member in sample] == sample
    assert tamis(overlapping, "segment", "sample", "All", "--percent", "30", "--limit", "2")["members"] == sample[:2]
    assert tamis(overlapping, "segment", "sample", "All", "--percent", "30", "--seed", "-x")["members"] != sample
    split = tamis(overlapping, "segment", "sample", "All", "--split", "3")
    assert split["count"] == 60
    groups = [
        tamis(overlapping, "segment", "sample", "All", "--split", "3", "--group", str(n))["members"] for n in (1, 2, 3)
    ]
    assert [{"group": n, "count": len(group)} for n, group in enumerate(groups, start=1)] == split["groups"]
    assert sorted((member for group in groups for member in group), key=lambda member: member["id"]) == everyone


def test_segments_of_another_account_are_not_found(overlapping: Path) -> None:
    stranger = ("--account", "stranger@example.net")
    tamis(overlapping, "account", "create", "--email", "stranger@example.net")
    for command in (["overlap", "Anns", "Young"], ["overlap", "1", "2"], ["sample", "1", "--percent", "50"]):
        with pytest.raises(Refused, match="here is no segment"):
            tamis(overlapping, "segment", *command, *stranger)
