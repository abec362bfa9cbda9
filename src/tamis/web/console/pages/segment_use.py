"""Take a segment along: as a file, or through the API."""

import re
import unicodedata
from collections.abc import AsyncIterator
from typing import Any, BinaryIO
from urllib.parse import quote

import anyio.to_thread
from litestar import get
from litestar.params import FromPath, FromQuery
from litestar.response import Response, Stream

from tamis.actions.exporting.download import segment_download
from tamis.actions.segments import segment_by_id
from tamis.domain.errors import NotFound
from tamis.domain.exports import Format, Layout
from tamis.web.console.injected import InjectedHouse, InjectedVisitor
from tamis.web.console.segment_frame import frame_of, segment_page
from tamis.web.console.session import WebRequest

FILES = {
    "csv": (Layout(Format.CSV), "text/csv; charset=utf-8"),
    "excel": (Layout(Format.CSV, mark=True), "text/csv; charset=utf-8"),
    "ndjson": (Layout(Format.NDJSON), "application/x-ndjson"),
    "parquet": (Layout(Format.PARQUET), "application/vnd.apache.parquet"),
}
PIECE = 262_144


@get("/segments/{segment_id:int}/api", sync_to_thread=True)
def api(
    house: InjectedHouse, visitor: InjectedVisitor, request: WebRequest, segment_id: FromPath[int]
) -> Response[str]:
    """Show the calls of the Segment API that read a segment."""
    base = f"{request.url.scheme}://{request.url.netloc}/api"
    return segment_page(visitor, frame_of(house, visitor, segment_id), "api", base=base)


@get("/segments/{segment_id:int}/export")
async def export(
    house: InjectedHouse, visitor: InjectedVisitor, segment_id: FromPath[int], to: FromQuery[str] = "csv"
) -> Response[Any]:
    """Send the recipients of a segment as a file, which is made first and gone afterwards."""
    if to not in FILES:
        raise NotFound("there is no such format")
    layout, media_type = FILES[to]
    segment = segment_by_id(house.records.reader(), visitor.account, segment_id)
    download = await anyio.to_thread.run_sync(segment_download, house, visitor.account, segment_id, layout)
    ending = "csv" if to == "excel" else to
    return Stream(
        _pieces(download.file),
        media_type=media_type,
        headers={
            "content-disposition": disposition(segment.name, ending),
            "content-length": str(download.bytes),
        },
    )


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    with file:
        while piece := await anyio.to_thread.run_sync(file.read, PIECE):
            yield piece


def disposition(name: str, ending: str) -> str:
    """Name a file after a segment: in plain letters for old programs, as it is for all others."""
    whole = " ".join(re.sub(r'[\\/:*?"<>|\x00-\x1f\x7f]+', " ", name).split())[:100].strip(" .") or "segment"
    plain = unicodedata.normalize("NFKD", whole).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9._ -]+", "", plain).strip(" .") or "segment"
    return f"attachment; filename=\"{plain}.{ending}\"; filename*=UTF-8''{quote(whole, safe='')}.{ending}"


handlers = [api, export]
