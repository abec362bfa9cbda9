"""Write an export to a file in the data directory: a question that a command beside a server puts to that server."""

from dataclasses import dataclass
from datetime import datetime

from tamis import log
from tamis.actions.catch_up import columns_at_one_moment
from tamis.actions.exporting.places import file_in, place_named
from tamis.actions.house import House
from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.reads import export
from tamis.domain.errors import NotFound
from tamis.domain.exports import Export, chosen_fields
from tamis.domain.fields import Field
from tamis.records import accounts, segments, types
from tamis.records.handles import Reader
from tamis.rules.build import build
from tamis.rules.sql.dialect import Parameters
from tamis.rules.syntaxes.json import from_json
from tamis.rules.time.moment import Moment


@dataclass(frozen=True, slots=True)
class _Rows:
    """The query for the rows of an export, with its values, the fields that are its columns, and the account's time
    zone."""

    query: str
    parameters: Parameters
    fields: tuple[Field, ...]
    timezone: str


def write_export(house: House, asked: Export, place: str) -> int:
    """Write an export to the file of a place, and return the number of rows. Raises NotFound, Invalid and Unavailable.

    It is one state of the data, and holds every write that was acknowledged before it began. Writes and other reads go
    on beside it.
    """
    target = file_in(place_named(house.settings.data, place))

    def look(db: Reader, now: datetime) -> _Rows:
        return _rows(db, now, asked)

    with columns_at_one_moment(house.records, house.project(), house.clock, look) as (rows, con):
        count = export.write(con, rows.query, rows.parameters, rows.fields, asked.layout, target, rows.timezone)
    log.event(
        "export_written",
        account=asked.account_id,
        segment=asked.segment_id,
        contact_type=asked.type_id,
        rows=count,
        bytes=target.stat().st_size,
    )
    return count


def _rows(db: Reader, now: datetime, asked: Export) -> _Rows:
    account = accounts.account_by_id(db, asked.account_id)
    if account is None:
        raise NotFound(f"there is no account {asked.account_id}")
    parameters = Parameters(DUCKDB)
    if asked.segment_id is not None:
        segment = segments.live_by_id(db, account.id, asked.segment_id)
        if segment is None:
            raise NotFound(f"there is no segment {asked.segment_id}")
        fields = chosen_fields(types.fields_of_type(db, segment.contact_type_id), asked.fields)
        return _Rows(
            export.recipients(segment.contact_type_id, segment.id, fields), parameters, fields, account.timezone
        )
    type_id = asked.type_id
    if type_id is None or types.type_by_id(db, account.id, type_id) is None:
        raise NotFound(f"there is no contact type {type_id}")
    all_fields = types.fields_of_type(db, type_id)
    fields = chosen_fields(all_fields, asked.fields)
    if asked.rule is None:
        return _Rows(export.contacts(type_id, fields), parameters, fields, account.timezone)
    rule = build(from_json(asked.rule), all_fields, segments.refs_of_type(db, type_id))
    query = export.selected(type_id, fields, rule, Moment(now, account.zone), parameters)
    return _Rows(query, parameters, fields, account.timezone)
