"""The columns of exports that have unsubscribe links. They are no fields: no rule names them, and imports skip them."""

from tamis.domain.values.fields import Field, Kind, key_from_name

UNSUBSCRIBE_URL = Field(14, "unsubscribe_url", "Unsubscribe link", Kind.TEXT)
LIST_UNSUBSCRIBE = Field(15, "List-Unsubscribe", "List-Unsubscribe", Kind.TEXT)
LIST_UNSUBSCRIBE_POST = Field(16, "List-Unsubscribe-Post", "List-Unsubscribe-Post", Kind.TEXT)
"""The headers of an email, named as they are written (RFC 8058)."""
LINK_COLUMNS = (UNSUBSCRIBE_URL, LIST_UNSUBSCRIBE, LIST_UNSUBSCRIBE_POST)
_BY_KEY = {key_from_name(column.key): column for column in LINK_COLUMNS}


def find_link_column(name: str) -> Field | None:
    """Find a column of links by its name in any spelling; None if it is not one."""
    return _BY_KEY.get(key_from_name(name))
