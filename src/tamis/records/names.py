"""How contact types and segments are found by their names, of which two in an account are never the same."""

import apsw

from tamis.domain.text import fold, lower_letters


def name_keys(name: str) -> tuple[str, str, str]:
    """Return the key under which a name is stored, the key that versions before the migration 0011 gave it, and the
    trimmed name itself. Names that only those versions told apart keep the old keys, and are found as written."""
    name = name.strip()
    return fold(name), lower_letters(name), name


def register_fold(db: apsw.Connection) -> None:
    """Let a migration call `fold`."""
    db.create_scalar_function("fold", lambda *values: fold(str(values[0])), 1, deterministic=True)
