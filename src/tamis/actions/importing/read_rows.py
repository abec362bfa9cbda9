"""Turn rows of a file into contacts, or into rejects with every reason."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import itemgetter
from zoneinfo import ZoneInfo

from tamis.actions.forgetting import Refusals
from tamis.actions.importing.csv_file import Batch, Row
from tamis.actions.importing.mapping import ColumnMap
from tamis.domain.contacts import encode_part, join_parts
from tamis.domain.dates import DateOrder
from tamis.domain.emails import email_keys
from tamis.domain.fields import Field, ValueProblem, parser
from tamis.records.contacts import NewContact

MOST_KEPT = 400_000
LONGEST_KEPT = 64


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that cannot be stored, and why."""

    row: Row
    reasons: tuple[str, ...]


class RowReader:
    """Reads the batches of one file column by column, because the same cells come up again and again in a column."""

    def __init__(
        self,
        width: int,
        columns: ColumnMap,
        zone: ZoneInfo,
        refusals: Refusals,
        orders: Mapping[int, DateOrder],
    ) -> None:
        self._width = width
        self._refusals = refusals
        self._email = columns.email
        # In ascending order of field ids, which is that of a document: its parts then only have to be put side by side.
        by_id = sorted(columns.fields.items(), key=lambda item: item[1].id)
        self._columns = [(p, _Column(field, zone, orders.get(p, DateOrder.YMD))) for p, field in by_id]

    def read(self, batch: Batch) -> tuple[list[NewContact], list[Reject]]:
        """Give the contacts that the rows of a batch describe, as if all were new, and the rows that cannot be one."""
        records, rejects = self._of_full_width(batch)
        if not records:
            return [], rejects
        cells = list(zip(*records, strict=True))
        if sum(len(column) for _, column in self._columns) > MOST_KEPT:
            for _, column in self._columns:
                column.clear()
        addresses = [cell.strip() for cell in cells[self._email]]
        keys = email_keys(addresses)
        parts = [column.parts(cells[position]) for position, column in self._columns]
        documents = map(join_parts, zip(*parts, strict=True)) if parts else repeat("{}", len(records))
        reasons = self._reasons(cells, addresses, keys)
        if not reasons:
            return list(map(NewContact._make, zip(addresses, keys, documents, strict=False))), rejects
        rows = [row for row in batch.rows() if len(row.cells) == self._width]
        rejects += [Reject(rows[index], tuple(found)) for index, found in sorted(reasons.items())]
        every = enumerate(map(NewContact._make, zip(addresses, keys, documents, strict=False)))
        return [contact for index, contact in every if index not in reasons], rejects

    def _of_full_width(self, batch: Batch) -> tuple[list[list[str]], list[Reject]]:
        width = self._width
        if set(map(len, batch.records)) == {width}:
            return batch.records, []
        rejects = [
            Reject(row, (f"the row has {len(row.cells)} cells, the header has {width}",))
            for row in batch.rows()
            if len(row.cells) != width
        ]
        return [cells for cells in batch.records if len(cells) == width], rejects

    def _reasons(
        self, cells: Sequence[Sequence[str]], addresses: Sequence[str], keys: Sequence[str | None]
    ) -> dict[int, list[str]]:
        reasons: dict[int, list[str]] = {}
        if None in keys:
            for index, (address, key) in enumerate(zip(addresses, keys, strict=True)):
                if key is None:
                    reasons[index] = [_email_reason(address)]
        refused = self._refusals([key for key in keys if key])
        if refused:
            for index, key in enumerate(keys):
                if key in refused:
                    reasons[index] = [refused[key]]
        for position, column in sorted(self._columns, key=itemgetter(0)):
            for index, problem in column.problems_in(cells[position]):
                reasons.setdefault(index, []).append(problem)
        return reasons


class _Column(dict[str, str]):
    """What each cell of a column adds to a document; a cell is parsed when it is met for the first time."""

    def __init__(self, field: Field, zone: ZoneInfo, order: DateOrder) -> None:
        self._field = field
        self._parse = parser(field, zone, order)
        self._problems: dict[str, str] = {}

    def parts(self, cells: Sequence[str]) -> list[str]:
        self._problems.clear()
        return list(map(self.__getitem__, cells))

    def problems_in(self, cells: Sequence[str]) -> Iterator[tuple[int, str]]:
        """Give index and problem of the bad ones among the cells whose parts were asked for last."""
        problems = self._problems
        return ((i, problems[cell]) for i, cell in enumerate(cells) if cell in problems) if problems else iter(())

    def __missing__(self, cell: str) -> str:
        if cell in self._problems:
            return ""
        try:
            value = self._parse(cell)
        except ValueProblem as problem:
            self._problems[cell] = f"{self._field.key} {problem}"
            return ""
        part = "" if value is None else encode_part(self._field.id, value)
        if len(cell) <= LONGEST_KEPT:
            self[cell] = part
        return part


def _email_reason(address: str) -> str:
    return f'email must be a valid e-mail address, not "{address[:80]}"' if address else "email is missing"
