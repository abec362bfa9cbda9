"""Hand batches of contacts to the writer of the records, one ahead: while it stores a batch, the next one is read."""

from collections.abc import Collection, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Self

import apsw

from tamis.actions.house import House
from tamis.actions.importing.upsert import Outcome, upsert
from tamis.domain.fields import FieldSet
from tamis.records import imports
from tamis.records.contacts import ContactRow


class Storing:
    """Stores batches in order, each in a transaction of its own, and adds up what became of their rows.

    At the end of its block, also that of an error, none is under way any more. `checked` is the number of the last
    forgotten address that the caller has looked at, `import_id` the job in which the figures are kept.
    """

    def __init__(
        self,
        house: House,
        type_id: int,
        fields: FieldSet,
        erasable: Sequence[int],
        *,
        write: bool,
        checked: int,
        import_id: int | None,
    ) -> None:
        self._house = house
        self._type_id = type_id
        self._fields = fields
        self._erasable = frozenset(erasable)
        self._write = write
        self._checked = checked
        self._import_id = import_id
        self._under_way: Future[Outcome] | None = None
        self.total = Outcome(0, 0, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.finish()

    def store(self, contacts: Sequence[ContactRow], rows_done: int) -> None:
        """Store contacts, whose addresses differ from each other, after all that were given before; then `rows_done`
        rows of the file are done."""
        self.finish()
        self._under_way = self._house.submit(
            _store,
            self._type_id,
            self._fields,
            contacts,
            self._erasable,
            rows_done,
            write=self._write,
            checked=self._checked,
            import_id=self._import_id,
        )

    def finish(self) -> None:
        """Wait until everything is on disk; raises what went wrong."""
        under_way, self._under_way = self._under_way, None
        if under_way:
            self.total += under_way.result()


def _store(
    db: apsw.Connection,
    now: datetime,
    type_id: int,
    fields: FieldSet,
    contacts: Sequence[ContactRow],
    erasable: Collection[int],
    rows_done: int,
    *,
    write: bool,
    checked: int,
    import_id: int | None,
) -> Outcome:
    """Store a batch and count it in its job, both or neither: so the figures are those of what is on disk."""
    outcome = upsert(db, now, type_id, fields, contacts, erasable, write=write, checked=checked, import_id=import_id)
    if import_id is not None:
        imports.add_stored(db, import_id, rows_done, outcome.created, outcome.updated, outcome.unchanged)
    return outcome
