"""What was in a segment, and how a contact went through segments, at the command line."""

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import make_people
from tests.support import forked, in_process
from tests.support.process import TIMEOUT_SECONDS, Refused, environment, tamis
from tests.support.templates import copy_of


def import_countries(data: Path, tmp_path: Path, rows: dict[str, str]) -> None:
    """Import people with their countries."""
    file = tmp_path / "people.csv"
    file.write_text("email,country\n" + "".join(f"{a},{c}\n" for a, c in rows.items()), encoding="utf-8")
    tamis(data, "import", file, "--type", "People")


def now() -> str:
    """Return an instant that is over when this returns, and later than all that was done before."""
    instant = datetime.now(UTC)
    time.sleep(0.002)
    return instant.isoformat()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Ann and Bob, and what became of them."""
    directory = tmp_path / "data"
    (tmp_path / "at").write_text(copy_of(_make, directory))
    return directory


@pytest.fixture
def prepared(either: Path, tmp_path: Path) -> tuple[Path, str]:
    """Ann leaves the segment and Bob enters it after an instant."""
    return either, (tmp_path / "at").read_text()


def _make(directory: Path) -> str:
    make_people(directory)
    import_countries(directory, directory.parent, {"ann@example.org": "India", "bob@example.org": "Peru"})
    tamis(directory, "segment", "create", "Indians", "--type", "People", "--where", 'country = "India"')
    at = now()
    import_countries(directory, directory.parent, {"ann@example.org": "Peru", "bob@example.org": "India"})
    return at


def test_members_of_a_past_instant(prepared: tuple[Path, str]) -> None:
    data, at = prepared
    then = tamis(data, "segment", "history", "indians", "--at", at)
    assert then["segment"] == {"id": 1, "name": "Indians"}
    assert then["count"] == 1
    assert then["members"] == [{"id": (1 << 32) + 1, "contact_id": 1, "email": "ann@example.org"}]
    today = tamis(data, "segment", "history", "1", "--at", f"{datetime.now(UTC):%Y-%m-%d}")
    assert [member["email"] for member in today["members"]] == ["bob@example.org"]
    tamis(data, "contact", "delete", "ann@example.org", "--type", "People")
    then = tamis(data, "segment", "history", "indians", "--at", at)
    assert then["members"] == [{"id": (1 << 32) + 1, "contact_id": 1, "email": None}]


def test_sizes_by_day(prepared: tuple[Path, str]) -> None:
    data, _ = prepared
    document = tamis(data, "segment", "history", "Indians")
    days = document.pop("days")
    assert document.pop("known_since") <= at_utc()
    assert document == {
        "segment": {"id": 1, "name": "Indians"},
        "timezone": "UTC",
        "total": {"entered": sum(d["entered"] for d in days), "departed": sum(d["departed"] for d in days)},
    }
    assert [d["filled"] for d in days] == [True] + [False] * (len(days) - 1)
    assert days[0]["cause"] == "first filling"
    assert days[-1]["day"] == at_utc()[:10]
    assert days[-1]["recipients"] == 1
    assert document["total"] == {"entered": 2, "departed": 1} if len(days) == 1 else document["total"]


def at_utc() -> str:
    """Write the present instant as documents do."""
    return datetime.now(UTC).isoformat()


def test_the_history_of_a_contact_is_shown(prepared: tuple[Path, str]) -> None:
    data, at = prepared
    left, entered = tamis(data, "contact", "show", "ann@example.org", "--type", "People")["history"]
    segment = {"id": 1, "name": "Indians", "deleted": False}
    assert (left["step"], left["cause"], left["segment"]) == ("left", "import", segment)
    assert (entered["step"], entered["cause"], entered["segment"]) == ("entered", "first filling", segment)
    assert entered["number"] < left["number"]
    assert entered["at"] < at < left["at"]
    tamis(data, "segment", "delete", "Indians")
    (left, *_) = tamis(data, "contact", "show", "ann@example.org", "--type", "People")["history"]
    assert left["segment"] == segment | {"deleted": True}


def test_text_output_is_a_table(prepared: tuple[Path, str]) -> None:
    data, at = prepared

    def printed(*arguments: str) -> str:
        return in_process.run_text([*arguments, "--data", str(data)]).stdout

    table = printed("segment", "history", "Indians")
    assert "initial build" in table
    assert "Total" in table
    assert printed("segment", "history", "Indians", "--at", at) == "4294967297\t1\tann@example.org\n"
    assert "left     Indians  import" in printed("contact", "show", "ann@example.org", "--type", "People")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--at", "2001-01-01"], 'the member history of the segment "Indians" starts at '),
        (["--at", "2901-01-01"], "is in the future"),
        (["--at", "yesterday"], "must be a date and time such as"),
        (["--at", "2026-02-30"], "is no"),
        (["--at", "2026-01-01", "--days", "3"], "choose one of them"),
        (["--days", "0"], "must be from 1 to"),
        (["--days", "99999999999"], "must be from 1 to"),
    ],
)
def test_requests_without_an_answer_are_refused_with_a_reason(
    prepared: tuple[Path, str], arguments: list[str], reason: str
) -> None:
    data, _ = prepared
    with pytest.raises(Refused) as refused:
        tamis(data, "segment", "history", "Indians", *arguments)
    status, words = refused.value.args
    assert status == 1
    assert reason in words
    assert "Traceback" not in words


def test_the_earliest_instant_named_in_a_refusal_can_be_queried(prepared: tuple[Path, str]) -> None:
    data, _ = prepared
    with pytest.raises(Refused) as refused:
        tamis(data, "segment", "history", "Indians", "--at", "2001-01-01")
    since = refused.value.args[1].split("starts at ")[1].split(": choose")[0]
    assert tamis(data, "segment", "history", "Indians", "--at", since)["count"] == 1


def test_another_account_and_a_deleted_segment_get_the_same_answer(prepared: tuple[Path, str]) -> None:
    data, at = prepared
    tamis(data, "account", "create", "--email", "stranger@example.org")
    answers = set()
    for account in ("stranger@example.org", "owner@example.org"):
        for reference in ("1", "Indians"):
            for more in ((), ("--at", at)):
                with pytest.raises(Refused) as refused:
                    tamis(data, "segment", "history", reference, *more, "--account", account)
                answers.add(refused.value.args[1].replace("Indians", "1"))
        if account == "stranger@example.org":
            tamis(data, "segment", "delete", "1", "--account", "owner@example.org")
    (answer,) = answers
    assert 'there is no segment "1"' in answer


@pytest.mark.parametrize("days", ["x", "0", "-5", "1.5", "36501", "٣"])
def test_an_invalid_number_of_days_to_keep_is_refused(data: Path, days: str) -> None:
    done = forked.run_text(
        [sys.executable, "-m", "tamis", "segment", "list", "--data", str(data)], timeout=TIMEOUT_SECONDS,
        env=environment({"TAMIS_HISTORY_DAYS": days}),
    )  # fmt: skip
    assert done.returncode == 1
    assert "TAMIS_HISTORY_DAYS" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_forecast_shows_who_enters_and_leaves_by_time_alone(either: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    today = datetime.now(UTC).date()
    file.write_text(f"email,birth_date\nann@example.org,{today - timedelta(days=2)}\n", encoding="utf-8")
    tamis(either, "import", file, "--type", "People")
    tamis(either, "segment", "create", "Fresh", "--type", "People", "--where", "birth_date is within 4 days")
    found = tamis(either, "segment", "forecast", "Fresh", "--days", "5")

    assert (found["segment"]["name"], found["count"], len(found["days"])) == ("Fresh", 1, 5)
    leaving = {day["day"]: day["leaving"] for day in found["days"] if day["leaving"]}
    assert leaving == {str(today + timedelta(days=3)): 1}
    assert found["days"][-1]["count"] == 0
    message = in_process.run_text(["segment", "forecast", "Fresh", "--data", str(either)]).stdout
    assert "Now: 1 member" in message
    with pytest.raises(Refused, match="from 1 to 366 days"):
        tamis(either, "segment", "forecast", "Fresh", "--days", "367")
