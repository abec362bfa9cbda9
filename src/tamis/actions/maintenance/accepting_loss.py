"""Go on without writes that were acknowledged and are lost, when a person has decided so."""

from dataclasses import dataclass

from tamis.actions.maintenance.stores import RECORDS
from tamis.actions.services import Services
from tamis.domain.errors import NotFound
from tamis.records.change_log import last_change
from tamis.settings import Settings


@dataclass(frozen=True, slots=True)
class Accepted:
    """The number of the last change that the records have, and of the last one that the column store had."""

    change: int
    columns: int


def accept_loss(settings: Settings) -> Accepted:
    """Take the records as they are: the column store is built again where it knows of more; its history stays, with
    entries and exits of what is lost. Raises NotFound and Unavailable."""
    if not RECORDS.is_there(settings.data):
        raise NotFound("records_missing", directory=str(settings.data))
    services = Services(settings, accepts_loss=True)
    try:
        present = last_change(services.records.reader())
        columns = services.open_columns()
        known = columns.applied or 0
        if known > present:
            with columns.lock:
                columns.start_over()
        services.project()
        return Accepted(present, known)
    finally:
        services.close()
