"""The results of a batch of any length, on disk until all are known."""

from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Protocol

import msgspec

from tamis.actions.contacts.contact_batches import require_room_for_results
from tamis.domain.errors import Unavailable
from tamis.web.api.schemas.batches import StoredResult

BYTES_IN_MEMORY = 1 << 20
BYTES_PER_READ = 1 << 16


class BatchItem(Protocol):
    """What became of an item of a batch, as it is shown."""

    @property
    def status(self) -> str: ...


ItemsOut = Callable[[Sequence[StoredResult], int], Sequence[BatchItem]]


class BatchResults:
    """Collects results, and gives them as the JSON of a batch's answer: how many items have each of the `statuses`, and
    the items, which `items_out` makes of results and the index of the first. Its file has no name, so none is ever left
    behind."""

    def __init__(self, directory: Path, statuses: Sequence[str], items_out: ItemsOut) -> None:
        self._directory = directory
        self._items_out = items_out
        self._file = SpooledTemporaryFile[bytes](BYTES_IN_MEMORY, dir=str(directory))
        self._counts = dict.fromkeys(statuses, 0)

    def add(self, results: Sequence[StoredResult]) -> None:
        """Add the results of the next items; raises Unavailable."""
        if not results:
            return
        require_room_for_results(self._directory, self._file.tell())
        before = sum(self._counts.values())
        items = self._items_out(results, before)
        text = msgspec.json.encode(items)[1:-1]
        try:
            self._file.write(b"," + text if before else text)
        except OSError as error:
            raise Unavailable("results_not_written", reason=error.strerror) from None
        for item in items:
            self._counts[item.status] += 1

    async def stream(self) -> AsyncIterator[bytes]:
        """Yield the JSON, once; nothing is kept afterwards."""
        with self._file as file:
            yield msgspec.json.encode(self._counts)[:-1] + b',"results":['
            file.seek(0)
            while part := file.read(BYTES_PER_READ):
                yield part
            yield b"]}"

    def close(self) -> None:
        """Discard everything."""
        self._file.close()
