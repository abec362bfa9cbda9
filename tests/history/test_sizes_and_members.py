"""The log matches the past, and trimming old entries changes no daily size."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import hypothesis.strategies as st
from hypothesis import given, settings

from tamis.domain.segments.membership_changes import Cause, DaySize
from tamis.domain.values.instants import day_in_utc, day_of
from tests.history.history_model import Past, fresh_past
from tests.support.effort import examples

ZONES = st.sampled_from(["UTC", "Asia/Dhaka", "America/New_York", "Pacific/Kiritimati", "Australia/Lord_Howe"])
PEOPLE = st.integers(0, 5).map(lambda n: f"person{n}@example.org")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.dictionaries(PEOPLE, st.sampled_from(["India", "Peru"]), min_size=1)),
        st.tuples(st.just("delete"), PEOPLE),
        st.tuples(st.just("add"), PEOPLE),
        st.tuples(st.just("remove_one")),
        st.tuples(st.just("look")),
        st.tuples(st.just("reopen")),
    ),
    max_size=12,
)
HOURS = st.integers(0, 60).map(lambda n: n + 0.01)
TRIMS = st.lists(st.integers(1, 10), max_size=2)


def live(past: Past, steps: list[Any], hours: list[float]) -> None:
    """Let things happen, with hours between them."""
    for (name, *arguments), passing in zip(steps, hours, strict=True):
        past.later(hours=passing)
        getattr(past, name)(*arguments)
        past.look()


@st.composite
def lives(draw: st.DrawFn, hours: st.SearchStrategy[float] = HOURS) -> tuple[list[Any], list[float]]:
    """Draw what happens, and the hours between."""
    steps = draw(STEPS)
    return steps, draw(st.lists(hours, min_size=len(steps), max_size=len(steps)))


def adds_up(days: list[DaySize]) -> bool:
    """Return whether each day follows from the one before it."""
    return all(
        b.day - a.day == timedelta(days=1) and b.recipients == a.recipients + b.entered - b.departed
        for a, b in pairwise(days)
    )


@settings(max_examples=examples(60), deadline=None)
@given(zone=ZONES, life=lives(), trims=TRIMS)
def test_past_sizes_and_members_match_the_model(
    zone: str, life: tuple[list[Any], list[float]], trims: list[int]
) -> None:
    with fresh_past(zone) as past:
        live(past, *life)
        reported = past.sizes()
        assert reported[0].day == day_of(min(past.seen), past.account.zone)
        assert reported[-1].day == day_of(past.now, past.account.zone)
        assert adds_up(reported)
        for at, there in past.seen.items():
            assert past.members(at) == there
        for day in reported:
            end = day_in_utc(day.day, past.account.zone)[1]
            assert day.recipients == len(past.seen[max(at for at in past.seen if at <= end)])
        for days in trims:
            past.trim(days)
            assert past.sizes() == reported
            begins = past.known_since()
            assert begins <= past.now
            for at, there in past.seen.items():
                assert past.members(at) == (there if at >= begins else None)


@settings(max_examples=examples(60), deadline=None)
@given(zone=ZONES, life=lives(st.integers(-30, 50).map(float)), trims=TRIMS, between=lives())
def test_trimming_changes_no_size_even_after_the_clock_was_set_back(
    zone: str, life: tuple[list[Any], list[float]], trims: list[int], between: tuple[list[Any], list[float]]
) -> None:
    with fresh_past(zone) as past:
        live(past, *life)
        past.rebuild()
        past.now = max(past.seen)
        live(past, *between)
        reported, since = past.sizes(), past.known_since()
        assert adds_up(reported)
        for day in reported:
            end = day_in_utc(day.day, past.account.zone)[1]
            if end >= since:
                members = past.members(min(end, past.now))
                assert members is not None
                assert len(members) == day.recipients
        for days in trims:
            past.trim(days)
            past.reopen()
            assert past.sizes() == reported


def test_an_initial_build_is_marked_and_a_restore_adds_no_entries() -> None:
    with fresh_past("UTC") as past:
        past.write({f"p{n}@example.org": "India" for n in range(5)})
        past.look()
        past.segment = past.make_segment("Later", 'country = "India"')
        past.look()
        assert past.sizes() == [DaySize(past.now.date(), 5, 5, 0, Cause.FIRST)]
        past.later(days=1)
        past.write({"p0@example.org": "Peru", "new@example.org": "India"})
        past.look()
        past.later(days=1)
        past.rebuild()
        days = [(d.recipients, d.entered, d.departed, d.snapshot) for d in past.sizes()]
        assert days == [(5, 5, 0, Cause.FIRST), (5, 1, 1, None), (5, 0, 0, None)]


def test_the_log_is_trimmed_daily_to_start_with_one_entry() -> None:
    with fresh_past("UTC", history_days=10) as past:
        for _ in range(30):
            past.later(days=1)
            past.write({"ann@example.org": "India" if past.now.day % 2 else "Peru"})
            past.look()
        con = past.services.project().cursor()
        begins = day_in_utc(past.now.date() - timedelta(days=10), past.account.zone)[0]
        rows = con.execute("SELECT cause, epoch_us(instant) // 1000000 FROM membership_snapshots").fetchall()
        assert rows == [(Cause.KEPT, begins.timestamp())]
        oldest = con.execute("SELECT min(number), count(*) FROM membership_changes").fetchall()[0]
        assert oldest == (con.execute("SELECT number FROM membership_snapshots").fetchall()[0][0] + 1, 11)
        assert past.known_since() == begins
        assert len(past.sizes()) == 31
        assert past.sizes()[0].snapshot is Cause.FIRST


def test_a_damaged_segment_log_does_not_prevent_trimming_others() -> None:
    with fresh_past("UTC") as past:
        broken = past.make_segment("Broken", 'country = "India"')
        for country in ("India", "Peru", "India"):
            past.later(days=1)
            past.write({"ann@example.org": country})
            past.look()
        con = past.services.open_columns().cursor()
        con.execute("DELETE FROM membership_snapshots WHERE segment_id = $1", [broken.id])
        past.later(days=10)
        past.trim(5)
        assert con.execute("FROM membership_changes").fetchall() == []
        rows = con.execute("SELECT segment_id, cause, recipients FROM membership_snapshots").fetchall()
        assert rows == [(past.segment.id, Cause.KEPT, 1)]
        assert [day.recipients for day in past.sizes()][-3:] == [1, 1, 1]


def test_entries_logged_while_the_clock_was_set_back_belong_to_the_current_day() -> None:
    with fresh_past("UTC") as past:
        past.write({"ann@example.org": "India"})
        past.look()
        past.later(days=3)
        past.write({"bob@example.org": "India"})
        past.look()
        past.later(days=-2)
        past.write({"cid@example.org": "India", "ann@example.org": "Peru"})
        past.look()
        past.now = max(past.seen)
        reported = [(d.recipients, d.entered, d.departed) for d in past.sizes()]
        assert reported == [(1, 1, 0), (1, 0, 0), (1, 0, 0), (2, 2, 1)]
        past.later(days=1)
        past.trim(1)
        assert [(d.recipients, d.entered, d.departed) for d in past.sizes()] == [*reported, (2, 0, 0)]


def test_only_the_last_entry_of_a_deleted_segment_is_kept() -> None:
    with fresh_past("UTC", history_days=5) as past:
        past.write({"ann@example.org": "India"})
        past.look()
        kept = past.segment
        past.segment = past.make_segment("Passing", 'country = "India"')
        past.look()
        past.write({"ann@example.org": "Peru"})
        past.look()
        past.delete_segment()
        past.segment = kept
        past.look()
        past.later(days=31)  # it could be restored before
        past.look()
        past.reopen()
        con = past.services.project().cursor()
        assert con.execute("SELECT count(*) FROM membership_changes").fetchall() == [(0,)]
        last = con.execute("SELECT max(number) FROM membership_snapshots WHERE cause = 'deletion'").fetchall()[0][0]
        past.write({"bob@example.org": "India"})
        past.look()
        assert con.execute("SELECT min(number) FROM membership_changes").fetchall() == [(last + 1,)]
