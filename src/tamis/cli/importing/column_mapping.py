"""The option --map of imports."""

from collections.abc import Sequence

from tamis.domain.errors import Invalid, Problem


def parse_column_mapping(pairs: Sequence[str]) -> dict[str, str]:
    """Parse pairs such as COLUMN=FIELD, by column; raises Invalid with every pair that is written otherwise."""
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise Invalid([Problem("--map", "mapping_not_written_so", pair=pair) for pair in wrong])
    return {column.strip(): name.strip() for column, _, name in (pair.rpartition("=") for pair in pairs)}
