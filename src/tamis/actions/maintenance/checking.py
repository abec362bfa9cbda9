"""Look after the file of the records: a check soon after the start of a server, and one each night."""

import logging
import threading
from datetime import datetime, timedelta

from tamis import log
from tamis.actions.services import Services
from tamis.domain.errors import TamisError

SOON_SECONDS = 2.0


def check_each_night(services: Services, stop: threading.Event) -> None:
    """Check the records soon, and then each day at the hour that is set, on the clock of the machine; what is found is
    logged, and noted from then on."""
    wait = SOON_SECONDS
    while not stop.wait(wait):
        try:
            services.records.check(stop.wait)
        except TamisError as error:
            log.event("records_check_failed", level=logging.ERROR, reason=str(error))
        except Exception as error:
            log.event("fault", level=logging.ERROR, error=error, interface="checker")
        wait = until_hour(datetime.now().astimezone(), services.settings.check_hour).total_seconds()


def until_hour(now: datetime, hour: int) -> timedelta:
    """Return how long it is until a clock shows an hour again."""
    then = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return then - now if then > now else then + timedelta(days=1) - now
