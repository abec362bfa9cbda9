"""Keys of the names of contact types and segments, which are unique in an account."""

import apsw

from tamis.domain.values.text import fold, lower_letters


def name_keys(name: str) -> tuple[str, str, str]:
    """Return the key of a name, its key in versions before migration 0011, and the trimmed name.

    Names that only those versions distinguished keep the old keys, and are found as written.
    """
    name = name.strip()
    return fold(name), lower_letters(name), name


def register_fold(db: apsw.Connection) -> None:
    """Make `fold` available to SQL, for migrations and searches."""
    db.create_scalar_function("fold", lambda *values: fold(str(values[0])), 1, deterministic=True)
