"""The forms in which people have the same table."""

import codecs
import gzip

import pytest

from tests.files.conftest import Reader

TEXT = "email,name,note\nann@example.org,Änn €,x\nbob@example.org,Bob,\n"
ROWS = [["ann@example.org", "Änn €", "x"], ["bob@example.org", "Bob", ""]]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("cp1252"), "windows-1252"),
    ],
)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_encodings(reader: Reader, content: bytes, encoding: str, packed: bool) -> None:
    opened = reader.open(gzip.compress(content[:30]) + gzip.compress(content[30:]) if packed else content)
    assert opened.rows == ROWS
    assert opened.layout.encoding == encoding
    assert opened.layout.header == ("email", "name", "note")
    assert bool(opened.layout.notices) == (encoding == "windows-1252")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_and_line_ends(reader: Reader, delimiter: str, end: str) -> None:
    opened = reader.open(TEXT.replace(",", delimiter).replace("\n", end).encode())
    assert opened.rows == ROWS
    assert [record.line for record in opened.records] == [2, 3]
    assert opened.layout.delimiter == delimiter


def test_a_late_invalid_byte_affects_only_its_line(reader: Reader) -> None:
    opened = reader.open(b"email,name\n" + "a@b.org,é\n".encode() * 300_000 + b"c@d.org,\xe9\n")
    assert opened.rows[-1] == ["c@d.org", "é"]
    assert opened.rows[0] == ["a@b.org", "é"]
    assert opened.layout.encoding == "utf-8"
    assert opened.layout.notices == ("1 line is not UTF-8 and was read as Windows-1252 (line 300,002).",)


def test_the_line_that_names_the_delimiter(reader: Reader) -> None:
    opened = reader.open(b"sep=;\r\nemail;note\r\na@b.org;1,2,3\r\n")
    assert (opened.rows, opened.layout.header_line, opened.layout.notices) == ([["a@b.org", "1,2,3"]], 2, ())


def test_lines_above_the_header_are_skipped(reader: Reader) -> None:
    opened = reader.open(b"\nOur customers, 2024\n\nname;email\nAnn;a@b.org\n")
    assert opened.layout.header == ("name", "email")
    assert opened.layout.notices == ("3 lines above the header were skipped.",)
    assert [(record.line, record.cells) for record in opened.records] == [(5, ["Ann", "a@b.org"])]
