"""What is exported and imported into a type without fields makes the same fields and the same values, as documented."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

import duckdb
import pytest
from hypothesis import example, given, settings

from tamis.actions.fields.types import create_type
from tamis.actions.importing.reports.report import ImportOptions
from tamis.actions.importing.run import import_file
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.values.fields import RESERVED, Kind, Value
from tamis.domain.values.text import fold
from tests.exports.test_round_trip import CUSTOM, EDGES, LAYOUTS, Two, people
from tests.laws.strategies import INTERESTS
from tests.support.effort import examples

ISO = {
    Kind.DATE: re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    Kind.DATETIME: re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?Z?"),
}
TEXTS = ("NO", "1.10", "3E5", "02138", "true", "2024-01-01", "[1]", '["a"]', "a; b", "no", "+49 30", "=1")
numbers = count()


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    made = Two(tmp_path_factory.mktemp("fresh") / "data")
    yield made
    made.services.close()


def moved(two: Two, ending: str, file: Path) -> ContactType:
    """Export the first type, and import it into one that has no fields yet."""
    two.export(LAYOUTS[ending], file)
    fresh = two.services.write(create_type, two.account, f"Fresh {next(numbers)}")
    report = import_file(two.services, two.account, fresh, file, ImportOptions(create_fields=True))
    assert (report.created, report.rejected) == (report.rows, 0)
    return fresh


def fields_of(two: Two, of: ContactType) -> dict[str, tuple[str, Kind, tuple[str, ...]]]:
    """Return the fields that people have made, by key."""
    return {f.key: (f.name, f.kind, f.options) for f in two.fields(of).fields if f not in RESERVED}


@settings(max_examples=examples(15))
@example(EDGES)
@given(people)
def test_parquet_keeps_fields_and_values(
    two: Two, tmp_path_factory: pytest.TempPathFactory, audience: dict[str, dict[str, Value]]
) -> None:
    two.fill(audience)
    fresh = moved(two, ".parquet", tmp_path_factory.getbasetemp() / "fresh.parquet")
    assert fields_of(two, fresh) == fields_of(two, two.types[0])
    assert two.state(fresh) == two.state(two.types[0])


@settings(max_examples=examples(15))
@example(EDGES)
@example({f"{n}@example.org": {"notes": text, "plan": "free"} for n, text in enumerate(TEXTS * 10)})
@given(people)
def test_ndjson_keeps_the_types_of_json(
    two: Two, tmp_path_factory: pytest.TempPathFactory, audience: dict[str, dict[str, Value]]
) -> None:
    two.fill(audience)
    fresh = moved(two, ".ndjson", tmp_path_factory.getbasetemp() / "fresh.ndjson")
    kinds = {key: kind for key, (_, kind, _) in fields_of(two, fresh).items()}
    assert kinds == {key: expected(key, audience) for key in fields_of(two, two.types[0])}
    for (email, key, values), before in zip(two.state(fresh), two.state(two.types[0]), strict=True):
        assert (email, key) == before[:2]
        assert values.keys() == before[2].keys()
        assert {k: v for k, v in values.items() if kinds.get(k) is not Kind.DATETIME} == {
            k: _dated(v) if kinds.get(k) is Kind.DATE else v
            for k, v in before[2].items()
            if kinds.get(k) is not Kind.DATETIME
        }


def _dated(value: str) -> str:
    """Return a value as it is read from JSON as a date, also if it was a text: both as Python writes them."""
    return repr(date.fromisoformat(value.strip("'"))) if value.startswith("'") else value


def expected(key: str, audience: dict[str, dict[str, Value]]) -> Kind:
    """Tell what the values of a field look like in JSON, which has texts for dates and choices."""
    values = [values[key] for values in audience.values() if key in values]
    kind = next(kind for name, kind, _ in CUSTOM if name.lower() == key)
    if not values:
        return Kind.TEXT
    if kind not in (Kind.TEXT, Kind.CHOICE):
        return kind
    texts = [str(value) for value in values]
    for dated, form in ISO.items():
        if all(form.fullmatch(text) for text in texts):
            return dated
    options = {fold(text) for text in texts}
    few = 1 < len(set(texts)) == len(options) <= 20 and len(texts) >= 10 * len(options)
    return Kind.CHOICE if few and not any(";" in text for text in texts) else Kind.TEXT


def test_a_field_keeps_its_name_and_all_of_its_options(two: Two, tmp_path: Path) -> None:
    two.fill({"a@example.org": {"interests": INTERESTS[:1]}})
    fresh = fields_of(two, moved(two, ".parquet", tmp_path / "a.parquet"))
    assert fresh["interests"] == ("Interests", Kind.CHOICES, INTERESTS)
    assert fresh["total"] == ("Total", Kind.NUMBER, ())


@pytest.mark.parametrize("kind", ["PARQUET", "JSON"])
def test_foreign_columns_get_the_kind_of_their_type(two: Two, tmp_path: Path, kind: str) -> None:
    file = tmp_path / ("others.parquet" if kind == "PARQUET" else "others.ndjson")
    with duckdb.connect() as con:
        con.execute(
            "COPY (SELECT 'p' || n || '@example.org' AS email, 'NO' AS land, '1.10' AS version, n::INTEGER AS visits, "
            "1.5::DECIMAL(10, 2) AS paid, 9007199254740993 + n AS big, n % 2 = 0 AS active, DATE '2024-01-01' AS born, "
            "['Rock, Pop', 'VIP'] AS tags, {'a': n} AS deep, ['x;y'] AS odd, 'T' || n % 2 AS plan "
            f"FROM range(30) r(n)) TO '{file}' (FORMAT {kind})"
        )
    fresh = two.services.write(create_type, two.account, f"Fresh {next(numbers)}")
    report = import_file(two.services, two.account, fresh, file, ImportOptions(create_fields=True))
    assert (report.created, report.rejected, report.ignored_columns) == (30, 0, ("deep",))
    assert report.notices == ('The column "deep" contains objects, which cannot be field values, and is ignored.',)
    assert {key: (kind, options) for key, (_, kind, options) in fields_of(two, fresh).items()} == {
        "land": (Kind.TEXT, ()),
        "version": (Kind.TEXT, ()),
        "visits": (Kind.NUMBER, ()),
        "paid": (Kind.NUMBER, ()),
        "big": (Kind.TEXT, ()),
        "active": (Kind.BOOLEAN, ()),
        "born": (Kind.DATE, ()),
        "tags": (Kind.CHOICES, ("Rock, Pop", "VIP")),
        "odd": (Kind.TEXT, ()),
        "plan": (Kind.CHOICE, ("T0", "T1")),
    }
    values = two.state(fresh)[1][2]
    assert (values["tags"], values["big"], values["odd"]) == (
        "('Rock, Pop', 'VIP')",
        "'9007199254740994'",
        "'[\"x;y\"]'",
    )


def test_a_decimal_that_a_number_would_cut_is_text(two: Two, tmp_path: Path) -> None:
    file = tmp_path / "decimals.parquet"
    with duckdb.connect() as con:
        con.execute(
            "COPY (SELECT 'a@example.org' AS email, 1.10::DECIMAL(30, 20) AS kept, "
            f"0.12345678901234567890::DECIMAL(30, 20) AS cut) TO '{file}' (FORMAT parquet)"
        )
    fresh = two.services.write(create_type, two.account, f"Fresh {next(numbers)}")
    import_file(two.services, two.account, fresh, file, ImportOptions(create_fields=True))
    assert [(email, values) for email, _, values in two.state(fresh)] == [
        ("a@example.org", {"kept": "1.1", "cut": "'0.12345678901234567890'"})
    ]


def test_metadata_that_does_not_match_the_columns_is_ignored(two: Two, tmp_path: Path) -> None:
    two.fill({"a@example.org": {"total": 1.5, "notes": "x", "seen": datetime(2024, 1, 1, tzinfo=UTC)}})
    two.export(LAYOUTS[".parquet"], tmp_path / "a.parquet")
    with duckdb.connect() as con:
        (reported,) = con.execute(
            "SELECT value FROM parquet_kv_metadata($1)", [str(tmp_path / "a.parquet")]
        ).fetchall()[0]
        for metadata in (bytes(reported).decode(), "{}", "no json"):
            file = tmp_path / "b.parquet"
            con.execute(
                "COPY (SELECT email, total::INTEGER::VARCHAR AS total, notes FROM read_parquet($1)) TO "
                f"'{file}' (FORMAT parquet, KV_METADATA {{tamis: $2}})",
                [str(tmp_path / "a.parquet"), metadata],
            )
            fresh = two.services.write(create_type, two.account, f"Fresh {next(numbers)}")
            import_file(two.services, two.account, fresh, file, ImportOptions(create_fields=True))
            assert fields_of(two, fresh)["total"][1] is Kind.TEXT
