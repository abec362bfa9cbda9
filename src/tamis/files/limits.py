"""Limits on the dimensions of a contact file, checked before any work is done on it."""

from tamis.domain.values.fields import MAX_FIELDS

MOST_COLUMNS = MAX_FIELDS + 16
"""Enough for an export of a full contact type and a few ignored columns, such as those of a rejects file."""

MOST_CELLS = 1_000_000
MOST_CELLS_A_BYTE = 16
MOST_CELLS_A_PACKED_BYTE = 256
"""For a format that stores a column of blanks in a few bytes."""
MOST_BROKEN = 1_000_000
"""Malformed rows are noted one by one; a file with more of them is not in the format that it seems to have."""


def is_too_sparse(rows: int, columns: int, size: int, cells_a_byte: int = MOST_CELLS_A_BYTE) -> bool:
    """Return whether a file of `size` bytes would become a table of many times its size, nearly all of it blank."""
    return rows * columns > MOST_CELLS + cells_a_byte * size
