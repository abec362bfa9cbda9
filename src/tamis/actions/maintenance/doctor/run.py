"""All checks, one after the other."""

from collections.abc import Callable, Iterator
from typing import Any

from tamis.actions.house import House
from tamis.actions.maintenance.doctor import columns, records
from tamis.actions.maintenance.doctor.directory import examine_directory
from tamis.actions.maintenance.doctor.report import REBUILD, Check, looking
from tamis.domain.errors import Damaged
from tamis.domain.text import counted
from tamis.records import types
from tamis.records.engine.database import plain_errors
from tamis.records.maintenance import examine

Ask = Callable[..., Any]
"""Puts a question to whoever has the columns: `ask(house, question, *arguments)`."""


def examine_all(house: House, ask: Ask, sample: int) -> Iterator[Check]:
    """Check a data directory."""
    yield examine_directory(house.settings.data)
    db = house.records.reader()
    try:
        with plain_errors(house.records.path):
            yield from records.examine_records(db, house.records.health)
            type_ids, live = types.all_type_ids(db), examine.live_segments(db)
    except Damaged as error:
        with looking("the rest of the records") as check:
            check.wrong(f"this could not be looked at: {error.message}")
        yield check.done()
        return
    yield _asked("the log of transitions", ("line",), ask, [(house, columns.examine_log)])
    yield _asked(
        "the columns have the contacts of the records",
        ("contact, every value", "contacts, every value"),
        ask,
        [(house, columns.examine_contacts, id_, 0) for id_ in type_ids],
    )
    yield _asked(
        "the columns have what was done by hand",
        ("addition or removal", "additions and removals"),
        ask,
        [(house, columns.examine_hands, id_) for id_ in type_ids],
    )
    yield _asked(
        "members, sizes and logs of segments, against their rules as SQL",
        ("member",),
        ask,
        [(house, columns.examine_segment, segment.id) for segment in live],
    )
    yield _asked(
        f"members, against the reference evaluator (at most {sample:,} contacts a type)",
        ("contact",),
        ask,
        [(house, columns.examine_sample, id_, sample) for id_ in type_ids],
    )


def _asked(name: str, looked_at: tuple[str, ...], ask: Ask, questions: list[tuple[Any, ...]]) -> Check:
    count = 0
    with looking(name) as check:
        for question in questions:
            following: tuple[Any, ...] | None = question
            while following:
                try:
                    part: columns.Part = ask(*following)
                except Exception as error:  # what damaged data can do is not known beforehand, and is a finding
                    check.wrong(f"this could not be looked at ({error}): {REBUILD}")
                    break
                count += part.looked_at
                for message in part.wrong:
                    check.wrong(message)
                following = None if part.after is None else (*following[:3], part.after)
        check.looked_at = counted(count, *looked_at)
    return check.done()
