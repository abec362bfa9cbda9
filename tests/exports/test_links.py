"""Unsubscribe links in exports: of contacts and others, as columns and as headers, and not imported again."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tamis.actions.accounts.accounts import choose_account
from tamis.actions.segments.manual.members import put_member
from tamis.actions.segments.segments import find_segment
from tamis.actions.services import Services
from tamis.settings import Settings
from tests.support.process import Server, tamis

SEGMENT, PEOPLE = "All, and more", ("--type", "People")
HEADERS = "List-Unsubscribe,List-Unsubscribe-Post"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A directory with two contacts and one external recipient in a segment."""
    data, people = tmp_path / "data", tmp_path / "people.csv"
    tamis(data, "account", "create", "--email", "owner@example.org")
    tamis(data, "type", "create", "People")
    people.write_text("email,first_name\nann@example.org,Ann\nBØB@example.org,Bob\n")
    tamis(data, "import", people, *PEOPLE)
    tamis(data, "segment", "create", SEGMENT, *PEOPLE, "--where", 'email is not "x@example.org"')
    services = Services(Settings(data))
    account = choose_account(services.records.reader(), None)
    segment = find_segment(services.records.reader(), account, SEGMENT)
    services.write(put_member, account, segment.id, "eve@example.org", "Eve", "Ext")
    services.close()
    return data


def links(data: Path) -> dict[str, str]:
    """Return the links of the contacts as the command shows them."""
    return {
        email: tamis(data, "contact", "show", email, *PEOPLE)["unsubscribe_url"]
        for email in ("ann@example.org", "BØB@example.org")
    }


def exported(data: Path, out: Path, *options: str, source: tuple[str, ...] = (SEGMENT,)) -> list[dict[str, Any]]:
    file = out / "export.csv"
    tamis(data, "export", *source, file, "--force", *options)
    return list(csv.DictReader(io.StringIO(file.read_text())))


def test_an_exported_segment_has_the_links_of_its_members(either: Path, tmp_path: Path) -> None:
    rows = exported(either, tmp_path)
    assert list(rows[0])[-1] == "unsubscribe_url"
    found = {row["email"]: row["unsubscribe_url"] for row in rows}
    expected = links(either)
    assert found.keys() == {*expected, "eve@example.org"}
    assert {email: found[email] for email in expected} == expected
    assert len(set(found.values())) == 3


def test_links_and_headers_are_columns_to_choose(data: Path, tmp_path: Path) -> None:
    rows = exported(data, tmp_path, "--fields", f"unsubscribe_url,email,{HEADERS}")
    assert list(rows[0]) == ["unsubscribe_url", "email", "List-Unsubscribe", "List-Unsubscribe-Post"]
    assert {row["List-Unsubscribe-Post"] for row in rows} == {"List-Unsubscribe=One-Click"}
    assert all(row["List-Unsubscribe"] == f"<{row['unsubscribe_url']}>" for row in rows)
    alone = exported(data, tmp_path, "--fields", "list_unsubscribe")
    assert [row["List-Unsubscribe"] for row in alone] == [row["List-Unsubscribe"] for row in rows]
    of_type = exported(data, tmp_path, "--fields", "email,unsubscribe_url", source=PEOPLE)
    assert {row["email"]: row["unsubscribe_url"] for row in of_type} == links(data)
    by_rule = (*PEOPLE, "--where", f'is in segment "{SEGMENT}" and first_name is not "Ann"')
    selected = exported(data, tmp_path, "--fields", "email,unsubscribe_url", source=by_rule)
    assert [row["email"] for row in selected] == ["BØB@example.org", "eve@example.org"]
    assert "unsubscribe_url" not in exported(data, tmp_path, source=PEOPLE)[0]


def test_links_are_in_every_format(data: Path, tmp_path: Path) -> None:
    expected = {row["email"]: row["unsubscribe_url"] for row in exported(data, tmp_path)}
    ndjson, parquet = tmp_path / "export.ndjson", tmp_path / "export.parquet"
    tamis(data, "export", SEGMENT, ndjson)
    tamis(data, "export", SEGMENT, parquet)
    lines = [json.loads(line) for line in ndjson.read_text().splitlines()]
    assert {line["email"]: line["unsubscribe_url"] for line in lines} == expected
    with duckdb.connect() as con:
        rows = con.execute("SELECT email, unsubscribe_url FROM read_parquet($1)", [str(parquet)]).fetchall()
    assert dict(rows) == expected


@pytest.mark.parametrize("ending", ["csv", "ndjson", "parquet"])
def test_links_are_not_imported_as_a_field(data: Path, tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"export.{ending}"
    tamis(data, "export", SEGMENT, file, "--fields", f"email,first_name,unsubscribe_url,{HEADERS}")
    report = tamis(data, "import", file, *PEOPLE, "--create-fields")
    assert (report["unchanged"], report["created"]) == (2, 1)
    names = [field["key"] for field in tamis(data, "field", "list", *PEOPLE)["fields"]]
    assert not [name for name in names if "unsubscribe" in name]


def test_a_field_with_the_name_of_the_column_is_exported_instead(data: Path, tmp_path: Path) -> None:
    tamis(data, "field", "create", "Unsubscribe URL", *PEOPLE, "--kind", "text")
    rows = exported(data, tmp_path)
    assert [row["unsubscribe_url"] for row in rows] == ["", "", ""]


def test_links_lead_to_the_public_address(data: Path, tmp_path: Path) -> None:
    with Server(data, {"TAMIS_PUBLIC_URL": "https://mail.example.org"}):
        rows = exported(data, tmp_path)
    assert all(row["unsubscribe_url"].startswith("https://mail.example.org/u/") for row in rows)
