"""`tamis segment explain` says first whether, then why."""

from datetime import date
from pathlib import Path

import pytest

from tamis.domain.values.dates import format_day
from tests.cli.conftest import make_people
from tests.support import in_process
from tests.support.process import Refused, tamis
from tests.support.templates import copy_of

RULE = '(country = "India" or first_name = "Ann") and not (city is "Goa") and is not in segment "Anns"'


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Ann in Goa and Bob in India, and two segments."""
    directory = tmp_path / "data"
    copy_of(_make, directory)
    return directory


@pytest.fixture
def people(either: Path) -> Path:
    """Ann and Bob, once without and once with a server on them."""
    return either


def _make(directory: Path) -> None:
    make_people(directory)
    file = directory.parent / "people.csv"
    file.write_text("email,first_name,country,city\nann@example.org,Ann,,Goa\nbob@example.org,Bob,India,\n")
    tamis(directory, "import", file, "--type", "People")
    tamis(directory, "segment", "create", "Anns", "--type", "People", "--where", 'first_name = "Ann"')
    tamis(directory, "segment", "create", "Others", "--type", "People", "--where", RULE)


def printed(data: Path, *arguments: str) -> str:
    """Run a command as a person does."""
    return in_process.run_text([*arguments, "--data", str(data)]).stdout


def test_the_verdict_comes_first_and_each_condition_shows_the_contacts_value(people: Path) -> None:
    assert printed(people, "segment", "explain", "Others", "ann@example.org").splitlines() == [
        "Not a member of the segment.",
        "✗ all of these",
        "  ✓ any of these",
        "    ✗ Country is “India”   (blank)",
        "    ✓ First name is “Ann”   (Ann)",
        "  ✗ not",
        "    ✓ City is “Goa”   (Goa)",
        "  ✗ Is not in segment “Anns”   (is a member)",
    ]
    of_bob = printed(people, "segment", "explain", "2", "BOB@example.org")
    assert of_bob.startswith("Member of the segment.\n✓ all of these\n")


def test_conditions_without_a_field_are_explained(people: Path) -> None:
    tamis(people, "topic", "create", "News", "--type", "People")
    rule = 'is subscribed to "News" or can be mailed and is in random 100% "all"'
    tamis(people, "segment", "create", "Asked", "--type", "People", "--where", rule)
    assert printed(people, "segment", "explain", "Asked", "ann@example.org").splitlines() == [
        "Member of the segment.",
        "✓ any of these",
        "  ✗ Is subscribed to “News”   (never asked)",
        "  ✓ all of these",
        "    ✓ Can be mailed",
        "    ✓ Is in random 100% “all”",
    ]


def test_json_output_is_one_document(people: Path) -> None:
    output = tamis(people, "segment", "explain", "anns", "ann@example.org")
    assert output == {
        "segment": {"id": 1, "name": "Anns"},
        "email": "ann@example.org",
        "contact_id": 1,
        "in_segment": True,
        "because": "rule",
        "since": None,
        "rule": {"kind": "condition", "text": 'first_name is "Ann"', "value": "Ann", "holds": True, "parts": []},
        "changes_at": None,
    }


def test_upcoming_changes_by_time_are_predicted(people: Path) -> None:
    tamis(people, "segment", "create", "New", "--type", "People", "--where", "created_at is within 7 days")
    output = tamis(people, "segment", "explain", "New", "ann@example.org")
    assert output["in_segment"]
    assert output["changes_at"].endswith("T00:00:00.000000Z")
    day = format_day(date.fromisoformat(output["changes_at"][:10]))
    assert f"Leaves automatically on {day}, 00:00:00 (UTC)." in printed(
        people, "segment", "explain", "New", "ann@example.org"
    )


def test_an_unknown_email_and_another_accounts_segment_are_refused(people: Path) -> None:
    with pytest.raises(Refused, match="check the spelling"):
        tamis(people, "segment", "explain", "Anns", "nobody@example.org")
    tamis(people, "account", "create", "--email", "stranger@example.org")
    for segment in ("1", "Anns"):
        with pytest.raises(Refused, match=f'there is no segment \\\\?"{segment}'):
            tamis(people, "segment", "explain", segment, "ann@example.org", "--account", "stranger@example.org")
