"""The draws of `domain/draws.py` in SQL: plain arithmetic on whole numbers, which no version can make differ."""

from tamis.domain.draws import DRAWS, FIRST_FACTOR, MASK, SECOND_FACTOR, Sample, keys_of
from tamis.domain.segments import EXTERNAL_BIT


def number_of_external(key: str) -> str:
    """Write the number of somebody who is no contact; `key` is an expression for the key of the address."""
    return f"(('0x' || md5({key})[1:8])::BIGINT | {EXTERNAL_BIT})"


def sampled(source: str, number: str, sample: Sample) -> str:
    """Write the query for those rows of a query that are in a sample, with their `drawn_group` (from 1 on); `number` is
    an expression for the number of the person."""
    for_sample, for_group = keys_of(sample.seed)
    query = _with_draw(source, number, for_sample, "drawn") if sample.below < DRAWS else source
    where = f" WHERE drawn < {int(sample.below)}" if sample.below < DRAWS else ""
    query = f"SELECT * FROM ({query}){where}"
    if sample.groups == 1:
        return f"SELECT *, 1 AS drawn_group FROM ({query})"
    query = _with_draw(query, number, for_group, "drawn_for_group")
    query = f"SELECT *, (drawn_for_group * {int(sample.groups)} >> 32)::INTEGER + 1 AS drawn_group FROM ({query})"
    return f"SELECT * FROM ({query})" + ("" if sample.group is None else f" WHERE drawn_group = {int(sample.group)}")


def _with_draw(source: str, number: str, keys: tuple[int, int], name: str) -> str:
    """Add the draw to a query as a column; each step is a query of its own, because it needs its number twice."""
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
