"""The first pass over a file: how many rows, which addresses stand in it twice, what kinds its columns have."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from tamis.actions.batches import batched
from tamis.actions.importing.csv_file import Row
from tamis.domain.emails import parse_email
from tamis.domain.fields import INFERABLE, Kind, infer_kind

ROWS_A_BATCH = 10_000


@dataclass(frozen=True, slots=True)
class Survey:
    """What the first pass found: `repeated` holds the hashes of addresses that stand in the file more than once."""

    rows: int
    repeated: frozenset[int]
    kinds: dict[int, Kind]


def survey(rows: Iterator[Row], email: int, infer: Sequence[int], progress: Callable[[int], None]) -> Survey:
    """Read all rows once, writing nothing; `infer` are the columns whose kind is asked."""
    candidates: dict[int, tuple[Kind, ...]] = dict.fromkeys(infer, INFERABLE)
    filled: set[int] = set()
    seen: set[int] = set()
    repeated: set[int] = set()
    count = 0
    for batch in batched(rows, ROWS_A_BATCH):
        count += len(batch)
        columns = list(zip_longest(*(row.cells for row in batch), fillvalue=""))
        for cell in columns[email] if email < len(columns) else ():
            address = parse_email(cell)
            if address:
                number = hash(address.key)
                (repeated if number in seen else seen).add(number)
        for position in infer:
            if position < len(columns):
                texts = {text for text in set(columns[position]) if text.strip()}
                if texts:
                    filled.add(position)
                    candidates[position] = infer_kind(texts, candidates[position])
        progress(count)
    kinds = {position: left[0] if position in filled else Kind.TEXT for position, left in candidates.items()}
    return Survey(count, frozenset(repeated), kinds)
