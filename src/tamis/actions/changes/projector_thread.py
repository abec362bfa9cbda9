"""The projector's thread in a server: projects promptly while anybody waits, and once a second otherwise."""

import logging
import threading
from collections.abc import Callable
from time import monotonic

from tamis import log
from tamis.actions.maintenance.retention import Retention
from tamis.actions.services import Services
from tamis.domain.errors import TamisError, Unavailable

SECONDS = 1.0
"""How long what nobody waits for may remain unprojected."""
LISTENER_PAUSE = 0.02
"""How long the projector pauses at least for those who listen to changes: it costs less for many writes at once."""


class ProjectorThread:
    """Keeps the projection up to date, so that requests need not wait for it.

    It sleeps until the writer has committed something that somebody awaits (`ChangeHub.is_awaited`), until time alone
    changes a membership, or for a second. While it is busy, further writes gather and become its next batch.
    `on_projected` is called whenever everything has been projected.
    """

    def __init__(self, services: Services, on_projected: Callable[[], None]) -> None:
        self._services, self._hub, self._on_projected = services, services.hub, on_projected
        self._retention = Retention(services)
        self._tidied_at = -SECONDS
        self._reported: str | None = None

    def run(self, stop: threading.Event) -> None:
        """Project until `stop` is set; `ChangeHub.wake_projector` ends its sleep."""
        while not stop.is_set():
            self._project()
            ended_at = monotonic()
            if self._hub.wait_until_wanted(self._seconds_to_sleep()) and not self._hub.has_watches:
                stop.wait(max(ended_at + LISTENER_PAUSE - monotonic(), 0))

    def _project(self) -> None:
        try:
            columns = self._services.project()
            if monotonic() - self._tidied_at >= SECONDS:
                columns.tidy()
                self._retention.run_if_due()
                self._tidied_at = monotonic()
            self._on_projected()
            self._reported = None
        except TamisError as error:
            self._hub.publish_failure(error)
            if str(error) != self._reported:
                log.event("columns_not_followed", level=logging.ERROR, reason=str(error))
            self._reported = str(error)
        except Exception as error:  # the thread must go on
            self._hub.publish_failure(Unavailable("columns_stopped"))
            log.event("fault", level=logging.ERROR, error=error, interface="follower")

    def _seconds_to_sleep(self) -> float:
        columns = self._services.columns_if_open
        due = min(columns.watermark.due.values(), default=None) if columns else None
        if due is None or not self._hub.is_awaited:
            return SECONDS
        return min(max((due - self._services.clock()).total_seconds(), LISTENER_PAUSE), SECONDS)
