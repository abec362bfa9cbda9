"""When the great majority of cells decides for all."""

MINORITY = 0.05
"""What part of the cells of a column at most may be something else."""
MINORITY_OF_PLACEHOLDERS = 0.1
"""The same where all of them stand for nothing, such as n/a: they say less against a kind."""
MOST_DIFFERENT = 20
CELLS_FOR_ONE_MORE = 1_000


def decides(fitting: int, filled: int, placeholders: int) -> bool:
    """Return whether the cells that fit a kind are the great majority of those that are filled, of which some are
    placeholders; at least one must fit."""
    misfits = filled - fitting
    most = MINORITY_OF_PLACEHOLDERS if misfits <= placeholders else MINORITY
    return fitting > 0 and misfits <= most * filled


def most_different(filled: int) -> int:
    """Count how many different texts at most may not fit: many are no slips, but say that the column is text."""
    return MOST_DIFFERENT + filled // CELLS_FOR_ONE_MORE
