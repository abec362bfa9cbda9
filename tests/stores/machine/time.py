"""Time passes, by jumps, to edges and without reads, and forecasts come true."""

from datetime import date, datetime, timedelta

import hypothesis.strategies as st
from hypothesis.stateful import precondition, rule

from tamis.actions.events.contact_events import events_of
from tamis.actions.segments.history import segment_history
from tamis.actions.segments.planning.forecasts import DayForecast, forecast_segment
from tamis.domain.segments.membership_changes import DaySize
from tamis.domain.segments.segments import Segment
from tamis.domain.values.instants import day_in_utc, day_of, next_day_starts
from tamis.records.events.catalogue import catalogue_of_type
from tests.stores.machine.state import MICROSECOND, State

HOURS = (0, 1, 2, 3, 26)


class TimeRules(State):
    """Rules about the clock."""

    @rule(minutes=st.integers(1, 600))
    def time_passes(self, minutes: int) -> None:
        self.pass_time(self.now + timedelta(minutes=minutes))

    @rule(days=st.integers(1, 3))
    def days_pass(self, days: int) -> None:
        self.pass_time(self.now + timedelta(days=days, minutes=7))

    @rule(beside=st.sampled_from([-MICROSECOND, timedelta(0), timedelta(0), timedelta(minutes=1)]))
    def time_passes_to_midnight(self, beside: timedelta) -> None:
        self.pass_time(max(next_day_starts(self.now, self.account.zone) + beside, self.now))

    @rule(data=st.data())
    def time_passes_to_an_edge(self, data: st.DataObject) -> None:
        edges = self.edges(self.now, self.now + timedelta(days=2))
        self.pass_time(data.draw(st.sampled_from(edges)))

    @precondition(lambda self: self.live)
    @rule(days=st.integers(1, 3))
    def forecasts_come_true(self, days: int) -> None:
        forecasts = {s.id: forecast_segment(self.services, self.account.id, s.id, days) for s in self.live}
        today = day_of(self.now, self.account.zone)
        so_far = {s.id: self.days(s)[today] for s in self.live}
        assert {id_: forecast.count for id_, forecast in forecasts.items()} == {
            id_: day.recipients for id_, day in so_far.items()
        }
        for number in range(days):
            self.pass_time(next_day_starts(self.now, self.account.zone) - MICROSECOND)
            self.look()
            actual = {s.id: self.days(s) for s in self.live}
            self.pass_time(self.now + MICROSECOND)
            for segment_id, forecast in forecasts.items():
                day = forecast.days[number].day
                happened = actual[segment_id].get(day)
                entered, departed = (happened.entered, happened.departed) if happened else (0, 0)
                if day == today:
                    entered -= so_far[segment_id].entered
                    departed -= so_far[segment_id].departed
                size = happened.recipients if happened else 0
                assert forecast.days[number] == DayForecast(day, entered, departed, size)

    def days(self, segment: Segment) -> dict[date, DaySize]:
        """Return what happened to a segment on each of the last days."""
        found = segment_history(self.services, self.account.id, segment.id, 8).days
        return {day.day: day for day in found}

    @rule(steps=st.integers(2, 5))
    def time_passes_without_reads(self, steps: int) -> None:
        self.asleep = steps

    def edges(self, start: datetime, end: datetime) -> list[datetime]:
        """List instants at which something may happen, and those a microsecond before."""
        found = {start + (end - start) / 3}
        day = day_of(start, self.account.zone)
        while (midnight := day_in_utc(day, self.account.zone)[0]) <= end:
            found.add(midnight)
            day += timedelta(days=1)
        names = catalogue_of_type(self.db, self.type.id).by_id
        for contact in self.oracle.contacts(self.db):
            happened = [event.at for name_id in names for event in events_of(self.db, contact)(name_id)]
            seen = contact.values.get(self.fields["seen"].id)
            for instant in (seen, contact.created_at, contact.updated_at, *happened):
                if isinstance(instant, datetime):
                    found.update(instant + sign * timedelta(hours=hours) for hours in HOURS for sign in (1, -1))
        return sorted(t for edge in found for t in (edge - MICROSECOND, edge) if start < t <= end) or [end]

    def pass_time(self, until: datetime) -> None:
        edges = self.edges(self.now, until)
        midnight = next_day_starts(self.now, self.account.zone)
        for instant in {*edges[:: max(len(edges) // 6, 1)], min(midnight, until)}:
            self.samples.append((instant, self.expected(instant)))
        self.now = until
