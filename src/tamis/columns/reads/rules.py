"""What a rule says of the contacts of a type: how many it and each of its parts select, and whom."""

from collections.abc import Sequence

import duckdb

from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.interface.rules import MemberCounts, RuleCounts, RuleEffect
from tamis.columns.layout.contacts import column, table
from tamis.columns.layout.externals import selected_externals
from tamis.columns.layout.membership import is_in_segment
from tamis.columns.reads.conditions import joined, leaves
from tamis.columns.reads.external_counts import count_externals, effect_on_externals
from tamis.rules.sql.compiler import ColumnSource, compile_rule
from tamis.rules.sql.dialect import Parameters
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Node, Rule

_MOST_BITS = 12
_SOURCE = ColumnSource(column, is_in_segment)


class DuckRuleReads:
    """Reads what rules select, at the moment of a view."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con

    def count(self, type_id: int, rule: Rule, as_of: EvaluationTime) -> int:
        """Count the contacts of a type, and the external recipients, that a rule selects at a moment."""
        parameters = Parameters(DUCKDB)
        where = compile_rule(rule, as_of, _SOURCE, parameters)
        externals = selected_externals(rule, as_of, parameters)
        more = f" + (SELECT count(*) FROM ({externals}))" if externals else ""
        query = f"SELECT (SELECT count(*) FROM {table(type_id)} WHERE {where}){more}"
        return int(self._con.execute(query, parameters.values).fetchall()[0][0])

    def count_parts(
        self,
        type_id: int,
        whole: Rule,
        parts: Sequence[Node],
        as_of: EvaluationTime,
        segment_id: int | None = None,
    ) -> RuleCounts:
        """Count all parts in one scan, in which each condition is asked once, however many parts it stands in; `whole`
        is one of the parts, or None."""
        parameters = Parameters(DUCKDB)
        names = {leaf: f"c{i}" for i, leaf in enumerate(dict.fromkeys(leaves(parts)))}
        asked = {name: compile_rule(leaf, as_of, _SOURCE, parameters) for leaf, name in names.items()}
        tests = [joined(part, names) for part in parts]
        if segment_id is not None:
            segment = parameters.bind(segment_id)
            asked["taken_out"] = f"id IN (SELECT contact_id FROM exclusions WHERE segment_id = {segment})"
            asked["put_in"] = f"id IN ({_ADDED} WHERE segment_id = {segment} AND contact_id IS NOT NULL)"
            tests.append(f"{joined(whole, names) if whole else 'FALSE'} AND NOT taken_out OR put_in")
        places = {test: place for place, test in enumerate(dict.fromkeys(tests), 1)}
        counts = ", ".join(["sum(n)", *(f"sum(n) FILTER ({test})" for test in places)])
        rows = self._con.execute(f"SELECT {counts} FROM ({_answers(type_id, asked)})", parameters.values).fetchall()
        total, *found = (int(count or 0) for count in rows[0])
        externals = count_externals(self._con, whole, parts, as_of, segment_id)
        counted = [found[places[test] - 1] for test in tests]
        of_parts = [contacts + more for contacts, more in zip(counted[: len(parts)], externals, strict=False)]
        if segment_id is None:
            return RuleCounts(total, of_parts, None)
        added, excluded = self._con.execute(_OVERRIDES, [segment_id]).fetchall()[0]
        return RuleCounts(total, of_parts, MemberCounts(counted[-1] + externals[-1], counted[-1], added, excluded))

    def count_effect(self, type_id: int, segment_id: int, rule: Rule, as_of: EvaluationTime) -> RuleEffect:
        """Compare the members of a segment with those that it would have under a rule, in one scan.

        Manual additions and exclusions stay as they are.
        """
        parameters = Parameters(DUCKDB)
        segment = parameters.bind(segment_id)
        selected = compile_rule(rule, as_of, _SOURCE, parameters)
        rows = self._con.execute(
            f"""
            SELECT count(*) FILTER (is_in), count(*) FILTER (will_be),
                count(*) FILTER (will_be AND NOT is_in), count(*) FILTER (is_in AND NOT will_be)
            FROM (
                SELECT {is_in_segment(segment_id, parameters)} AS is_in,
                    ({selected}) IS TRUE AND id NOT IN (SELECT contact_id FROM exclusions WHERE segment_id = {segment})
                    OR id IN ({_ADDED} WHERE segment_id = {segment} AND contact_id IS NOT NULL) AS will_be
                FROM {table(type_id)}
            )
            """,
            parameters.values,
        ).fetchall()
        return RuleEffect(*map(sum, zip(rows[0], effect_on_externals(self._con, segment_id, rule, as_of), strict=True)))

    def sample(self, type_id: int, rule: Node, as_of: EvaluationTime, most: int) -> list[int]:
        """Return the ids of some contacts that a rule selects, in ascending order.

        They are chosen by a hash of the ids: nobody is preferred, and while a rule is edited, the same people are seen
        again as far as it goes on selecting them.
        """
        parameters = Parameters(DUCKDB)
        where = compile_rule(rule, as_of, _SOURCE, parameters)
        rows = self._con.execute(
            f"SELECT id FROM {table(type_id)} WHERE {where} ORDER BY hash(id) LIMIT {parameters.bind(most)}",
            parameters.values,
        ).fetchall()
        return sorted(row[0] for row in rows)


def _answers(type_id: int, asked: dict[str, str]) -> str:
    """Write the query for what contacts answer to each condition, and for how many (`n`) who answer alike.

    A few conditions are asked as the bits of a number, by which contacts are counted before anything else is asked: of
    five conditions over a million contacts that takes half of what a count for each part would, however many parts.
    """
    if not 0 < len(asked) <= _MOST_BITS:
        columns = ", ".join(["1 AS n", *(f"({test}) IS TRUE AS {name}" for name, test in asked.items())])
        return f"SELECT {columns} FROM {table(type_id)}"
    bits = " + ".join(f"CASE WHEN {test} THEN {1 << place} ELSE 0 END" for place, test in enumerate(asked.values()))
    columns = ", ".join(f"(bits & {1 << place}) <> 0 AS {name}" for place, name in enumerate(asked))
    alike = f"SELECT ({bits})::USMALLINT AS bits, count(*) AS n FROM {table(type_id)} GROUP BY bits"
    return f"SELECT n, {columns} FROM ({alike})"


_ADDED = "SELECT contact_id FROM inclusions"
_OVERRIDES = (
    "SELECT count(*), (SELECT count(*) FROM exclusions WHERE segment_id = $1) FROM inclusions WHERE segment_id = $1"
)
