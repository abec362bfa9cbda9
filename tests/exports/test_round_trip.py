"""What is exported and imported again is the same, whatever the values are."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tamis.actions.accounts.accounts import create_account
from tamis.actions.exporting.directories import export_directory, export_file
from tamis.actions.exporting.write import write_export
from tamis.actions.fields.fields import create_field
from tamis.actions.fields.types import create_type
from tamis.actions.importing.reports.report import ImportOptions
from tamis.actions.importing.rows.upsert import upsert
from tamis.actions.importing.run import import_file
from tamis.actions.services import Services
from tamis.domain.contacts.contacts import ContactType, decode_values, encode_values
from tamis.domain.contacts.emails import parse_email
from tamis.domain.errors import Invalid
from tamis.domain.files.exports import Export, Format, OutputOptions
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.values.fields import FieldSet, Kind, Value, key_from_name
from tamis.domain.values.instants import FIRST_INSTANT, LAST_INSTANT
from tamis.records import change_log, types
from tamis.records.handles import Transaction, connection_of
from tamis.settings import Settings
from tests.laws.strategies import INTERESTS, PLANS, VALUES
from tests.support.effort import examples

LAYOUTS = {
    ".csv": OutputOptions(Format.CSV),
    ".csv.gz": OutputOptions(Format.CSV, mark=True, compressed=True),
    "-keep.csv": OutputOptions(Format.CSV, escapes=False),
    ".ndjson": OutputOptions(Format.NDJSON),
    ".parquet": OutputOptions(Format.PARQUET),
}
CUSTOM = (
    ("Notes", Kind.TEXT, ()),
    ("Total", Kind.NUMBER, ()),
    ("Born", Kind.DATE, ()),
    ("Seen", Kind.DATETIME, ()),
    ("Active", Kind.BOOLEAN, ()),
    ("Plan", Kind.CHOICE, PLANS),
    ("Interests", Kind.CHOICES, INTERESTS),
)
HOSTILE = (
    "=1+1", "'=1+1", "''@x", "＝1", "'", "'a", "''", '"', '""', '"a"', ",", "a;b; c", "a; b", ";",
    "a\r\nb", "a\rb", "a\nb", "a\n\nb", "NULL", "null", "#x", "a\u2028b", "\u200bx\u200b", "🦊", "\\N", "\\",
    "-5", "+49 123", "{}", "[1]", "0", "007", "true", "2024-01-01", "'-", "'\u2212", "a\tb", "\ufeffx", "email",
    "x" * 65_535,
)  # fmt: skip
ADDRESSES = (
    "ann@example.org", "=ann@example.org", "-a@example.org", "'ann@example.org", "'=ann@example.org",
    "''+b@example.org", "+c@example.org", "D'Arcy@Example.org", "zoë@example.org", "x@münchen.example.org",
    "X@XN--MNCHEN-3YA.example.com", "{}@example.org", "!#$%&'*+/=?^_`{|}~-@example.org",
)  # fmt: skip
Row = tuple[str, str, str]


class Two:
    """Two contact types with the same fields, by name."""

    def __init__(self, data: Path) -> None:
        self.services = Services(Settings(data))
        self.account, _ = self.services.write(create_account, "owner@example.org", "America/Sao_Paulo", None)
        self.types = [self._type(name) for name in ("Here", "There")]

    def _type(self, name: str) -> ContactType:
        made = self.services.write(create_type, self.account, name)
        for field, kind, options in CUSTOM:
            self.services.write(create_field, made, field, kind, options)
        return made

    def fields(self, contact_type: ContactType) -> FieldSet:
        """Return the fields of a type."""
        return types.fields_of_type(self.services.records.reader(), contact_type.id)

    def fill(self, people: dict[str, dict[str, Value]]) -> None:
        """Hold these people, by address, in the first type, and none in the second."""
        for one in self.types:
            self.services.write(_delete_all, one.id)
        here = self.types[0]
        rows: list[Row] = []
        by_key = self.fields(here).by_key
        for address, values in people.items():
            email = parse_email(address)
            assert email
            document = encode_values({by_key[key].id: value for key, value in values.items()})
            rows.append((email.address, email.key, document))
        self.services.write(upsert, here.id, self.fields(here), rows, ())

    def state(self, contact_type: ContactType) -> list[tuple[str, str, dict[str, str]]]:
        """Read the contacts of a type, in their order, with the values by the keys of their fields."""
        fields = self.fields(contact_type)
        rows = connection_of(self.services.records.reader()).execute(
            "SELECT email, email_key, field_values FROM contacts WHERE contact_type_id = ? ORDER BY id",
            (contact_type.id,),
        )
        found = []
        for email, key, document in rows.fetchall():
            values = decode_values(str(document), fields)
            # As text, two numbers that only look alike differ.
            found.append((str(email), str(key), {fields.by_id[id_].key: repr(v) for id_, v in values.items()}))
        return found

    def export(self, layout: OutputOptions, target: Path, fields: tuple[str, ...] | None = None) -> int:
        """Export the first type to a file."""
        wanted = Export(self.account.id, layout, type_id=self.types[0].id, fields=fields)
        with export_directory(self.services.settings.data) as place:
            rows = write_export(self.services, wanted, place.name)
            target.write_bytes(export_file(place).read_bytes())
        return rows


def _delete_all(db: Transaction, now: datetime, type_id: int) -> None:
    ids = [
        row[0]
        for row in connection_of(db).execute("DELETE FROM contacts WHERE contact_type_id = ? RETURNING id", (type_id,))
    ]
    change_log.record_contact_changes(db, type_id, ids, now, Cause.DELETION)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    made = Two(tmp_path_factory.mktemp("two") / "data")
    yield made
    made.services.close()


def one_of_each_kind() -> dict[str, st.SearchStrategy[Value]]:
    """Values of every field that a file can bring."""
    text = st.one_of(st.sampled_from(HOSTILE), VALUES[Kind.TEXT])
    custom = {key_from_name(name): text if kind is Kind.TEXT else VALUES[kind] for name, kind, _ in CUSTOM}
    return custom | {"first_name": text, "address_line2": text}


people = st.dictionaries(
    st.sampled_from(ADDRESSES), st.fixed_dictionaries({}, optional=one_of_each_kind()), min_size=1, max_size=6
)
EDGES: dict[str, dict[str, Value]] = {
    **{f"p{n}@example.org": {"notes": text, "first_name": text} for n, text in enumerate(HOSTILE)},
    **{address: {} for address in ADDRESSES},
    "first@example.org": {"born": date.min, "seen": FIRST_INSTANT, "total": 5e-324, "active": False},
    "last@example.org": {"born": date.max, "seen": LAST_INSTANT, "total": -1.7976931348623157e308, "active": True},
}


@pytest.mark.parametrize("ending", LAYOUTS)
@settings(max_examples=examples(15))
@example(EDGES)
@given(people)
def test_an_exported_file_imports_as_the_same_contacts(
    two: Two, tmp_path_factory: pytest.TempPathFactory, ending: str, audience: dict[str, dict[str, Value]]
) -> None:
    layout = LAYOUTS[ending]
    options = ImportOptions(keep_formulas=not layout.escapes)
    file = tmp_path_factory.getbasetemp() / f"people{ending}"
    two.fill(audience)
    here, there = two.types
    assert two.export(layout, file) == len(audience)
    moved = import_file(two.services, two.account, there, file, options)
    assert (moved.rows, moved.created, moved.rejected) == (len(audience), len(audience), 0)
    assert moved.ignored_columns == ("created_at", "updated_at")
    assert two.state(there) == two.state(here)
    before = two.state(here), change_log.last_change(two.services.records.reader())
    again = import_file(two.services, two.account, here, file, options)
    assert (again.rows, again.unchanged) == (len(audience), len(audience))
    assert (two.state(here), change_log.last_change(two.services.records.reader())) == before


@pytest.mark.parametrize("ending", LAYOUTS)
def test_an_export_without_contacts_can_be_imported(two: Two, tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"people{ending}"
    two.fill({})
    assert two.export(LAYOUTS[ending], file) == 0
    if ending == ".ndjson":  # no line, so that nothing tells what the file is
        with pytest.raises(Invalid, match="has no JSON object"):
            import_file(two.services, two.account, two.types[1], file, ImportOptions())
    else:
        assert import_file(two.services, two.account, two.types[1], file, ImportOptions()).rows == 0


@pytest.mark.parametrize("ending", LAYOUTS)
def test_an_export_of_emails_only_can_be_imported(two: Two, tmp_path: Path, ending: str) -> None:
    layout, file = LAYOUTS[ending], tmp_path / f"people{ending}"
    two.fill(EDGES)
    here, there = two.types
    two.export(layout, file, ("email",))
    report = import_file(two.services, two.account, there, file, ImportOptions(keep_formulas=not layout.escapes))
    assert (report.rows, report.created) == (len(EDGES), len(EDGES))
    assert [row[:2] for row in two.state(there)] == [row[:2] for row in two.state(here)]


@pytest.mark.parametrize("ending", LAYOUTS)
def test_a_file_of_one_field_that_is_often_blank_keeps_its_rows(two: Two, tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"people{ending}"
    two.fill({"a@example.org": {}, "b@example.org": {"notes": "=b@example.org"}, "c@example.org": {}})
    two.export(LAYOUTS[ending], file, ("notes",))
    options = ImportOptions(chosen={"notes": "email"}, keep_formulas=not LAYOUTS[ending].escapes)
    report = import_file(two.services, two.account, two.types[1], file, options)
    assert (report.rows, report.created, report.rejected) == (3, 1, 2)
    assert report.reasons == {"Email is missing": 2}
    assert [row[0] for row in two.state(two.types[1])] == ["=b@example.org"]
