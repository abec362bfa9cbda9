"""The audit log: `/v1/audit`."""

from datetime import datetime
from typing import Annotated

from litestar import get
from litestar.params import Parameter

from tamis.actions.audit import list_entries
from tamis.domain.accounts.accounts import Scope
from tamis.domain.accounts.audit import BEYOND_LAST, AuditAction, AuditFilter
from tamis.web.api.calls import CallDep
from tamis.web.api.operations import needs
from tamis.web.api.paging import PageDep, cut_page
from tamis.web.api.schemas.audit import AuditEntryOut, audit_entry_out
from tamis.web.api.schemas.common import Page


@get("/audit", summary="List the audit log", tags=["Audit log"], opt=needs(Scope.READ))
async def list_audit_entries(
    call: CallDep,
    page: PageDep,
    action: Annotated[AuditAction | None, Parameter(description="Only entries of this action.")] = None,
    actor: Annotated[str | None, Parameter(description="Only entries of the actor with this id.")] = None,
    subject_kind: Annotated[
        str | None, Parameter(description="Only entries about this kind of thing, such as segment.", max_length=100)
    ] = None,
    subject_id: Annotated[
        str | None, Parameter(description="Only entries about the thing with this id.", max_length=100)
    ] = None,
    since: Annotated[datetime | None, Parameter(description="Only entries from this instant on.")] = None,
    until: Annotated[datetime | None, Parameter(description="Only entries before this instant.")] = None,
    text: Annotated[
        str | None,
        Parameter(description="Only entries whose actor, subject or action contains this text.", max_length=200),
    ] = None,
) -> Page[AuditEntryOut]:
    """Lists who did what, newest first: people, keys, commands, and the server itself. Changes to single contacts are
    not recorded; a batch or an import is one entry."""
    before = page.position(int) or BEYOND_LAST
    wanted = AuditFilter(action, actor, subject_kind, subject_id, since, until, text)
    found = await call.read(
        lambda: list_entries(call.services.records.reader(), call.account, page.limit + 1, before, wanted)
    )
    return cut_page([audit_entry_out(entry) for entry in found], page, lambda entry: entry.id)


handlers = [list_audit_entries]
