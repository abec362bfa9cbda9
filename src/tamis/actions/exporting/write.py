"""Write an export to a file in the data directory: a question that a command beside a server puts to that server."""

from tamis import log
from tamis.actions.exporting.directories import export_file, find_export_directory
from tamis.actions.services import Services
from tamis.actions.view import View
from tamis.columns.interface.exports import AllContacts, Rows, SegmentRecipients, SelectedContacts
from tamis.columns.interface.view import ColumnsView
from tamis.domain.accounts import Account
from tamis.domain.errors import NotFound
from tamis.domain.exports import Export, resolve_fields
from tamis.domain.fields import Field
from tamis.records import accounts, segments, types
from tamis.rules.build import build
from tamis.rules.syntaxes.json import from_json
from tamis.rules.time.evaluation_time import EvaluationTime


def write_export(services: Services, asked: Export, place: str) -> int:
    """Write an export to the file of a place, and return the number of rows. Raises NotFound, Invalid and Unavailable.

    It is one state of the data, and holds every write that was acknowledged before it began. Writes and other reads go
    on beside it.
    """
    target = export_file(find_export_directory(services.settings.data, place))

    with services.view(asked.account_id, long_running=True) as view:
        account = accounts.account_by_id(view.records, asked.account_id)
        if account is None:
            raise NotFound("account_id_unknown", account=asked.account_id)
        rows, fields = _rows(view, account, asked)
        view.close_records()
        count = view.columns.exports.write(rows, fields, asked.layout, target, account.timezone)
    log.event(
        "export_written",
        account=asked.account_id,
        segment=asked.segment_id,
        contact_type=asked.type_id,
        rows=count,
        bytes=target.stat().st_size,
    )
    return count


def _rows(view: View[ColumnsView], account: Account, asked: Export) -> tuple[Rows, tuple[Field, ...]]:
    """Find which rows are asked for, with which fields."""
    db, type_id = view.records, asked.type_id
    if asked.segment_id is not None:
        segment = segments.live_by_id(db, account.id, asked.segment_id)
        if segment is None:
            raise NotFound("segment_unknown", segment=asked.segment_id)
        fields = resolve_fields(types.fields_of_type(db, segment.contact_type_id), asked.fields)
        return SegmentRecipients(segment.contact_type_id, segment.id), fields
    if type_id is None or types.type_by_id(db, account.id, type_id) is None:
        raise NotFound("contact_type_id_unknown", contact_type=type_id)
    all_fields = types.fields_of_type(db, type_id)
    fields = resolve_fields(all_fields, asked.fields)
    if asked.rule is None:
        return AllContacts(type_id), fields
    rule = build(from_json(asked.rule), all_fields, segments.refs_of_type(db, type_id))
    return SelectedContacts(type_id, rule, EvaluationTime(view.as_of_type(type_id), account.zone)), fields
