"""What the customers of the demonstration did: rentals and payments, up to the moment at which it is made.

The file of customers says of each how many films they rented, what they paid in all, when they last rented, and how
many films they still have. The events agree with that: as many rentals, as many payments, which add up to the total,
and the last one when the file says. The other instants and the single amounts are made up, in the same way each time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from tamis.domain.values.instants import format_instant

CUSTOMER, EMAIL, COUNT, PAID, LAST, OPEN = (
    *("customer_id", "email", "rental_count", "total_paid", "last_rental_at", "open_rentals"),
)
FIRST = datetime(2005, 5, 24, 22, 53, tzinfo=UTC)
LAST_OF_2005 = datetime(2005, 8, 23, 22, 50, 12, tzinfo=UTC)
LAST_OF_2006 = datetime(2006, 2, 14, 15, 16, 3, tzinfo=UTC)
"""The rental shop was closed between these two instants."""
CLOSED = timedelta(days=8)
"""How long it is closed in the demonstration."""


@dataclass(frozen=True, slots=True)
class DemoEvent:
    """An event of a customer, in the form that programs send."""

    email: str
    at: datetime
    document: Mapping[str, object]


def last_rental(customer: Mapping[str, str]) -> datetime:
    """Return when a customer last rented, according to the file."""
    return datetime.fromisoformat(customer[LAST]).replace(tzinfo=UTC)


def to_present(then: datetime, end: datetime) -> datetime:
    """Return when something of 2005 or 2006 happens in a demonstration that is made at `end`: the last of it then."""
    if then > LAST_OF_2005:
        return end - (LAST_OF_2006 - then)
    return end - CLOSED - (LAST_OF_2005 - then)


def make_events(customers: Sequence[Mapping[str, str]], end: datetime) -> list[DemoEvent]:
    """Return the rentals and payments of customers, oldest first; `end` is the present in UTC."""
    events = []
    for customer in customers:
        random = Random(int(customer[CUSTOMER]))
        instants = _rental_instants(customer, random)
        for number, (then, amount) in enumerate(zip(instants, _amounts(customer, random), strict=True), 1):
            key, at = f"{customer[CUSTOMER]}-{number}", to_present(then, end)
            events.append(_event(customer[EMAIL], at, "rental", f"rental-{key}", {}))
            events.append(_event(customer[EMAIL], at, "payment", f"payment-{key}", {"amount": amount}))
    return sorted(events, key=lambda event: event.at)


def _event(email: str, at: datetime, name: str, key: str, properties: Mapping[str, object]) -> DemoEvent:
    document = {"email": email, "event": name, "at": format_instant(at), "id": key, "properties": properties}
    return DemoEvent(email, at, document)


def _rental_instants(customer: Mapping[str, str], random: Random) -> list[datetime]:
    """Return when a customer rented, in order; films that they still have were rented last, if in 2006."""
    last = last_rental(customer)
    latest = max(int(customer[OPEN]), 1) if last > LAST_OF_2005 else 1
    before = min(last, LAST_OF_2005)
    seconds = int((before - FIRST).total_seconds())
    earlier = (FIRST + timedelta(seconds=random.randrange(seconds)) for _ in range(int(customer[COUNT]) - latest))
    return [*sorted(earlier), *(last for _ in range(latest))]


def _amounts(customer: Mapping[str, str], random: Random) -> list[float]:
    """Split what a customer paid into a payment for each rental. Prices end in .99, so a payment for two of them ends
    in .98."""
    count, cents = int(customer[COUNT]), round(float(customer[PAID]) * 100)
    prices = -cents % 100
    dollars = [1] * count
    for _ in range((cents + prices) // 100 - count):
        dollars[random.randrange(count)] += 1
    missing = [1] * count
    for _ in range(prices - count):
        missing[dollars.index(max(dollars))] += 1
    return [(100 * whole - cent) / 100 for whole, cent in zip(dollars, missing, strict=True)]
