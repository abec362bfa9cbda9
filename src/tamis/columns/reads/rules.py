"""DuckDB's implementation of queries about what rules select: counts, effects and samples."""

from collections.abc import Sequence

import duckdb

from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.interface.rules import MemberCounts, RuleCounts, RuleEffect
from tamis.columns.layout.contacts import table
from tamis.columns.layout.externals import selected_externals
from tamis.columns.layout.membership import is_in_segment
from tamis.columns.layout.sources import stored_source
from tamis.columns.projector.batch import Levels
from tamis.columns.reads.conditions import joined, leaves
from tamis.columns.reads.edit_effects import effects, samples
from tamis.columns.reads.external_counts import count_externals
from tamis.columns.reads.part_counts import MAILABLE, also_mailable, counts_query
from tamis.rules.build_without_field import CAN_BE_MAILED
from tamis.rules.sql.compiler import compile_rule
from tamis.rules.sql.dialect import Parameters
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Node, Rule

_SOURCE = stored_source(is_in_segment)


class DuckRuleReads:
    """Reads what rules select."""

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
        sample_size: int = 0,
        *,
        mailable: bool = False,
    ) -> RuleCounts:
        """Count all parts in one scan that evaluates each condition once, however many parts share it; `whole` is one
        of the parts, or None. With `mailable`, those of the whole who can be mailed are counted, too. The same scan
        finds the sample, unless so few are selected that another is needed."""
        parameters = Parameters(DUCKDB)
        names = {leaf: f"c{i}" for i, leaf in enumerate(dict.fromkeys(leaves(parts)))}
        tests_by_name = {name: compile_rule(leaf, as_of, _SOURCE, parameters) for leaf, name in names.items()}
        tests = [joined(part, names) for part in parts]
        if segment_id is not None:
            segment = parameters.bind(segment_id)
            tests_by_name["is_excluded"] = f"id IN (SELECT contact_id FROM exclusions WHERE segment_id = {segment})"
            tests_by_name["is_included"] = (
                f"id IN ({_INCLUDED} WHERE segment_id = {segment} AND contact_id IS NOT NULL)"
            )
            tests.append(f"{joined(whole, names) if whole else 'FALSE'} AND NOT is_excluded OR is_included")
        if mailable:
            tests_by_name[MAILABLE] = compile_rule(CAN_BE_MAILED, as_of, _SOURCE, parameters)
            tests += map(also_mailable, [joined(whole, names) if whole else "FALSE", *tests[len(parts) :]])
        places = {test: place for place, test in enumerate(dict.fromkeys(tests), 1)}
        sampled = joined(whole, names) if whole and sample_size else None
        query = counts_query(type_id, tests_by_name, list(places), sampled, sample_size)
        *counts, ids = self._con.execute(query, parameters.values).fetchall()[0]
        total, *found = (int(count or 0) for count in counts)
        externals = count_externals(self._con, whole, parts, as_of, segment_id, mailable=mailable)
        counted = [found[places[test] - 1] for test in tests]
        of_parts = [contacts + more for contacts, more in zip(counted[: len(parts)], externals, strict=False)]
        sample = sorted(ids or [])
        if whole and len(sample) < min(sample_size, found[places[tests[parts.index(whole)]] - 1]):
            sample = self.sample(type_id, whole, as_of, sample_size)
        beyond = slice(len(parts), None)
        further = [contacts + more for contacts, more in zip(counted[beyond], externals[beyond], strict=True)]
        if segment_id is None:
            return RuleCounts(total, of_parts, None, sample, further[0] if mailable else None)
        added, excluded = self._con.execute(_OVERRIDES, [segment_id]).fetchall()[0]
        of_segment, of_whole, mailable_of_segment = further if mailable else (further[0], None, None)
        members = MemberCounts(of_segment, counted[len(parts)], added, excluded, mailable_of_segment)
        return RuleCounts(total, of_parts, members, sample, of_whole)

    def effects(self, type_id: int, levels: Levels, as_of: EvaluationTime) -> dict[int, RuleEffect]:
        return effects(self._con, type_id, levels, as_of)

    def samples_of_effect(
        self, type_id: int, segment_id: int, rule: Rule, as_of: EvaluationTime, most: int
    ) -> tuple[list[int], list[int]]:
        return samples(self._con, type_id, segment_id, rule, as_of, most)

    def sample(self, type_id: int, rule: Node, as_of: EvaluationTime, most: int) -> list[int]:
        """Return the ids of some contacts that a rule selects, ascending.

        They are chosen by a hash of the ids: no contact is preferred, and while a rule is edited, the same contacts are
        shown as long as it selects them.
        """
        parameters = Parameters(DUCKDB)
        where = compile_rule(rule, as_of, _SOURCE, parameters)
        rows = self._con.execute(
            f"SELECT id FROM {table(type_id)} WHERE {where} ORDER BY hash(id) LIMIT {parameters.bind(most)}",
            parameters.values,
        ).fetchall()
        return sorted(row[0] for row in rows)


_INCLUDED = "SELECT contact_id FROM inclusions"
_OVERRIDES = (
    "SELECT count(*), (SELECT count(*) FROM exclusions WHERE segment_id = $1) FROM inclusions WHERE segment_id = $1"
)
