"""Settings are read with their units, or refused by name."""

from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from tamis.domain.errors import Invalid
from tamis.setting_parsers import memory
from tamis.settings import Settings


def test_units_are_read() -> None:
    read = Settings.from_environment(
        None,
        {
            "TAMIS_DATA": "elsewhere",
            "TAMIS_MAX_BODY": "2M",
            "TAMIS_MAX_UPLOAD": "3GB",
            "TAMIS_ERASE_WITHIN": "90m",
            "TAMIS_UNDO_DAYS": " 7 ",
        },
    )
    assert read.data == Path("elsewhere")
    assert (read.max_body, read.max_upload) == (2 * 1024**2, 3 * 1000**3)
    assert (read.erase_within, read.undo_days) == (timedelta(minutes=90), 7)


def test_unset_settings_have_their_default() -> None:
    assert Settings.from_environment(Path("d"), {"TAMIS_MAX_BODY": " "}) == Settings(Path("d"))


@pytest.mark.parametrize("text", ["512K", "64MB", "1G", "100000000"])
def test_duckdb_reads_every_size_of_memory(text: str) -> None:
    duckdb.connect().execute("SET memory_limit = $1", [memory(text)])


def test_all_invalid_settings_are_reported_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        Settings.from_environment(None, {"TAMIS_MAX_BODY": "lots", "TAMIS_COLUMNS_THREADS": "0", "TAMIS_LOG": "xml"})
    assert [problem.path for problem in refused.value.problems] == [
        "TAMIS_COLUMNS_THREADS",
        "TAMIS_MAX_BODY",
        "TAMIS_LOG",
    ]
