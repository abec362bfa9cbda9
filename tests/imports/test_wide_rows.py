"""Rows with more columns than one group are stored like narrow ones."""

from pathlib import Path

import msgspec
import pytest

from tamis.actions.accounts.accounts import create_account
from tamis.actions.fields.types import create_type
from tamis.actions.importing.reports.report import ImportOptions
from tamis.actions.importing.run import import_file
from tamis.actions.services import Services
from tamis.records import types
from tamis.records.engine.sql import each
from tamis.settings import Settings
from tamis.staging.column_groups import COLUMNS_PER_GROUP


@pytest.mark.parametrize("width", [COLUMNS_PER_GROUP, COLUMNS_PER_GROUP + 1, 3 * COLUMNS_PER_GROUP])
def test_merged_rows_of_one_email_equal_sequential_imports(tmp_path: Path, width: int) -> None:
    names = [f"field_{n}" for n in range(width)]
    first, second = [f"x{n}" for n in range(width)], ["" if n % 2 else f"y{n}" for n in range(width)]
    rows = [["email", *names], ["a@example.org", *first], ["b@example.org", *first], ["A@example.org", *second]]
    path = tmp_path / "people.csv"
    path.write_text("".join(",".join(row) + "\n" for row in rows))
    services = Services(Settings(tmp_path / "data"))
    try:
        account, _ = services.write(create_account, "owner@example.org", "UTC", None)
        people = services.write(create_type, account, "People")
        report = import_file(services, account, people, path, ImportOptions(create_fields=True))
        assert (report.created, report.repeated, report.rejected) == (2, 1, 0)
        keys = {field.id: field.key for field in types.fields_of_type(services.records.reader(), people.id).fields}
        stored = {
            str(email): {keys[int(id_)]: value for id_, value in msgspec.json.decode(str(document)).items()}
            for email, document in each(services.records.reader(), "SELECT email_key, field_values FROM contacts")
        }
        merged = [old if n % 2 else new for n, (old, new) in enumerate(zip(first, second, strict=True))]
        assert stored["b@example.org"] == dict(zip(names, first, strict=True))
        assert stored["a@example.org"] == dict(zip(names, merged, strict=True))
    finally:
        services.close()
