"""The identity of a store, whatever its engine."""

from typing import NamedTuple


class StoreIdentity(NamedTuple):
    """The id of the records that a store holds or follows, and the number of its last change; -1 when it is empty."""

    store_id: str
    change: int
