"""The sampling hash of `domain/segments/sampling.py` in SQL: integer arithmetic that is the same in every version."""

from tamis.domain.segments.sampling import FIRST_FACTOR, HASH_RANGE, MASK, SECOND_FACTOR, Sample, hash_keys
from tamis.domain.segments.segments import EXTERNAL_BIT


def number_of_external(key: str) -> str:
    """Return the SQL for the number of an external person; `key` is the SQL for the key of the email."""
    return f"(('0x' || md5({key})[1:8])::BIGINT | {EXTERNAL_BIT})"


def sampled(source: str, number: str, sample: Sample) -> str:
    """Return the query for those rows of a query that are in a sample, with their `group_number` (from 1 on); `number`
    is the SQL for the number of the person."""
    for_sample, for_group = hash_keys(sample.seed)
    query = _with_hash(source, number, for_sample, "sample_hash") if sample.below < HASH_RANGE else source
    where = f" WHERE sample_hash < {int(sample.below)}" if sample.below < HASH_RANGE else ""
    query = f"SELECT * FROM ({query}){where}"
    if sample.groups == 1:
        return f"SELECT *, 1 AS group_number FROM ({query})"
    query = _with_hash(query, number, for_group, "group_hash")
    query = f"SELECT *, (group_hash * {int(sample.groups)} >> 32)::INTEGER + 1 AS group_number FROM ({query})"
    return f"SELECT * FROM ({query})" + ("" if sample.group is None else f" WHERE group_number = {int(sample.group)}")


def _with_hash(source: str, number: str, keys: tuple[int, int], name: str) -> str:
    """Add the hash to a query as a column; each step is a subquery, because it uses its number twice."""
    mix = (
        "xor(x, x >> 16)",
        f"(x * {FIRST_FACTOR}) & {MASK}",
        "xor(x, x >> 13)",
        f"(x * {SECOND_FACTOR}) & {MASK}",
        "xor(x, x >> 16)",
    )
    query = f"SELECT *, xor(({number})::UBIGINT, {int(keys[0])}::UBIGINT) AS x FROM ({source})"
    for step in (*mix, f"xor(x, {int(keys[1])}::UBIGINT)", *mix):
        query = f"SELECT * EXCLUDE (x), {step} AS x FROM ({query})"
    return f"SELECT * EXCLUDE (x), x AS {name} FROM ({query})"
