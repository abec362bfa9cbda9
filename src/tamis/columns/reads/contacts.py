"""DuckDB's implementation of queries for contacts: counting and paging in any order.

Pages are found by key, not by offset: a deep page costs the same as the first one.
"""

import duckdb

from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.layout.contacts import column, compared, table
from tamis.columns.layout.membership import is_in_segment
from tamis.columns.layout.sources import stored_source
from tamis.domain.paging import PageAnchor, PagePosition, SortOrder
from tamis.domain.values.fields import Field, Kind
from tamis.rules.sql.compiler import compile_rule
from tamis.rules.sql.dialect import Parameters
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Node

CHARACTERS_COMPARED = 200
"""Positions order texts by this many first characters, so that a position is short."""


class DuckContactReads:
    """Reads the contacts of a type."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con

    def page(
        self,
        type_id: int,
        rule: Node | None,
        as_of: EvaluationTime,
        order: SortOrder,
        near: PageAnchor | None,
        limit: int,
    ) -> tuple[list[int], PageAnchor | None]:
        """Return the ids of at most `limit` contacts that a rule selects (None selects all), in order, and the contact
        from which the page starts. If that contact is gone, or there is none beyond it, return the first page and None.
        """
        parameters = Parameters(DUCKDB)
        test = _where(rule, as_of, parameters)
        beyond_near = _is_beyond(self._con, type_id, order, near, parameters) if near else None
        back = beyond_near is not None and near is not None and near.before
        rows = self._con.execute(
            f"SELECT id FROM {table(type_id)} WHERE {test}{f' AND {beyond_near}' if beyond_near else ''} "
            f"ORDER BY {_ordering(order, back)} LIMIT {parameters.bind(limit)}",
            parameters.values,
        ).fetchall()
        if beyond_near and not rows:
            return self.page(type_id, rule, as_of, order, None, limit)
        ids = [row[0] for row in rows]
        return (ids[::-1] if back else ids), (near if beyond_near else None)

    def positions(
        self,
        type_id: int,
        rule: Node | None,
        as_of: EvaluationTime,
        order: SortOrder,
        after: PagePosition | None,
        limit: int,
    ) -> list[PagePosition]:
        """Return the positions of at most `limit` contacts that a rule selects (None selects all), in order, beginning
        after one."""
        parameters = Parameters(DUCKDB)
        test = _where(rule, as_of, parameters)
        key = _short_key(order.field) if order.field else "id"
        beyond = f" AND {_is_after(key, order, after, parameters)}" if after else ""
        direction = "DESC" if order.descending else "ASC"
        rows = self._con.execute(
            f"SELECT id, {key if order.field else 'NULL'} FROM {table(type_id)} WHERE {test}{beyond} "
            f"ORDER BY {key} {direction} NULLS LAST{', id' if order.field else ''} LIMIT {parameters.bind(limit)}",
            parameters.values,
        ).fetchall()
        return [PagePosition(*row) for row in rows]

    def count(self, type_id: int, rule: Node | None, as_of: EvaluationTime) -> int:
        """Count the contacts that a rule selects; None selects all."""
        parameters = Parameters(DUCKDB)
        where = _where(rule, as_of, parameters)
        query = f"SELECT count(*) FROM {table(type_id)} WHERE {where}"
        return int(self._con.execute(query, parameters.values).fetchall()[0][0])

    def ids(self, type_id: int, after: int, limit: int) -> list[int]:
        """Return a page of the ids of a type's contacts above `after`, ascending."""
        query = f"SELECT id FROM {table(type_id)} WHERE id > $1 ORDER BY id LIMIT $2"
        return [row[0] for row in self._con.execute(query, [after, limit]).fetchall()]


def _where(rule: Node | None, as_of: EvaluationTime, parameters: Parameters) -> str:
    return compile_rule(rule, as_of, stored_source(is_in_segment), parameters) if rule else "TRUE"


def _ordering(order: SortOrder, back: bool) -> str:
    direction = "DESC" if order.descending is not back else "ASC"
    by_id = "id DESC" if back else "id ASC"
    if order.field is None:
        return f"id {direction}"
    return f"{compared(order.field)} {direction} NULLS {'FIRST' if back else 'LAST'}, {by_id}"


def _short_key(field: Field) -> str:
    if field.kind is Kind.CHOICES:
        return f"left(array_to_string({column(field)}, chr(31)), {CHARACTERS_COMPARED})"
    if field.kind in (Kind.TEXT, Kind.CHOICE):
        return f"left({compared(field)}, {CHARACTERS_COMPARED})"
    return compared(field)


def _is_after(key: str, order: SortOrder, after: PagePosition, parameters: Parameters) -> str:
    """Return the SQL test whether a contact comes after a position."""
    id_ = parameters.bind(after.contact_id)
    beyond = "<" if order.descending else ">"
    if order.field is None:
        return f"id {beyond} {id_}"
    if after.key is None:
        return f"({key} IS NULL AND id > {id_})"
    value = parameters.bind(after.key)
    return f"({key} {beyond} {value} OR ({key} = {value} AND id > {id_}) OR {key} IS NULL)"


def _is_beyond(
    con: duckdb.DuckDBPyConnection, type_id: int, order: SortOrder, near: PageAnchor, parameters: Parameters
) -> str | None:
    """Return the SQL test whether a contact is after another one, or before it; None if that one is gone."""
    key = compared(order.field) if order.field else "id"
    rows = con.execute(f"SELECT {key} FROM {table(type_id)} WHERE id = $1", [near.contact_id]).fetchall()
    if not rows:
        return None
    id_ = parameters.bind(near.contact_id)
    beyond = "<" if order.descending is not near.before else ">"
    if order.field is None:
        return f"id {beyond} {id_}"
    same = f"id {'<' if near.before else '>'} {id_}"
    if rows[0][0] is None:
        return f"({key} IS NOT NULL OR {same})" if near.before else f"({key} IS NULL AND {same})"
    value = parameters.bind(rows[0][0]) + ("::VARCHAR[]" if order.field.kind is Kind.CHOICES else "")
    last = "" if near.before else f" OR {key} IS NULL"
    return f"({key} {beyond} {value} OR ({key} = {value} AND {same}){last})"
