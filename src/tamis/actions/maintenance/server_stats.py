"""Statistics of a server's stores, each of them quick to read."""

import shutil
from dataclasses import dataclass

from tamis.actions.maintenance.stores import STORES
from tamis.actions.services import Services
from tamis.records import change_log
from tamis.records.events import catalogue
from tamis.records.importing import imports


@dataclass(frozen=True, slots=True)
class ServerStats:
    """The statistics at one instant; `changes_behind` is None while the projection is being built, and `lag_seconds`
    the age of the oldest of these changes."""

    writes_waiting: int
    changes_behind: int | None
    lag_seconds: float
    imports: dict[str, int]
    import_rows: int
    contact_events: int
    disk_free: int
    file_bytes: dict[str, int]


def gather_stats(services: Services) -> ServerStats:
    """Return the current statistics of a server."""
    db = services.records.reader()
    columns = services.columns_if_open
    applied = columns.applied if columns else None
    waiting_since = change_log.time_of_first_after(db, applied) if applied is not None else None
    states, rows = imports.totals(db)
    return ServerStats(
        services.records.waiting_jobs,
        None if applied is None else max(change_log.last_change(db) - applied, 0),
        max((services.clock() - waiting_since).total_seconds(), 0.0) if waiting_since else 0.0,
        states,
        rows,
        catalogue.count_all(db),
        shutil.disk_usage(services.settings.data).free,
        {name: size for store in STORES for name, size in store.sizes(services.settings.data).items()},
    )
