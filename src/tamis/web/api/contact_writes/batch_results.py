"""The results of a batch of any length, on disk until all are known."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any

import msgspec

from tamis.actions.contacts.contact_batches import require_room_for_results
from tamis.domain.errors import Unavailable
from tamis.web.api.schemas.batches import StoredResult, batch_items_out, count_statuses

BYTES_IN_MEMORY = 1 << 20
BYTES_PER_READ = 1 << 16


class BatchResults:
    """Collects results, and gives them as the JSON of a `BatchOut`. Its file has no name, so none is ever left
    behind."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._file = SpooledTemporaryFile[bytes](BYTES_IN_MEMORY, dir=str(directory))
        self._counts = [0, 0, 0, 0]

    def add(self, results: Sequence[StoredResult]) -> None:
        """Add the results of the next items; raises Unavailable."""
        if not results:
            return
        require_room_for_results(self._directory, self._file.tell())
        items = batch_items_out(results, sum(self._counts))
        text = msgspec.json.encode(items)[1:-1]
        try:
            self._file.write(b"," + text if sum(self._counts) else text)
        except OSError as error:
            raise Unavailable("results_not_written", reason=error.strerror) from None
        self._counts = [sum(pair) for pair in zip(self._counts, count_statuses(items), strict=True)]

    async def stream(self) -> AsyncIterator[bytes]:
        """Yield the JSON, once; nothing is kept afterwards."""
        created, updated, unchanged, rejected = self._counts
        counts: dict[str, Any] = {
            "created": created, "updated": updated, "unchanged": unchanged, "rejected": rejected
        }  # fmt: skip
        with self._file as file:
            yield msgspec.json.encode(counts)[:-1] + b',"results":['
            file.seek(0)
            while part := file.read(BYTES_PER_READ):
                yield part
            yield b"]}"

    def close(self) -> None:
        """Discard everything."""
        self._file.close()
