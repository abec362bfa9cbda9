"""Files that are refused: why, where, and what to do."""

import gzip
import os
import zlib
from pathlib import Path

import pytest

from tamis.domain.errors import Invalid
from tamis.files import source
from tests.files.conftest import Reader

TEXT = b"email,name\na@b.org,Ann\n"
NOISE = gzip.compress(b"".join(b"%x@b.org,%d\n" % (zlib.crc32(b"%d" % n), n) for n in range(20_000)), 1)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"\n \r\n\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (gzip.compress(b""), "is empty"),
        (b"ann@example.org,Ann\nbob@example.org,Bob\n", "line 1: contains an email where the column names"),
        (b"\nann@example.org\n", "line 2: contains an email where the column names"),
        (b"email" + b"," * 10_000, "has more than 1,040 columns"),
        (b'"email,name\na@b.org,Ann\n', "line 1: should contain the column names, but the quote opened in line 1"),
        (b"PK\x03\x04" + b"\0" * 50, "is a zip archive"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "is an image"),
        (b"BZh91AY", "bzip2"),
        (b"\x28\xb5\x2f\xfd1", "Zstandard"),
        (b"\xfd7zXZ\x00", "xz"),
        (b"PAR1abc", "Parquet"),
        (TEXT.decode().encode("utf-32"), "UTF-32"),
        (bytes(range(64)) * 3 + b"\0\0\0" * 90, "is not text"),
        (gzip.compress(gzip.compress(TEXT)), "compressed twice"),
        (NOISE[:-100], "is an incomplete gzip file"),
        (gzip.compress(TEXT)[:-1], "is an incomplete gzip file"),
        (b"\x1f\x8bnonsense, not gzip", "is a damaged"),
        (NOISE[:90_000] + b"?" * 50 + NOISE[90_050:], "is a damaged"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refused(reader: Reader, content: bytes, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        reader.open(content)
    assert reason in str(refused.value)


def test_garbage_after_gzip_data_is_ignored_with_a_notice(reader: Reader) -> None:
    assert reader.open(gzip.compress(TEXT) + b"\0\0\0").layout.notices == ()
    opened = reader.open(gzip.compress(TEXT) + b"garbage")
    assert (opened.rows, len(opened.layout.notices)) == ([["a@b.org", "Ann"]], 1)


def test_a_decompression_bomb_is_refused(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MOST_UNPACKED", 20 << 20)
    with pytest.raises(Invalid, match="unpacks to more than 1,000 times its size"):
        reader.open(gzip.compress(TEXT + b"\n" * (60 << 20)))


def test_a_missing_file_and_a_directory_are_refused(reader: Reader, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"nothing\.csv: cannot be read: No such file"):
        reader.open(tmp_path / "nothing.csv")
    with pytest.raises(Invalid, match="cannot be read: Is a directory"):
        reader.open(tmp_path)


def test_a_pipe_is_read_once(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    if os.fork() == 0:
        path.write_bytes(gzip.compress(TEXT))
        os._exit(0)
    assert reader.open(path).rows == [["a@b.org", "Ann"]]
    os.wait()


def test_only_a_header_and_one_byte(reader: Reader) -> None:
    assert reader.open(b"email,name").rows == []
    assert reader.open(b"a").layout.header == ("a",)
