"""The query that counts the parts of a rule in one scan of the contacts, and finds a sample in the same scan."""

from collections.abc import Mapping, Sequence

from tamis.columns.layout.contacts import table

MOST_COUNTED_DIRECTLY = 3
MOST_BITS = 12
SLICE = 2**64 // 16
"""Contacts with a hash below this are enough for a sample, unless very few are selected."""


MAILABLE = "can_be_mailed"
"""The name of the test whether a contact can be mailed."""


def also_mailable(expression: str) -> str:
    """Return the expression of those of another expression who can be mailed."""
    return f"({expression}) AND {MAILABLE}"


def counts_query(
    type_id: int, tests_by_name: Mapping[str, str], counted: Sequence[str], sampled: str | None, sample_size: int
) -> str:
    """Return the query for one row: the number of contacts, the number for which each of the `counted` expressions over
    the names of tests is true, and a list of ids for which `sampled` is, those with the lowest hashes first, as far as
    they are below `SLICE`.

    One condition alone, also with those of it who can be mailed, filters the scan, which is the fastest. Up to three
    counts are made directly. The results of more conditions are encoded as the bits of a number, by which contacts are
    grouped first: for five conditions over a million contacts, that takes half the time of a count for each part,
    however many parts there are.
    """
    lowest = f"arg_min(id, hash(id), {int(sample_size)}) FILTER ({{}})"
    if counted and counted[0] in tests_by_name and set(counted[1:]) <= {also_mailable(counted[0])}:
        ids = lowest.format(f"hash(id) < {SLICE}") if sampled else "[]"
        total = f"(SELECT count(*) FROM {table(type_id)})"
        counts = ", ".join(["count(*)", *(f"count(*) FILTER ({tests_by_name[MAILABLE]})" for _ in counted[1:])])
        return f"SELECT {total}, {counts}, {ids} FROM {table(type_id)} WHERE {tests_by_name[counted[0]]}"
    if len(counted) <= MOST_COUNTED_DIRECTLY or not 0 < len(tests_by_name) <= MOST_BITS:
        columns = ", ".join(["id", *(f"({test}) IS TRUE AS {name}" for name, test in tests_by_name.items())])
        found = ["count(*)", *(f"count(*) FILTER ({expression})" for expression in counted)]
        found.append(lowest.format(f"{sampled} AND hash(id) < {SLICE}") if sampled else "[]")
        return f"SELECT {', '.join(found)} FROM (SELECT {columns} FROM {table(type_id)})"
    bits = " + ".join(
        f"CASE WHEN {test} THEN {1 << place} ELSE 0 END" for place, test in enumerate(tests_by_name.values())
    )
    names = ", ".join(f"(bits & {1 << place}) <> 0 AS {name}" for place, name in enumerate(tests_by_name))
    ids = lowest.format(f"hash(id) < {SLICE}") if sampled else "[]"
    found = ["sum(n)", *(f"sum(n) FILTER ({expression})" for expression in counted)]
    found.append(f"{_FIRST.format(sampled, int(sample_size))}" if sampled else "[]")
    grouped = f"SELECT ({bits})::USMALLINT AS bits, count(*) AS n, {ids} AS ids FROM {table(type_id)} GROUP BY bits"
    return f"SELECT {', '.join(found)} FROM (SELECT n, ids, {names} FROM ({grouped}))"


_FIRST = (
    "list_transform(list_sort(list_transform(flatten(list(ids) FILTER ({})), lambda i: {{'hash': hash(i), 'id': i}}))"
    "[:{}], lambda contact: contact.id)"
)
