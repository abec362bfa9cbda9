"""SQL statements in files: each follows a line `-- name: …`."""

import re
from functools import cache
from importlib.resources import files


@cache
def load_statements(package: str, name: str) -> dict[str, str]:
    """Load the file `NAME.sql` of a package as a mapping from each statement's name to its SQL."""
    text = files(package).joinpath(f"{name}.sql").read_text(encoding="utf-8")
    parts = re.split(r"^-- name: (\w+)$", text, flags=re.MULTILINE)
    return {key: sql.strip() for key, sql in zip(parts[1::2], parts[2::2], strict=True)}
