"""The thresholds by which the great majority of cells decides the kind of a column."""

MINORITY = 0.05
"""The share of a column's cells that may be something else."""
MINORITY_OF_PLACEHOLDERS = 0.1
"""The same share where all of these are placeholders such as n/a, which say less against a kind."""
MOST_DIFFERENT = 20
CELLS_FOR_ONE_MORE = 1_000


def is_great_majority(fitting: int, filled: int, placeholders: int) -> bool:
    """Return whether the cells that fit a kind, at least one, are the great majority of the filled cells.

    `placeholders` of the filled cells are placeholders such as n/a."""
    outliers = filled - fitting
    most = MINORITY_OF_PLACEHOLDERS if outliers <= placeholders else MINORITY
    return fitting > 0 and outliers <= most * filled


def max_outlier_texts(filled: int) -> int:
    """Return how many different texts may not fit a kind: more of them are no typos, the column is text."""
    return MOST_DIFFERENT + filled // CELLS_FOR_ONE_MORE
