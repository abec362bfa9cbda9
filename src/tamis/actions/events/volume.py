"""The volume of events: how many there were of each name on each day."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tamis.actions.fields.types import type_by_id
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.events.events import EventName
from tamis.domain.values.instants import day_of, from_micros, start_of_day
from tamis.records.events.catalogue import catalogue_of_type


@dataclass(frozen=True, slots=True)
class NameVolume:
    """The number of events of a name on each of some days."""

    name: EventName
    counts: Sequence[int]

    @property
    def total(self) -> int:
        """The number on all of the days."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class EventVolume:
    """Days of the account, and the events on them by name, most frequent first; names without any are left out."""

    days: Sequence[date]
    names: Sequence[NameVolume]


def volume_by_day(services: Services, account: Account, type_id: int, days: int) -> EventVolume:
    """Count the events of a contact type on each of the last days, including today until now; hidden names are left
    out. Raises NotFound."""
    zone = account.zone
    with services.view(account.id) as view:
        type_by_id(view.records, account, type_id)
        today = day_of(view.as_of, zone)
        first = today - timedelta(days=days - 1)
        begin = start_of_day(first, zone)
        found = []
        for name in catalogue_of_type(view.records, type_id).names:
            if name.hidden:
                continue
            by_day: Counter[date] = Counter()
            for start, count in view.columns.events.count_by_quarter_hour(name.id, begin, view.as_of):
                by_day[day_of(from_micros(start * 1_000_000), zone)] += count
            if by_day:
                found.append((name, by_day))
    listed = [first + timedelta(days=n) for n in range(days)]
    volumes = [NameVolume(name, [by_day[day] for day in listed]) for name, by_day in found]
    return EventVolume(listed, sorted(volumes, key=lambda volume: -volume.total))
