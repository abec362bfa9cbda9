"""Export a segment to whoever looks at it in a browser: the file is made as a whole, given away, and removed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tamis.actions.exporting.places import export_place, file_in
from tamis.actions.exporting.write import write_export
from tamis.actions.house import House
from tamis.domain.accounts import Account
from tamis.domain.exports import Export, Layout


@dataclass(frozen=True, slots=True)
class Download:
    """A finished file and how many rows it has."""

    file: Path
    rows: int


@contextmanager
def segment_download(house: House, account: Account, segment_id: int, layout: Layout) -> Iterator[Download]:
    """Export a segment for a block, after which the file is gone; raises NotFound and Unavailable."""
    wanted = msgspec.json.encode(Export(account.id, layout, segment_id=segment_id)).decode()
    with export_place(house.settings.data) as place:
        rows = write_export(house, wanted, place.name)
        yield Download(file_in(place), rows)
