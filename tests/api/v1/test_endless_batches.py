"""Batches of any length in the smallest parts, and without an end."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from tamis.domain.errors import Unavailable
from tamis.web.api.contact_writes import ndjson
from tamis.web.api.contact_writes.batch_results import BatchResults
from tamis.web.api.contact_writes.ndjson import LineChunk, LineChunks
from tamis.web.api.schemas.batches import ITEM_STATUSES, batch_items_out

LINES = [b'{"email":"a@example.org"}', b"", b"  \t", b"x" * 60, b"1\r", b"y" * 50, b"2", b"z" * 50 + b" ", b"z  z" * 50]


def chunks_of(parts: Sequence[bytes]) -> list[LineChunk]:
    chunks = LineChunks()
    found = [chunk for part in parts for chunk in chunks.add(part)]
    return found + list(chunks.finish())


@pytest.mark.parametrize("ending", [b"", b"\n"])
def test_a_body_gives_the_same_chunks_however_it_arrives(monkeypatch: pytest.MonkeyPatch, ending: bytes) -> None:
    monkeypatch.setattr(ndjson, "MAX_LINE_BYTES", 50)
    monkeypatch.setattr(ndjson, "LINES_PER_CHUNK", 2)
    body = b"\xef\xbb\xbf" + b"\n".join(LINES) + ending
    whole = chunks_of([body])
    assert [line for chunk in whole for line in chunk.lines] == [LINES[0], None, b"1", LINES[5], b"2", None, None]
    for size in (1, 2, 3, 7, 51, 60):
        assert chunks_of([body[at : at + size] for at in range(0, len(body), size)]) == whole


def test_a_long_line_in_single_bytes_is_not_copied_with_each_of_them() -> None:
    chunks, byte = LineChunks(), b"x"
    for _ in range(ndjson.MAX_LINE_BYTES):  # copying it each time would take minutes
        assert not list(chunks.add(byte))
    assert [len(line or b"") for chunk in chunks.finish() for line in chunk.lines] == [ndjson.MAX_LINE_BYTES]


def test_results_without_end_leave_half_of_the_disk_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    results = BatchResults(tmp_path, ITEM_STATUSES, batch_items_out)
    results.add(["created"] * 1_000_000)
    usage = shutil.disk_usage(tmp_path)._replace(free=20 << 20)
    monkeypatch.setattr("tamis.files.disk_space.shutil.disk_usage", lambda _: usage)
    with pytest.raises(Unavailable, match="MB"):
        results.add(["created"])
    results.close()
