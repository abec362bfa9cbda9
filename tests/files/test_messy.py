"""Real files with known contents."""

import json
from pathlib import Path

import pytest

from tests.files.conftest import Reader

MESSY = Path(__file__).parents[3] / "shared" / "data" / "messy"
SPECTRUM = sorted((MESSY / "csv-spectrum" / "csvs").glob("*.csv"))
KNOWN = {
    "211.csv": ("mac-roman", ",", 96, 1, 2132),
    "begrotingsanalyse-2011.csv": ("utf-8", ",", 20, 1, 41),
    "characters.csv": ("big5", ",", 18, 1, 382),
    "complex.csv": ("utf-8", ",", 4, 1, 3),
    "example.tsv": ("utf-8", "\t", 17, 1, 140),
    "excel_pasting.csv": ("utf-8", ",", 9, 1, 18),
    "long.csv": ("utf-8", ",", 1, 1, 3999),
    "mixedGLB.csv": ("utf-8", ",", 19, 1, 135),
    "simple.csv": ("utf-8", ",", 3, 1, 6),
    "simple.psv": ("utf-8", "|", 6, 1, 28),
    "simple.ssv": ("utf-8", ";", 3, 1, 6),
    "skip_initials.csv": ("utf-8", ",", 2, 1, 2),
    "small.csv": ("utf-8", ",", 1, 1, 0),
    "spanish_chars.csv": ("windows-1252", ",", 8, 1, 115),
    "sparse_with_column_errors.csv": ("windows-1252", ",", 4, 1, 2200),
    "utf-16le_encoded.csv": ("utf-16-le", ",", 19, 1, 327),
    "utf8bom.csv": ("utf-8", ",", 2, 1, 0),
    "weird_head_padding.csv": ("utf-8", ";", 1, 3, 82),
}


@pytest.mark.parametrize("path", SPECTRUM, ids=lambda path: path.stem)
def test_csv_spectrum(reader: Reader, path: Path) -> None:
    opened = reader.open(path)
    found = [dict(zip(opened.layout.header, row, strict=True)) for row in opened.rows]
    # These copies of the files have no carriage returns, which the answer to one of them still has.
    right = json.loads((path.parents[1] / "json" / f"{path.stem}.json").read_text().replace("\\r\\n", "\\n"))
    if path.stem == "location_coordinates":  # one object, with another phone number than the file
        right = [right | {"Contact Phone Number": "2095257564"}]
    assert found == right


@pytest.mark.parametrize("name", KNOWN if MESSY.exists() else [])
def test_messytables(reader: Reader, name: str) -> None:
    opened = reader.open(MESSY / "messytables" / name)
    layout = opened.layout
    assert (layout.encoding, layout.delimiter, len(layout.header), layout.header_line, len(opened.rows)) == KNOWN[name]


@pytest.mark.parametrize("directory", [MESSY / "messytables"] if MESSY.exists() else [])
def test_a_few_cells(reader: Reader, directory: Path) -> None:
    assert reader.open(directory / "complex.csv").rows[2] == ["2011-01-03", " ", "6,000,000", "Galway"]
    assert reader.open(directory / "spanish_chars.csv").layout.header[-1] == "Descripción"
    assert reader.open(directory / "simple.psv").rows[0] == ["1986", "44000", "35000", "36000", "27000", "45000"]
    assert reader.open(directory / "utf8bom.csv").layout.header == ("kitten", "win")
