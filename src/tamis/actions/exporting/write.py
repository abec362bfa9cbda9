"""Write an export to a file below the data directory. Where a server runs, commands have it do this."""

from tamis import log
from tamis.actions.consent.unsubscribe_links import link_maker
from tamis.actions.exporting.directories import export_file, find_export_directory
from tamis.actions.services import Services
from tamis.actions.view import View
from tamis.columns.interface.exports import AllContacts, Rows, SegmentRecipients, SelectedContacts
from tamis.columns.interface.view import ColumnsView
from tamis.domain.accounts.accounts import Account
from tamis.domain.errors import NotFound
from tamis.domain.files.exports import Export, resolve_fields
from tamis.domain.values.fields import Field
from tamis.records import types
from tamis.records.accounts import accounts
from tamis.records.events.catalogue import names_of_type
from tamis.records.segments import segments
from tamis.rules.build import build
from tamis.rules.syntaxes.json import from_json
from tamis.rules.time.evaluation_time import EvaluationTime


def write_export(services: Services, export: Export, directory: str) -> int:
    """Write an export to the file of an export directory, and return the number of rows. Raises NotFound, Invalid and
    Unavailable.

    The export is a consistent state of the data with every write that was acknowledged before it began. It blocks
    neither writes nor other reads.
    """
    target = export_file(find_export_directory(services.settings.data, directory))

    with services.view(export.account_id, long_running=True) as view:
        account = accounts.account_by_id(view.records, export.account_id)
        if account is None:
            raise NotFound("account_id_unknown", account=export.account_id)
        rows, fields = _rows(view, account, export)
        view.close_records()
        links = link_maker(services, account)

        def make_link(contact_id: int | None, email: str) -> str:
            return links.url(rows.type_id, contact_id, email)

        count = view.columns.exports.write(rows, fields, export.layout, target, account.timezone, make_link)
    log.event(
        "export_written",
        account=export.account_id,
        segment=export.segment_id,
        contact_type=export.type_id,
        rows=count,
        bytes=target.stat().st_size,
    )
    return count


def _rows(view: View[ColumnsView], account: Account, export: Export) -> tuple[Rows, tuple[Field, ...]]:
    """Return the rows to export, and their fields."""
    db, type_id = view.records, export.type_id
    if export.segment_id is not None:
        segment = segments.live_by_id(db, account.id, export.segment_id)
        if segment is None:
            raise NotFound("segment_unknown", segment=export.segment_id)
        fields = resolve_fields(types.fields_of_type(db, segment.contact_type_id), export.fields, with_links=True)
        return SegmentRecipients(segment.contact_type_id, segment.id, export.mailable), fields
    if type_id is None or types.type_by_id(db, account.id, type_id) is None:
        raise NotFound("contact_type_id_unknown", contact_type=type_id)
    all_fields = types.fields_of_type(db, type_id)
    fields = resolve_fields(all_fields, export.fields)
    if export.rule is None:
        return AllContacts(type_id), fields
    rule = build(from_json(export.rule), all_fields, segments.refs_of_type(db, type_id), names_of_type(db, type_id))
    return SelectedContacts(type_id, rule, EvaluationTime(view.as_of_type(type_id), account.zone)), fields
