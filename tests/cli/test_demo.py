"""`tamis demo`: a fresh directory, a line to paste that works, and counts that were computed elsewhere."""

import csv
import json
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest

from tamis.demo.rentals import DemoEvent, last_rental, make_events, to_present
from tests.support import forked
from tests.support.clients import installed
from tests.support.console import Visitor
from tests.support.effort import ALL
from tests.support.process import MAIN, TAMIS, TIMEOUT_SECONDS, Refused, environment, tamis
from tests.support.sakila import FILE

COUNTS = {
    "active is true": 584,
    "active is false": 15,
    'store = "store 1"': 326,
    'store = "store 2"': 273,
    'country = "India"': 60,
    'country = "China"': 53,
    'country = "United States"': 36,
    'country = "Japan"': 31,
    'country = "Mexico"': 30,
    'country = "Russian Federation"': 28,
    "total_paid >= 150": 46,
    "rental_count >= 40": 7,
    "open_rentals > 0": 159,
    "last_rental_at is within 1 day": 158,
    'last "rental" is within 1 day': 158,
    'did "rental" at least 40 times': 7,
    'sum(amount) of "payment" >= 150': 46,
}
"""The counts of the file, of fields and of events; what happened in 2006 there has just happened."""
BIG_PAYERS = 'did "payment" at least 2 times within 30 days where amount > 5'

FEW_PARTS = f"from tamis.demo import make; make.FILES = 2; {MAIN}"
"""Makes the same customers, in fewer imports."""


class Demo:
    """`tamis demo` in a process of its own, until the block ends."""

    def __init__(self, data: Path, program: Sequence[str] = TAMIS) -> None:
        self.data, self.program = data, program
        self.lines: list[str] = []

    def __enter__(self) -> "Demo":
        command = [sys.executable, *self.program, "demo", "--port", "0", "--data", str(self.data)]
        self.process, self.output, self.errors = forked.start(command, environment())
        for line in self.output:
            self.lines.append(line.rstrip("\n"))
            if line.startswith("Tamis is listening on http://127.0.0.1:"):
                return self
        raise AssertionError(self.errors.read())

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(TIMEOUT_SECONDS) == 0
        with self.output, self.errors:
            errors = self.errors.read()
        assert not re.search(" (WARNING|ERROR|CRITICAL) |Traceback", errors)


def test_a_demo_serves_replaces_an_untouched_one_and_keeps_a_changed_one(tmp_path: Path) -> None:
    with Demo(tmp_path / "data", TAMIS if ALL else ("-c", FEW_PARTS)) as demo:
        its_line_works_when_pasted(demo)
        it_signs_in_to_its_console(demo)
        with pytest.raises(Refused, match="is in use by a running server"):
            tamis(demo.data, "demo", "--port", "0")
    with Demo(tmp_path / "data", ("-c", FEW_PARTS)) as demo:
        assert [path.name for path in tmp_path.iterdir()] == ["data"]
        tamis(demo.data, "segment", "delete", "Big spenders")
    with Demo(tmp_path / "data", ("-c", FEW_PARTS)) as demo:
        assert len(tamis(demo.data, "segment", "list")["segments"]) == 5
        (kept,) = [path for path in tmp_path.iterdir() if path.name != "data"]
        assert str(kept) in "\n".join(demo.lines)
    assert len(tamis(kept, "segment", "list")["segments"]) == 4


def its_line_works_when_pasted(demo: Demo) -> None:
    installed("curl")
    (line,) = [line.strip() for line in demo.lines if line.strip().startswith("curl ")]
    pasted = subprocess.run(
        ["bash", "-c", f"{line} --silent --show-error"],
        capture_output=True,
        text=True,
        check=True,
        env=environment(),
    )
    assert shlex.split(line)[0] == "curl"
    answer = json.loads(pasted.stdout)
    sizes = {s["segment_name"]: s["segment_emails_count"] for s in answer["message"]["segments"]}
    assert sizes["Customers in India"] == 60
    assert sizes["Big spenders"] == 46
    assert len(sizes) == 5
    assert all(sizes.values())
    recent = tamis(demo.data, "segment", "count", "--type", "Customers", "--where", BIG_PAYERS)["count"]
    assert 100 < recent == sizes["Recent big payers"] < 599
    assert f"  {recent:>11}  Recent big payers" in demo.lines
    for rule, count in COUNTS.items():
        requested = tamis(demo.data, "segment", "count", "--type", "Customers", "--where", rule)
        assert requested == {"count": count}, rule


def it_signs_in_to_its_console(demo: Demo) -> None:
    reported = dict(line.split(maxsplit=1) for line in demo.lines if line.startswith("  ") and len(line.split()) == 2)
    visitor = Visitor(reported["Console"].rstrip("/"))
    assert visitor.sign_in(reported["Email"], reported["Password"]).status_code == 303
    assert "demo@example.org" in visitor.get("/account").text


def test_a_demo_never_changes_other_data(data: Path) -> None:
    with pytest.raises(Refused, match="already contains data"):
        tamis(data, "demo", "--port", "0")
    assert tamis(data, "type", "list")["contact_types"]


def test_the_events_agree_with_the_file() -> None:
    with FILE.open(encoding="utf-8", newline="") as file:
        customers = list(csv.DictReader(file))
    end = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    events = make_events(customers, end)
    assert events == make_events(customers, end)
    assert events[-1].at == end
    assert [event.at for event in events] == sorted(event.at for event in events)
    by_email: dict[str, list[DemoEvent]] = {}
    for event in events:
        by_email.setdefault(event.email, []).append(event)
    for customer in customers:
        own = by_email[customer["email"]]
        rentals = [event for event in own if event.document["event"] == "rental"]
        payments = [event for event in own if event.document["event"] == "payment"]
        assert len(rentals) == len(payments) == int(customer["rental_count"])
        amounts = [Decimal(str(cast("dict[str, float]", event.document["properties"])["amount"])) for event in payments]
        assert sum(amounts) == Decimal(customer["total_paid"])
        assert all(amount > 0 and str(amount).endswith((".99", ".98")) for amount in amounts)
        assert own[-1].at == to_present(last_rental(customer), end)
        assert own[0].at > end - timedelta(days=100)
    latest = [event for event in events if event.at > end - timedelta(days=8)]
    assert {event.at for event in latest} == {end}
    assert len({event.email for event in latest}) == 158
