"""Exports as downloads: formats, file names, and streaming."""

import re
import unicodedata
from collections.abc import AsyncIterator
from typing import BinaryIO
from urllib.parse import quote

import anyio.to_thread
from litestar.response import Stream

from tamis.actions.exporting.download import Download
from tamis.domain.errors import NotFound
from tamis.domain.files.exports import Format, OutputOptions

FILES = {
    "csv": (OutputOptions(Format.CSV), "text/csv"),
    "excel": (OutputOptions(Format.CSV, mark=True, local=True), "text/csv"),
    "ndjson": (OutputOptions(Format.NDJSON), "application/x-ndjson"),
    "parquet": (OutputOptions(Format.PARQUET), "application/vnd.apache.parquet"),
}
MEDIA_TYPES = tuple(FILES[form][1] for form in Format)
CHUNK_BYTES = 262_144


def layout_of(form: str) -> OutputOptions:
    """Return the layout of a named format; raises NotFound."""
    if form not in FILES:
        raise NotFound("export_format_unknown")
    return FILES[form][0]


def send_file(download: Download, name: str, form: str) -> Stream:
    """Stream an export as a file; `name` becomes the file name."""
    headers = {
        "content-disposition": content_disposition(name, "csv" if form == "excel" else form),
        "content-length": str(download.bytes),
    }
    return Stream(_chunks(download.file), media_type=FILES[form][1], headers=headers)


async def _chunks(file: BinaryIO) -> AsyncIterator[bytes]:
    with file:
        while chunk := await anyio.to_thread.run_sync(file.read, CHUNK_BYTES):
            yield chunk


def content_disposition(name: str, ending: str) -> str:
    """Return a Content-Disposition with an ASCII file name for old programs and the full name for others."""
    full_name = " ".join(re.sub(r'[\\/:*?"<>|\x00-\x1f\x7f]+', " ", name).split())[:100].strip(" .") or "tamis"
    ascii_name = unicodedata.normalize("NFKD", full_name).encode("ascii", "ignore").decode()
    ascii_name = re.sub(r"[^A-Za-z0-9._ -]+", "", ascii_name).strip(" .") or "tamis"
    return f"attachment; filename=\"{ascii_name}.{ending}\"; filename*=UTF-8''{quote(full_name, safe='')}.{ending}"
