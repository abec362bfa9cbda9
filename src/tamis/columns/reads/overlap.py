"""DuckDB's implementation of queries about the overlap of segments, as sets of persons."""

from collections.abc import Sequence
from itertools import combinations_with_replacement

import duckdb

from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.layout.identity import contacts_in, external_identities, externals_in, normalised_emails
from tamis.columns.layout.membership import CONTACT_MASK, recipients_between, span
from tamis.columns.reads.sampling import number_of_external, sampled
from tamis.domain.segments.overlap import Overlap
from tamis.domain.segments.sampling import Sample
from tamis.domain.segments.segments import EXTERNAL_BIT, SEGMENT_SHIFT
from tamis.rules.sql.dialect import Parameters

BLOCK = 5


class DuckOverlapReads:
    """Reads the overlap of segments."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con

    def compare(self, segment_ids: Sequence[int]) -> Overlap:
        """Compare segments with each other, in one pass over their members.

        20 segments can have a million combinations. So combinations are counted only for every two blocks of five
        segments; every pair of segments is in one of those.
        """
        n = len(segment_ids)
        every = _every(segment_ids)
        blocks = [every & (1 << BLOCK) - 1 << start for start in range(0, n, BLOCK)]
        parts = sorted({one | other for one in blocks for other in blocks})
        parts = [part for part in parts if not any(part != other and part & other == part for other in parts)]
        parameters = Parameters(DUCKDB)
        counted = " UNION ALL ".join(
            f"SELECT {part}, mask & {part}, sum(persons)::BIGINT FROM masks GROUP BY mask & {part}" for part in parts
        )
        rows = self._con.execute(
            f"WITH {_masks(self._con, segment_ids, parameters)} {counted} "
            f"UNION ALL SELECT 0, mask, persons FROM masks WHERE bit_count(mask) = 1 OR mask = {every}",
            parameters.values,
        ).fetchall()
        matrix = _matrix(n, parts, rows)
        exactly = {mask: persons for part, mask, persons in rows if part == 0}
        union = sum(persons for part, _, persons in rows if part == parts[0])
        only = [exactly.get(1 << i, 0) for i in range(n)]
        return Overlap([matrix[i][i] for i in range(n)], union, exactly.get(every, 0), only, matrix)

    def shared_with(self, segment_id: int, others: Sequence[int]) -> dict[int, int]:
        """Count the persons that a segment shares with each of some others, in one pass over the members of all; others
        that share none are left out."""
        if not others:
            return {}
        parameters = Parameters(DUCKDB)
        low, high = span(min(others))[0], span(max(others))[1]
        wanted = f"(SELECT unnest({parameters.bind(list(others))}::BIGINT[]))"
        mine = f"{parameters.bind(segment_id)}::BIGINT"
        externals = _externals(self._con, [segment_id, *others], parameters)
        rows = self._con.execute(
            f"""
            WITH externals AS MATERIALIZED ({externals}),
            mine AS MATERIALIZED (
                {contacts_in(segment_id)} UNION ALL
                SELECT contact_id FROM externals WHERE contact_id IS NOT NULL AND segment_id = {mine})
            SELECT segment_id, count(*) FROM (
                SELECT recipient_id >> {SEGMENT_SHIFT} AS segment_id, recipient_id & {CONTACT_MASK} AS contact_id
                FROM {recipients_between(low, high)} WHERE recipient_id & {EXTERNAL_BIT} = 0
                UNION ALL SELECT segment_id, contact_id FROM externals WHERE contact_id IS NOT NULL
            ) JOIN mine USING (contact_id) WHERE segment_id IN {wanted} GROUP BY segment_id
            UNION ALL
            SELECT segment_id, count(*) FROM externals WHERE contact_id IS NULL AND segment_id IN {wanted}
                AND key IN (SELECT key FROM externals WHERE contact_id IS NULL AND segment_id = {mine})
            GROUP BY segment_id
            """,
            parameters.values,
        ).fetchall()
        common: dict[int, int] = {}
        for other, persons in rows:
            common[other] = common.get(other, 0) + persons
        return common

    def group_sizes(self, segment_id: int, sample: Sample) -> list[int]:
        """Count the members of a segment in each group of a sample."""
        parameters = Parameters(DUCKDB)
        normalised = normalised_emails(self._con, parameters)
        numbers = (
            f"SELECT contact_id AS number FROM ({contacts_in(segment_id)}) UNION ALL "
            f"SELECT coalesce(contact_id, {number_of_external('key')}) FROM ({externals_in(segment_id, normalised)})"
        )
        rows = self._con.execute(
            f"SELECT group_number, count(*) FROM ({sampled(numbers, 'number', sample)}) GROUP BY group_number",
            parameters.values,
        ).fetchall()
        sizes = dict(rows)
        return [sizes.get(group, 0) for group in range(1, sample.groups + 1)]


def _externals(con: duckdb.DuckDBPyConnection, segment_ids: Sequence[int], parameters: Parameters) -> str:
    """Return the query for the recipients of some segments that were external when they were included: `segment_id`,
    `contact_id` and `key`. Without inclusions, no member is scanned."""
    has_inclusions = con.execute("SELECT EXISTS (FROM inclusions)").fetchall()[0][0]
    low, high = (span(min(segment_ids))[0], span(max(segment_ids))[1]) if has_inclusions else (0, 0)
    recipients = f"(FROM {recipients_between(low, high)} WHERE recipient_id & {EXTERNAL_BIT} <> 0)"
    return (
        f"SELECT recipient_id >> {SEGMENT_SHIFT} AS segment_id, contact_id, key "
        f"FROM ({external_identities(recipients, normalised_emails(con, parameters))})"
    )


def _matrix(n: int, parts: Sequence[int], rows: Sequence[tuple[int, int, int]]) -> list[list[int]]:
    matrix = [[0] * n for _ in range(n)]
    for part in parts:
        places = [i for i in range(n) if part >> i & 1]
        counts = [(mask, persons) for of_part, mask, persons in rows if of_part == part]
        for i, j in combinations_with_replacement(places, 2):
            both = 1 << i | 1 << j
            matrix[i][j] = matrix[j][i] = sum(persons for mask, persons in counts if mask & both == both)
    return matrix


def _every(segment_ids: Sequence[int]) -> int:
    return (1 << len(segment_ids)) - 1


def _masks(con: duckdb.DuckDBPyConnection, segment_ids: Sequence[int], parameters: Parameters) -> str:
    """Return the table expression `masks`: the number of `persons` in each combination of segments. `mask` has a bit
    for each segment, the lowest for the first."""
    normalised = normalised_emails(con, parameters)
    bits = [(segment_id, 1 << place) for place, segment_id in enumerate(segment_ids)]
    externals = " UNION ALL ".join(
        f"SELECT contact_id, key, {bit} AS bit FROM ({externals_in(segment_id, normalised)})"
        for segment_id, bit in bits
    )
    contacts = " UNION ALL ".join(f"SELECT contact_id, {bit} AS bit FROM ({contacts_in(id_)})" for id_, bit in bits)
    return (
        f"externals AS MATERIALIZED ({externals}), masks AS MATERIALIZED ("
        "SELECT mask, count(*) AS persons FROM ("
        f"SELECT bit_or(bit) AS mask FROM ({contacts} UNION ALL "
        "SELECT contact_id, bit FROM externals WHERE contact_id IS NOT NULL) GROUP BY contact_id "
        "UNION ALL SELECT bit_or(bit) FROM externals WHERE contact_id IS NULL GROUP BY key) GROUP BY mask)"
    )
