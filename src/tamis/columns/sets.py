"""Segments as sets of persons: how large they are together, in common and apart, and how they fall into groups."""

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import duckdb

from tamis.columns.draws import number_of_stranger, sampled
from tamis.columns.people import contacts_in, odd_addresses, strangers_in
from tamis.domain.draws import Sample
from tamis.rules.sql import Parameters


class Overlap(NamedTuple):
    """What some segments have in common: the size of each, of all together, of what is in all of them, of what is in
    each of them alone, and of every two of them (on the diagonal the size of each)."""

    sizes: list[int]
    union: int
    intersection: int
    only: list[int]
    matrix: list[list[int]]


def union_size(con: duckdb.DuckDBPyConnection, segment_ids: Sequence[int]) -> int:
    """Count the persons who are in any of some segments."""
    return _count(con, segment_ids, ["TRUE"])[0]


def intersection_size(con: duckdb.DuckDBPyConnection, segment_ids: Sequence[int]) -> int:
    """Count the persons who are in all of some segments."""
    return _count(con, segment_ids, [_all_of(_every(segment_ids))])[0]


def difference_size(con: duckdb.DuckDBPyConnection, segment_id: int, others: Sequence[int]) -> int:
    """Count the persons who are in a segment and in none of some others."""
    return _count(con, [segment_id, *others], ["held = 1"])[0]


def overlap(con: duckdb.DuckDBPyConnection, segment_ids: Sequence[int]) -> Overlap:
    """Compare segments with each other, in one pass over their members."""
    n = len(segment_ids)
    pairs = list(combinations(range(n), 2))
    tests = ["TRUE", _all_of(_every(segment_ids))]
    tests += [_all_of(1 << i) for i in range(n)]
    tests += [f"held = {1 << i}" for i in range(n)]
    tests += [_all_of(1 << i | 1 << j) for i, j in pairs]
    union, intersection, *counts = _count(con, segment_ids, tests)
    sizes, only, both = counts[:n], counts[n : 2 * n], counts[2 * n :]
    matrix = [[sizes[i] if i == j else 0 for j in range(n)] for i in range(n)]
    for (i, j), size in zip(pairs, both, strict=True):
        matrix[i][j] = matrix[j][i] = size
    return Overlap(sizes, union, intersection, only, matrix)


def group_sizes(con: duckdb.DuckDBPyConnection, segment_id: int, sample: Sample) -> list[int]:
    """Count the members of a segment that fall into each group of a sample."""
    parameters = Parameters()
    odd = odd_addresses(con, [segment_id], parameters)
    numbers = (
        f"SELECT contact_id AS number FROM ({contacts_in(segment_id)}) UNION ALL "
        f"SELECT coalesce(contact_id, {number_of_stranger('key')}) FROM ({strangers_in(segment_id, odd)})"
    )
    rows = con.execute(
        f"SELECT drawn_group, count(*) FROM ({sampled(numbers, 'number', sample)}) GROUP BY drawn_group",
        parameters.values,
    ).fetchall()
    sizes = dict(rows)
    return [sizes.get(group, 0) for group in range(1, sample.groups + 1)]


def _every(segment_ids: Sequence[int]) -> int:
    return (1 << len(segment_ids)) - 1


def _all_of(mask: int) -> str:
    return f"held & {mask} = {mask}"


def _count(con: duckdb.DuckDBPyConnection, segment_ids: Sequence[int], tests: Sequence[str]) -> list[int]:
    """Count the persons for whom each of some tests is true; `held` has a bit for each segment that a person is in."""
    parameters = Parameters()
    held = _held(segment_ids, odd_addresses(con, segment_ids, parameters))
    sums = ", ".join(f"coalesce(sum(persons) FILTER ({test}), 0)::BIGINT" for test in tests)
    row = con.execute(
        f"SELECT {sums} FROM (SELECT held, count(*) AS persons FROM ({held}) GROUP BY held)", parameters.values
    ).fetchone()
    return list(row) if row else [0] * len(tests)


def _held(segment_ids: Sequence[int], odd: str) -> str:
    bits = [(segment_id, 1 << place) for place, segment_id in enumerate(segment_ids)]
    strangers = " UNION ALL ".join(
        f"SELECT contact_id, key, {bit} AS bit FROM ({strangers_in(segment_id, odd)})" for segment_id, bit in bits
    )
    contacts = " UNION ALL ".join(f"SELECT contact_id, {bit} AS bit FROM ({contacts_in(id_)})" for id_, bit in bits)
    return (
        f"WITH strangers AS MATERIALIZED ({strangers}) "
        f"SELECT bit_or(bit) AS held FROM ({contacts} UNION ALL "
        "SELECT contact_id, bit FROM strangers WHERE contact_id IS NOT NULL) GROUP BY contact_id "
        "UNION ALL SELECT bit_or(bit) FROM strangers WHERE contact_id IS NULL GROUP BY key"
    )
