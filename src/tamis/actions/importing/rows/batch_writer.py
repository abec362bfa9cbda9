"""Writing batches of contacts through the writer of the records, which stores one while the next is read."""

from collections.abc import Collection, Sequence
from concurrent.futures import Future, wait
from datetime import datetime
from typing import Self

from tamis.actions.importing.rows.upsert import Outcome, upsert
from tamis.actions.services import Services
from tamis.domain.values.fields import FieldSet
from tamis.records.contacts import ContactRow
from tamis.records.handles import Transaction
from tamis.records.importing import imports

ROWS_PER_TRANSACTION = 1_000
"""A server stores batches in smaller transactions, so that other accounts can write in between."""


class BatchWriter:
    """Stores batches in order and adds up the outcomes of their rows.

    A command stores each batch in one transaction, a server in several, in the turn of the account `account_id`. All
    are finished at the end of the block, also after an error. `checked` is the number of the last forgotten email that
    the caller has checked, `import_id` the job whose figures are updated."""

    def __init__(
        self,
        services: Services,
        account_id: int,
        type_id: int,
        fields: FieldSet,
        erasable: Sequence[int],
        *,
        write: bool,
        checked: int,
        import_id: int | None,
    ) -> None:
        self._services = services
        self._account_id = account_id
        self._type_id = type_id
        self._fields = fields
        self._erasable = frozenset(erasable)
        self._write = write
        self._checked = checked
        self._import_id = import_id
        self._pending: list[Future[Outcome]] = []
        self._rows_done = 0
        # Read once: in a command the projection is open from time to time, while it is updated during the import.
        self._is_server = services.columns_if_open is not None
        self.total = Outcome(0, 0, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.finish()

    def write(self, contacts: Sequence[ContactRow], rows_done: int) -> None:
        """Store contacts with distinct emails after all earlier batches; then `rows_done` rows of the file are done."""
        self.finish()
        size = ROWS_PER_TRANSACTION if self._is_server else max(len(contacts), 1)
        parts = [contacts[start : start + size] for start in range(0, len(contacts), size)] or [contacts]
        for part in parts:
            self._pending.append(
                self._services.submit_of(
                    self._account_id,
                    _store,
                    self._type_id,
                    self._fields,
                    part,
                    self._erasable,
                    rows_done if part is parts[-1] else self._rows_done,
                    write=self._write,
                    checked=self._checked,
                    import_id=self._import_id,
                )
            )
        self._rows_done = rows_done

    def finish(self) -> None:
        """Wait until everything is on disk; raises the first error."""
        pending, self._pending = self._pending, []
        wait(pending)
        for part in pending:
            self.total += part.result()


def _store(
    db: Transaction,
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
    """Store a batch and update the figures of its job in one transaction."""
    outcome = upsert(db, now, type_id, fields, contacts, erasable, write=write, checked=checked, import_id=import_id)
    if import_id is not None:
        imports.add_stored(db, import_id, rows_done, outcome.created, outcome.updated, outcome.unchanged)
    return outcome
