"""All checks, one after the other."""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from tamis.actions.local_calls import (
    CheckContacts,
    CheckHistory,
    CheckLog,
    CheckOverrides,
    CheckSample,
    CheckSegment,
    LocalCall,
)
from tamis.actions.maintenance.doctor import records
from tamis.actions.maintenance.doctor.columns import Part
from tamis.actions.maintenance.doctor.directory import examine_directory
from tamis.actions.maintenance.doctor.history import examine_kept
from tamis.actions.maintenance.doctor.report import REBUILD, Check, looking
from tamis.actions.services import Services
from tamis.domain.errors import Damaged
from tamis.domain.text import counted
from tamis.records import types
from tamis.records.maintenance import verify

Ask = Callable[[Services, LocalCall[Part]], Part]
"""Puts a question to whoever has the columns."""


def examine_all(services: Services, ask: Ask, sample: int) -> Iterator[Check]:
    """Check a data directory."""
    yield examine_directory(services.settings.data)
    db = services.records.reader()
    try:
        yield from records.examine_records(db, services.records.health)
        yield examine_kept(db)
        type_ids, live = types.all_type_ids(db), verify.live_segments(db)
    except Damaged as error:
        with looking("the rest of the records") as check:
            check.wrong(f"this could not be looked at: {error}")
        yield check.done()
        return
    yield _asked("the log of transitions", ("line",), services, ask, [CheckLog()])
    yield _asked(
        "the columns have the membership changes of the records",
        ("change",),
        services,
        ask,
        [CheckHistory(of_segments=False)],
    )
    yield _asked(
        "the columns have snapshots, daily sizes and members of the history in the records",
        ("row",),
        services,
        ask,
        [CheckHistory(of_segments=True)],
    )
    yield _asked(
        "the columns have the contacts of the records",
        ("contact, every value", "contacts, every value"),
        services,
        ask,
        [CheckContacts(id_) for id_ in type_ids],
    )
    yield _asked(
        "the columns have what was done by hand",
        ("addition or removal", "additions and removals"),
        services,
        ask,
        [CheckOverrides(id_) for id_ in type_ids],
    )
    yield _asked(
        "members, sizes and logs of segments, against their rules as SQL",
        ("member",),
        services,
        ask,
        [CheckSegment(segment.id) for segment in live],
    )
    yield _asked(
        f"members, against the reference evaluator (at most {sample:,} contacts a type)",
        ("contact",),
        services,
        ask,
        [CheckSample(id_, sample) for id_ in type_ids],
    )


def _asked(
    name: str, looked_at: tuple[str, ...], services: Services, ask: Ask, questions: Sequence[LocalCall[Part]]
) -> Check:
    count = 0
    with looking(name) as check:
        for question in questions:
            following: LocalCall[Part] | None = question
            while following:
                try:
                    part = ask(services, following)
                except Exception as error:  # what damaged data can do is not known beforehand, and is a finding
                    check.wrong(f"this could not be looked at ({error}): {REBUILD}")
                    break
                count += part.looked_at
                for message in part.wrong:
                    check.wrong(message)
                following = None if part.after is None else msgspec.structs.replace(following, after=part.after)
        check.looked_at = counted(count, *looked_at)
    return check.done()
