"""Writing events as Parquet."""

from pathlib import Path

from tamis.staging.handle import StagingDatabase
from tamis.staging.sql import execute

LARGEST_LINE = 1 << 24


def write_parquet(staging: StagingDatabase, lines: Path, target: Path) -> None:
    """Write the lines of an NDJSON file of events as a Parquet file: instants are typed, properties a JSON object."""
    columns = "email: 'VARCHAR', event: 'VARCHAR', 'at': 'TIMESTAMP', id: 'VARCHAR', properties: 'JSON'"
    path = str(target).replace("'", "''")  # COPY takes no parameters here
    execute(
        staging,
        'COPY (SELECT email, event, "at" AT TIME ZONE \'UTC\' AS "at", id, properties '
        f"FROM read_json($1, format = 'newline_delimited', columns = {{{columns}}}, "
        f"maximum_object_size = {LARGEST_LINE})) TO '{path}' (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)",
        [str(lines)],
    )
