"""`tamis events`, and what `tamis contact show` shows of them."""

from pathlib import Path
from typing import Any

import pytest

from tests.support import in_process
from tests.support.process import Refused, tamis
from tests.support.templates import copy_of

TYPE = ("--type", "People")


def _make(directory: Path) -> None:
    tamis(directory, "account", "create", "--email", "owner@example.org", "--timezone", "Asia/Dhaka")
    tamis(directory, "type", "create", "People")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An account with a contact type, and a file of three events, one of which is wrong."""
    copy_of(_make, tmp_path / "data")
    rows = ("ann@example.org,order,2026-11-20,5", "ann@example.org,Visit,2026-11-21 10:00,", "ann,order,2026-11-20,5")
    (tmp_path / "events.csv").write_text("\n".join(["email,event,at,amount", *rows]) + "\n")
    return tmp_path / "data"


def take(data: Path, *options: str) -> dict[str, Any]:
    return tamis(data, "events", "import", data.parent / "events.csv", *TYPE, *options)


def figures(report: dict[str, Any]) -> list[int]:
    return [report[key] for key in ("rows", "accepted", "repeated", "rejected", "contacts_created")]


def test_a_file_is_imported_and_listed(data: Path) -> None:
    assert figures(take(data)) == [3, 0, 0, 3, 0]
    assert figures(take(data, "--create-contacts", "--dry-run")) == [3, 2, 0, 1, 1]
    report = take(data, "--create-contacts")
    assert figures(report) == [3, 2, 0, 1, 1]
    assert Path(report["rejects_file"]).is_file()
    assert figures(take(data)) == [3, 0, 2, 1, 0]
    listed = tamis(data, "events", "list", *TYPE)["events"]
    assert [(name["name"], name["count"], name["keep"]) for name in listed] == [
        ("order", 1, "forever"), ("Visit", 1, "forever"),
    ]  # fmt: skip
    assert listed[0]["properties"][0]["kind"] == "number"
    shown = tamis(data, "contact", "show", "ann@example.org", *TYPE)
    assert [(event["event"], event["at"], event["properties"]) for event in shown["events"]] == [
        ("Visit", "2026-11-21T04:00:00.000000Z", {}),
        ("order", "2026-11-19T18:00:00.000000Z", {"amount": 5}),
    ]
    text = in_process.run_text(["contact", "show", "ann@example.org", *TYPE, "--data", str(data)]).stdout
    assert "amount 5" in text
    assert "21 Nov 2026, 10:00:00" in text


def test_names_and_properties_are_edited(data: Path) -> None:
    take(data, "--create-contacts")
    assert tamis(data, "events", "describe", "Order", "Paid", *TYPE)["description"] == "Paid"
    assert tamis(data, "events", "hide", "visit", *TYPE)["hidden"]
    assert [name["name"] for name in tamis(data, "events", "list", *TYPE)["events"]] == ["order"]
    assert len(tamis(data, "events", "list", "--all", *TYPE)["events"]) == 2
    assert not tamis(data, "events", "hide", "visit", "--undo", *TYPE)["hidden"]
    assert tamis(data, "events", "kind", "order", "Amount", "text", *TYPE)["kind"] == "text"
    assert tamis(data, "events", "hide", "order", "--property", "amount", *TYPE)["hidden"]
    assert tamis(data, "events", "keep", "order", "2y", *TYPE)["keep"] == "2 years"


def test_a_property_cannot_have_a_kind_with_options(data: Path) -> None:
    with pytest.raises(Refused, match="Choose from") as refused:
        tamis(data, "events", "kind", "order", "amount", "choice", *TYPE)
    assert refused.value.args[0] == 2


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("hide", "buy"), "there is no event"),
        (("keep", "order", "soon"), "must be a duration"),
        (("keep", "order", "0 days"), "must be a duration"),
        (("kind", "order", "size", "text"), "choose from"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_reason(data: Path, words: tuple[str, ...], reason: str) -> None:
    take(data, "--create-contacts")
    with pytest.raises(Refused, match=reason) as refused:
        tamis(data, "events", *words, *TYPE)
    assert refused.value.args[0] == 1
