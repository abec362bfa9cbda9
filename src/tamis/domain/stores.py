"""What is known of a store, whatever its engine."""

from typing import NamedTuple


class StoreIdentity(NamedTuple):
    """Whose records a store holds or follows, and the number of the last change that it has; -1 where it is empty."""

    store_id: str
    change: int
