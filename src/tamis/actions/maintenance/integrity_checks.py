"""Integrity checks of the file of the records: one soon after the server starts, and one each night."""

import logging
import threading
from datetime import datetime, timedelta

from tamis import log
from tamis.actions.services import Services
from tamis.domain.errors import TamisError

FIRST_CHECK_SECONDS = 2.0


def run_nightly_checks(services: Services, stop: threading.Event) -> None:
    """Check the records soon, and then daily at the configured hour on the clock of the machine; damage is logged, and
    noted from then on."""
    wait = FIRST_CHECK_SECONDS
    while not stop.wait(wait):
        try:
            services.records.check(stop.wait)
        except TamisError as error:
            log.event("records_check_failed", level=logging.ERROR, reason=str(error))
        except Exception as error:
            log.event("fault", level=logging.ERROR, error=error, interface="checker")
        wait = time_until_hour(datetime.now().astimezone(), services.settings.check_hour).total_seconds()


def time_until_hour(now: datetime, hour: int) -> timedelta:
    """Return how long it is until the clock next shows an hour."""
    then = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return then - now if then > now else then + timedelta(days=1) - now
