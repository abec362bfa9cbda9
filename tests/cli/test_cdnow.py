"""The real purchases of CDNOW, imported and exported: counts and summaries that were computed elsewhere."""

import csv
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.support.process import Refused, tamis

PLACE = Path(__file__).parents[3] / "shared/data/events"
TYPE = ("--type", "Customers")
END = date(1997, 9, 30)
WEEK = 7


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The purchases in an account, whose days are those of New York."""
    place = tmp_path_factory.mktemp("cdnow") / "data"
    tamis(place, "account", "create", "--email", "owner@example.org", "--timezone", "America/New_York")
    tamis(place, "type", "create", "Customers")
    report = tamis(place, "events", "import", PLACE / "cdnow_sample.csv", *TYPE, "--create-contacts")
    assert (report["accepted"], report["contacts_created"]) == (6_919, 2_357)
    return place


def count(data: Path, rule: str) -> int:
    return int(tamis(data, "segment", "count", *TYPE, "--where", rule)["count"])


def summary() -> dict[str, tuple[int, float, float]]:
    """Return frequency, recency and T of each customer, in weeks, as another program computed them."""
    with (PLACE / "cdnow_sample_summary.csv").open(newline="") as file:
        return {
            f"c{int(row['ID']):04}@example.org": (int(row["frequency"]), float(row["recency"]), float(row["T"]))
            for row in csv.DictReader(file)
        }


def test_frequency_recency_and_age_follow_from_an_export(data: Path, tmp_path: Path) -> None:
    exported = tmp_path / "orders.csv"
    assert tamis(data, "events", "export", exported, *TYPE, "--event", "order")["events"] == 6_919
    days: defaultdict[str, set[date]] = defaultdict(set)
    with exported.open(newline="") as file:
        for row in csv.DictReader(file):
            day = date.fromisoformat(row["at"][:10])  # midnight in New York is on the same day in UTC
            if day <= END:
                days[row["email"]].add(day)
    computed = {
        email: (
            len(found) - 1,
            round((max(found) - min(found)).days / WEEK, 2),
            round((END - min(found)).days / WEEK, 2),
        )
        for email, found in days.items()
    }
    assert computed == summary()


def test_rules_agree_with_the_summary(data: Path) -> None:
    expected = summary()
    assert count(data, 'did "order" before 1997-10-01') == len(expected)
    once = sum(frequency == 0 for frequency, *_ in expected.values())
    # Who bought on one day only may have bought twice on it.
    assert count(data, 'did "order" exactly once before 1997-10-01') <= once
    ages = Counter(age for *_, age in expected.values())
    for age in (38.86, 30.0, 27.0):
        day = date.fromordinal(END.toordinal() - round(age * WEEK))
        assert count(data, f'first "order" is {day}') == ages[age] > 0


def test_an_export_is_imported_again_as_the_same_events(data: Path, tmp_path: Path) -> None:
    for name in ("all.csv", "all.ndjson"):
        tamis(data, "events", "export", tmp_path / name, *TYPE)
        report: dict[str, Any] = tamis(data, "events", "import", tmp_path / name, *TYPE)
        assert [report[key] for key in ("accepted", "repeated", "rejected")] == [0, 6_919, 0]


def test_exports_are_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="must end in"):
        tamis(data, "events", "export", tmp_path / "all.txt", *TYPE)
    with pytest.raises(Refused, match="choose from"):
        tamis(data, "events", "export", tmp_path / "all.csv", *TYPE, "--event", "visit")
    (tmp_path / "all.csv").touch()
    with pytest.raises(Refused, match="exists"):
        tamis(data, "events", "export", tmp_path / "all.csv", *TYPE)
