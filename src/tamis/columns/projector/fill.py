"""Filling a segment from all contacts of its type: when it is new or edited, and when the store is built anew."""

import duckdb

from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.layout.contacts import column, table
from tamis.columns.layout.externals import added_to, selected_externals
from tamis.columns.layout.membership import is_in_segment, recipients_of, span
from tamis.columns.projector.log import Log
from tamis.domain.transitions import Cause
from tamis.rules.sql.compiler import Source, compile_rule
from tamis.rules.sql.dialect import Parameters
from tamis.rules.time.moment import Moment
from tamis.rules.tree import Rule


def fill_new(
    con: duckdb.DuckDBPyConnection,
    log: Log,
    type_id: int,
    segment_id: int,
    rule: Rule,
    moment: Moment,
    cause: Cause,
) -> None:
    """Fill a segment that has no recipients yet; the log gets one line."""
    parameters = Parameters(DUCKDB)
    at = parameters.bind(moment.now)
    wanted = wanted_recipients(type_id, segment_id, rule, moment, parameters)
    row = con.execute(f"INSERT INTO members SELECT recipient_id, {at} FROM ({wanted})", parameters.values).fetchone()
    log.fill(segment_id, moment.now.replace(tzinfo=None), cause, row[0] if row else 0)


def fill_edited(
    con: duckdb.DuckDBPyConnection, type_id: int, segment_id: int, rule: Rule, moment: Moment, cause: Cause
) -> None:
    """Add to `moves` who has to enter and leave a segment whose rule is another now, or is asked at an earlier moment
    than before."""
    parameters = Parameters(DUCKDB)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE wanted AS {wanted_recipients(type_id, segment_id, rule, moment, parameters)}",
        parameters.values,
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE present AS SELECT recipient_id FROM {recipients_of(segment_id)}")
    for step, here, there in ((1, "wanted", "present"), (-1, "present", "wanted")):
        con.execute(
            f"INSERT INTO moves SELECT 0, recipient_id, {step}, $1, '{cause}', 0 "
            f"FROM {here} ANTI JOIN {there} USING (recipient_id)",
            [moment.now.replace(tzinfo=None)],
        )


def wanted_recipients(type_id: int, segment_id: int, rule: Rule, moment: Moment, parameters: Parameters) -> str:
    """Write the query for the recipients that a segment is to have: whom its rule selects, less the excluded, and the
    added, each under the number that it was given when it was added, and the external recipients that it has by way of
    other segments."""
    where = compile_rule(rule, moment, Source(column, is_in_segment), parameters)
    segment = int(segment_id)
    own = span(segment)[0]
    externals = selected_externals(rule, moment, parameters)
    by_way_of_others = (
        f" UNION ALL SELECT {own} | id FROM ({externals}) "
        f"WHERE id NOT IN (SELECT contact_id FROM removed WHERE segment_id = {segment}) "
        f"AND id NOT IN ({added_to(str(segment))})"
        if externals
        else ""
    )
    return (
        f"SELECT {own} | id AS recipient_id FROM {table(type_id)} WHERE {where} "
        f"AND id NOT IN (SELECT contact_id FROM removed WHERE segment_id = {segment}) "
        f"AND id NOT IN (SELECT contact_id FROM added WHERE segment_id = {segment} AND contact_id IS NOT NULL) "
        f"UNION ALL SELECT recipient_id FROM added WHERE segment_id = {segment}{by_way_of_others}"
    )
