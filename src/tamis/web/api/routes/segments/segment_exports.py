"""Exports of the members of a segment: `/v1/segments/{id}/export`."""

from typing import Annotated, Any

from litestar import Response, get
from litestar.openapi import ResponseSpec
from litestar.params import Parameter

from tamis.actions.exporting.download import segment_download
from tamis.actions.segments.segments import segment_by_id
from tamis.domain.accounts.accounts import Scope
from tamis.domain.errors import Invalid
from tamis.domain.files.exports import Format
from tamis.web.api.calls import CallDep
from tamis.web.api.operations import needs, sends_files
from tamis.web.api.problems import BadRequest
from tamis.web.api.schemas.common import Id
from tamis.web.downloads import MEDIA_TYPES, layout_of, send_file
from tamis.web.request_tasks import run_in_lane


@get(
    "/segments/{segment_id:int}/export",
    summary="Export the members",
    tags=["Segments"],
    opt=needs(Scope.READ) | sends_files(*MEDIA_TYPES),
    responses={200: ResponseSpec(bytes, description="The file, complete.")},
)
async def export_members(
    call: CallDep,
    segment_id: Id,
    format: Annotated[Format, Parameter(description="The format of the file.")] = Format.CSV,
    fields: Annotated[
        str | None, Parameter(description="Keys of the fields to write, separated by commas; all by default.")
    ] = None,
    mailable: Annotated[bool, Parameter(description="Only those who may be mailed.")] = False,
) -> Response[Any]:
    """Sends the members of a segment as a file, from one consistent state of the data. A file whose length is not that
    of `Content-Length` is incomplete."""
    services, account = call.services, call.account
    segment = segment_by_id(call.records, account, segment_id)
    layout = layout_of(format)
    chosen = None if fields is None else [key.strip() for key in fields.split(",")]
    try:
        download = await run_in_lane(
            services.lanes.exports,
            account.id,
            lambda: segment_download(services, account, segment_id, layout, chosen, mailable=mailable),
        )
    except Invalid as refused:
        raise BadRequest(refused.problems) from None
    return send_file(download, segment.name, format)


handlers = [export_members]
