"""The first pass over a file: how many rows, which addresses stand in it twice, what its columns hold."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import filterfalse, zip_longest

from tamis.actions.importing.csv_file import Batch
from tamis.domain.dates import DateOrder
from tamis.domain.emails import likely_keys
from tamis.domain.fields import Field
from tamis.domain.infer import Ambiguous, ColumnKind, Inferred

MOST_SEEN = 400_000
LONGEST_SEEN = 64


@dataclass(frozen=True, slots=True)
class Survey:
    """What the first pass found: `repeated` holds the hashes of addresses that stand in the file more than once."""

    rows: int
    repeated: frozenset[int]
    kinds: dict[int, Inferred | Ambiguous]


class _Addresses:
    """Which hashes of addresses have come up once, and which again."""

    def __init__(self) -> None:
        self.seen: set[int] = set()
        self.repeated: set[int] = set()

    def add(self, cells: Sequence[str]) -> None:
        hashes = list(map(hash, filter(None, likely_keys(cells))))
        fresh = set(hashes)
        if len(fresh) == len(hashes) and self.seen.isdisjoint(fresh):
            self.seen |= fresh
            return
        for number in hashes:
            (self.repeated if number in self.seen else self.seen).add(number)


class _Column:
    """What a column can still hold; a cell that has been looked at is not looked at again."""

    def __init__(self, known: Field | None, order: DateOrder | None) -> None:
        self.seen: set[str] = set()
        self._kind = ColumnKind(known, order)
        self._filled = 0

    @property
    def settled(self) -> bool:
        return self._kind.settled

    def decide(self) -> Inferred | Ambiguous:
        return self._kind.decide(self._filled)

    def add(self, cells: Iterable[str]) -> None:
        cells = list(cells)
        self._filled += sum(map(bool, map(str.strip, cells)))
        fresh = set(filterfalse(self.seen.__contains__, cells))
        self._kind.add(fresh)
        self.seen.update(text for text in fresh if len(text) <= LONGEST_SEEN)


def survey(
    batches: Iterable[Batch],
    email: int,
    infer: Mapping[int, Field | None],
    order: DateOrder | None,
    progress: Callable[[int], None],
) -> Survey:
    """Read all rows once, writing nothing; `infer` are the columns that are asked about, with the fields that they feed
    already; `order` is that of all dates, where a person has said it."""
    asked = {position: _Column(field, order) for position, field in infer.items()}
    addresses = _Addresses()
    count = 0
    for batch in batches:
        rows, columns = _columns(batch)
        count += rows
        if email < len(columns):
            addresses.add(columns[email])
        for position, column in asked.items():
            if not column.settled and position < len(columns):
                column.add(columns[position])
        if sum(len(column.seen) for column in asked.values()) > MOST_SEEN:
            for column in asked.values():
                column.seen.clear()
        progress(count)
    return Survey(
        count, frozenset(addresses.repeated), {position: column.decide() for position, column in asked.items()}
    )


def _columns(batch: Batch) -> tuple[int, list[tuple[str, ...]]]:
    widths = set(map(len, batch.records))
    if len(widths) == 1:
        return len(batch.records), list(zip(*batch.records, strict=True))
    records = list(filter(None, batch.records))
    return len(records), list(zip_longest(*records, fillvalue=""))
