"""Passwords are checked a few at a time, and not so often that they could be guessed."""

import threading

from tamis.actions.house import House
from tamis.actions.passwords import check_password
from tamis.domain.accounts import Account
from tamis.domain.emails import parse_email
from tamis.domain.text import fold
from tamis.web.console.throttle import Throttle

WINDOW_SECONDS = 900
LONGEST_ADDRESS = 320
AT_ONCE = threading.BoundedSemaphore(2)
"""Hashing a password takes 64 MB and all of a core for a moment, by design: never many at a time."""

by_address = Throttle(10, WINDOW_SECONDS)
by_client = Throttle(50, WINDOW_SECONDS)


class TooOften(Exception):
    """So many attempts failed that the next one has to wait."""

    def __init__(self, seconds: float) -> None:
        minutes = int(seconds // 60) + 1
        super().__init__(f"Too many attempts failed. Try again in {minutes} {'minute' if minutes == 1 else 'minutes'}.")


def try_password(house: House, client: str, email: str, password: str) -> Account | None:
    """Find the account that an address and a password open; raises TooOften. All spellings of an address count as one;
    whoever knows one password may not therefore guess at others."""
    address = parse_email(email)
    key = address.key if address else fold(email)[:LONGEST_ADDRESS]
    waits = max(by_address.wait_seconds(key), by_client.wait_seconds(client))
    if waits:
        raise TooOften(waits)
    by_address.failed(key)  # also while it is checked: guesses that come together count
    by_client.failed(client)
    with AT_ONCE:
        account = check_password(house.records.reader(), email, password)
    if account:
        by_address.succeeded(key)
        by_client.take_back(client)
    return account
