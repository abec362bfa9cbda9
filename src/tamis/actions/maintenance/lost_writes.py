"""Continue without acknowledged writes that are lost, after a person has decided so."""

from dataclasses import dataclass

from tamis.actions.maintenance.stores import RECORDS
from tamis.actions.services import Services
from tamis.domain.errors import NotFound
from tamis.records.change_log import last_change
from tamis.records.history.write import skip_numbers
from tamis.settings import Settings


@dataclass(frozen=True, slots=True)
class AcceptedLoss:
    """The number of the last change in the records, and of the last one that the projection had."""

    change: int
    columns: int


def accept_loss(settings: Settings) -> AcceptedLoss:
    """Accept the records as they are. A projection that has more changes is rebuilt; its history stays, including the
    entries and exits that lost writes caused. Raises NotFound and Unavailable."""
    if not settings.records and not RECORDS.is_there(settings.data):
        raise NotFound("records_missing", directory=str(settings.data))
    services = Services(settings, accepts_loss=True)
    try:
        services.records.write(skip_numbers)
        last_in_records = last_change(services.records.reader())
        columns = services.open_columns()
        last_in_columns = columns.applied or 0
        if last_in_columns > last_in_records:
            with columns.lock:
                columns.mark_for_restore()
        services.project()
        return AcceptedLoss(last_in_records, last_in_columns)
    finally:
        services.close()
