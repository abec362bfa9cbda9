"""The versions of a segment: every rule that it has had, what differs, and restoring one."""

from litestar import get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from tamis.actions.segments.planning.edit_effects import effect_of_edit
from tamis.actions.segments.recovery import comparison, versions
from tamis.actions.segments.segments import SegmentEdit, segment_tag
from tamis.domain.errors import Outdated, Refused
from tamis.domain.preconditions import Precondition
from tamis.domain.segments.versions import BEYOND_LAST
from tamis.web.console.display.messages import first_sentence, message_text
from tamis.web.console.display.segment_layout import load_segment, segment_page
from tamis.web.console.requests.dependencies import FormDep, ServicesDep, VisitorDep
from tamis.web.console.requests.responses import redirect
from tamis.web.console.roles import EDITOR

VERSIONS_PER_PAGE = 50
NAMES_SHOWN = 5


@get("/segments/{segment_id:int}/versions", sync_to_thread=True)
def version_list(
    services: ServicesDep, visitor: VisitorDep, segment_id: FromPath[int], before: FromQuery[int | None] = None
) -> Response[str]:
    """Show the versions of a segment, newest first."""
    summary = load_segment(services, visitor, segment_id)
    before = BEYOND_LAST if before is None else max(0, min(before, BEYOND_LAST))
    found = versions.list_versions(services, visitor.account, segment_id, VERSIONS_PER_PAGE + 1, before)
    shown = found[:VERSIONS_PER_PAGE]
    older = shown[-1].version.number if len(found) > len(shown) else None
    return segment_page(visitor, summary, "versions", versions=shown, older=older, problem_text=message_text)


@get("/segments/{segment_id:int}/versions/{number:int}", sync_to_thread=True)
def version_page(
    services: ServicesDep, visitor: VisitorDep, segment_id: FromPath[int], number: FromPath[int]
) -> Response[str]:
    """Show what differs between a version and the present one, and what restoring it would do."""
    summary = load_segment(services, visitor, segment_id)
    (latest,) = versions.list_versions(services, visitor.account, segment_id, 1)
    compared = comparison.compare_versions(
        services, visitor.account, segment_id, latest.version.number, min(number, BEYOND_LAST)
    )
    effect, refusal = None, ""
    try:
        draft = versions.draft_of_version(services.records.reader(), visitor.account, segment_id, number)
        edit = SegmentEdit(draft=draft)
        effect = effect_of_edit(services, visitor.account, segment_id, edit, sample_size=NAMES_SHOWN)
    except Refused as error:
        refusal = first_sentence(error)
    return segment_page(
        visitor,
        summary,
        "version",
        compared=compared,
        effect=effect,
        refusal=refusal,
        seen=segment_tag(summary.segment),
        problem_text=message_text,
    )


@post("/segments/{segment_id:int}/versions/{number:int}/restore", opt=EDITOR, status_code=200, sync_to_thread=True)
def restore_version(
    services: ServicesDep, visitor: VisitorDep, form: FormDep, segment_id: FromPath[int], number: FromPath[int]
) -> Response[str]:
    """Restore a version, unless the segment has changed since the page was opened."""
    as_seen = Precondition(frozenset({form.text("seen")}))
    try:
        restored = services.write(versions.restore_version, visitor.account, segment_id, number, as_seen)
    except Outdated:
        summary = load_segment(services, visitor, segment_id)
        raise Refused("segment_changed_meanwhile", segment=summary.segment.name) from None
    notice = f"Version {number} of “{restored.name}” restored."
    return redirect(visitor, f"/segments/{segment_id}/versions", notice=notice)


handlers = [version_list, version_page, restore_version]
