"""Export a segment to whoever looks at it in a browser."""

from dataclasses import dataclass
from typing import BinaryIO

import msgspec

from tamis.actions.exporting.places import export_place, file_in
from tamis.actions.exporting.write import write_export
from tamis.actions.house import House
from tamis.domain.accounts import Account
from tamis.domain.exports import Export, Layout


@dataclass(frozen=True, slots=True)
class Download:
    """A finished file, open for reading, and how many rows and bytes it has. It has no name any more: it is gone when
    it is closed, also where nobody reads it to its end."""

    file: BinaryIO
    rows: int
    bytes: int


def segment_download(house: House, account: Account, segment_id: int, layout: Layout) -> Download:
    """Export a segment; raises NotFound and Unavailable."""
    wanted = msgspec.json.encode(Export(account.id, layout, segment_id=segment_id)).decode()
    with export_place(house.settings.data) as place:
        rows = write_export(house, wanted, place.name)
        made = file_in(place)
        return Download(made.open("rb"), rows, made.stat().st_size)
