"""Hand batches of contacts to the writer of the records, one ahead: while it stores a batch, the next one is read."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager

from tamis.actions.house import House
from tamis.actions.importing.upsert import Outcome, upsert
from tamis.domain.fields import FieldSet


class Storing:
    """Stores batches in order, each in a transaction of its own, and adds up what became of their rows."""

    def __init__(
        self, house: House, type_id: int, fields: FieldSet, erasable: Sequence[int], write: bool, checked: int
    ) -> None:
        self._house = house
        self._type_id = type_id
        self._fields = fields
        self._erasable = frozenset(erasable)
        self._write = write
        self._checked = checked
        self._under_way: Future[Outcome] | None = None
        self.total = Outcome(0, 0, 0)

    def store(self, contacts: Sequence[tuple[str, str, str]]) -> None:
        """Store contacts, whose addresses differ from each other, after all that were given before."""
        self.finish()
        self._under_way = self._house.submit(
            upsert,
            self._type_id,
            self._fields,
            contacts,
            self._erasable,
            write=self._write,
            checked=self._checked,
        )

    def finish(self) -> None:
        """Wait until everything is on disk; raises what went wrong."""
        under_way, self._under_way = self._under_way, None
        if under_way:
            self.total += under_way.result()


@contextmanager
def storing(
    house: House, type_id: int, fields: FieldSet, erasable: Sequence[int], *, write: bool, checked: int
) -> Iterator[Storing]:
    """Store batches within a block; at its end, also that of an error, none is under way any more.

    `checked` is the number of the last forgotten address that the caller has looked at."""
    made = Storing(house, type_id, fields, erasable, write, checked)
    try:
        yield made
    finally:
        made.finish()
