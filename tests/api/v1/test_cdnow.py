"""The real purchases of CDNOW over the API: the counts of their README, and exports."""

import csv
import io
from pathlib import Path

import duckdb
import pytest

from tests.api.v1.test_imports import ended
from tests.laws.test_cdnow import COUNTS, FILE
from tests.support.programs import Program, problem_of
from tests.support.users import fresh


@pytest.fixture(scope="module")
def customers(api: Program) -> int:
    """A contact type with the purchases."""
    type_id = int(api.create("contact-types", {"name": fresh("Customers")})["id"])
    query = {"contact_type_id": type_id, "create_contacts": "true"}
    begun = api.call(
        "POST", "imports/events", params=query, data=FILE.read_bytes(), headers={"Content-Type": "text/csv"}
    )
    assert ended(api, api.result(begun))["accepted"] == 6_919
    return type_id


def test_the_counts_of_the_readme_come_out(api: Program, customers: int) -> None:
    for text, count in COUNTS.items():
        found = api.result(api.post("segments/preview", {"contact_type_id": customers, "rule": text}))
        assert (found["count"], found["total"]) == (count, 2_357), text


def test_events_are_exported_in_each_format(
    api: Program, colleague_api: Program, stranger_api: Program, customers: int, tmp_path: Path
) -> None:
    path = f"contact-types/{customers}/events/export"
    everything = api.get(path)
    assert everything.headers["content-type"] == "text/csv; charset=utf-8"
    assert int(everything.headers["content-length"]) == len(everything.content)
    rows = list(csv.DictReader(io.StringIO(everything.text)))
    assert len(rows) == 6_919
    assert colleague_api.get(path).content == everything.content
    window = {"since": "1997-06-01T00:00:00Z", "until": "1997-07-01T00:00:00Z", "event": "Order"}
    chosen = [row for row in rows if "1997-06-01" <= row["at"] < "1997-07-01"]
    assert list(csv.DictReader(io.StringIO(api.get(path, **window).text))) == chosen
    lines = api.get(path, format="ndjson", **window).text.splitlines()
    file = tmp_path / "orders.parquet"
    file.write_bytes(api.get(path, format="parquet", **window).content)
    ((number, first),) = duckdb.execute(f"SELECT count(*), min(\"at\")::VARCHAR FROM '{file}'").fetchall()
    assert (len(lines), number) == (len(chosen), len(chosen))
    assert first.startswith("1997-06-01")
    problem_of(api.get(path, event="visit"), 404, "event_name_unknown")
    assert api.get(path, since="soon").json()["errors"][0]["path"] == "since"
    assert stranger_api.get(path).status_code == 404
