"""What is exported and imported again is the same, however many fields there are."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tamis.actions.fields.types import create_type
from tamis.actions.importing.reports.report import ImportOptions
from tamis.actions.importing.run import import_file
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.values.fields import Kind, Value, key_from_name
from tamis.records import change_log, types
from tamis.records.handles import Transaction
from tests.exports.test_round_trip import LAYOUTS, Two
from tests.laws.strategies import INTERESTS, PLANS
from tests.support.effort import ALL, combinations

PEOPLE = 3
VALUES: tuple[tuple[Kind, tuple[str, ...], Value], ...] = (
    (Kind.TEXT, (), "=00123, \"so\"\n'yes'"),
    (Kind.NUMBER, (), 0.1),
    (Kind.DATE, (), date(1999, 12, 31)),
    (Kind.DATETIME, (), datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)),
    (Kind.BOOLEAN, (), False),
    (Kind.CHOICE, PLANS, PLANS[0]),
    (Kind.CHOICES, INTERESTS, INTERESTS[:2]),
)


def _make_fields(db: Transaction, now: datetime, contact_type: ContactType, count: int) -> None:
    for n in range(count):
        kind, options, _ = VALUES[n % len(VALUES)]
        types.insert_field(
            db, contact_type.id, key_from_name(f"Field {n}"), f"Field {n}", kind, options, now, options_inferred=False
        )
    change_log.record_field_changes(db, contact_type.id, now)


class Wide(Two):
    """Two types with many fields of all kinds."""

    def __init__(self, data: Path, count: int) -> None:
        self.count = count
        super().__init__(data)

    def _type(self, name: str) -> ContactType:
        made = self.services.write(create_type, self.account, name)
        self.services.write(_make_fields, made, self.count)
        return made


@pytest.fixture(scope="module")
def wide(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wide]:
    made = Wide(tmp_path_factory.mktemp("wide") / "data", request.param)
    values = {f"field_{n}": VALUES[n % len(VALUES)][2] for n in range(made.count)}
    made.fill({f"p{n}@example.org": dict(list(values.items())[n:]) for n in range(PEOPLE)} | {"blank@example.org": {}})
    yield made
    made.services.close()


WIDTHS, ENDINGS = (10, 50, 300, 1_000), (".csv", ".ndjson", ".parquet")


@pytest.mark.parametrize(
    ("wide", "ending"), combinations(WIDTHS if ALL else WIDTHS[:3], ENDINGS), indirect=["wide"], scope="module"
)
def test_many_fields_are_exported_and_imported(wide: Wide, tmp_path: Path, ending: str) -> None:
    here, there = wide.types
    file = tmp_path / f"people{ending}"
    assert wide.export(LAYOUTS[ending], file) == PEOPLE + 1
    moved = import_file(wide.services, wide.account, there, file, ImportOptions())
    assert (moved.rows, moved.rejected) == (PEOPLE + 1, 0)
    assert wide.state(there) == wide.state(here)
