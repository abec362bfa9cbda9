"""Run all checks of `tamis doctor`."""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from tamis.actions.local_call import LocalCall
from tamis.actions.maintenance.doctor import records
from tamis.actions.maintenance.doctor.calls import (
    CheckContacts,
    CheckHistory,
    CheckLog,
    CheckOverrides,
    CheckSample,
    CheckSegment,
)
from tamis.actions.maintenance.doctor.columns import PartialCheck
from tamis.actions.maintenance.doctor.directory import verify_directory
from tamis.actions.maintenance.doctor.history import verify_history
from tamis.actions.maintenance.doctor.report import REBUILD, Check, start_check
from tamis.actions.services import Services
from tamis.domain.errors import Damaged
from tamis.domain.values.text import pluralize
from tamis.records import types
from tamis.records.maintenance import verify

CallRunner = Callable[[Services, LocalCall[PartialCheck]], PartialCheck]
"""Runs a call in the process that has the columns open."""


def verify_all(services: Services, run_call: CallRunner, sample: int) -> Iterator[Check]:
    """Check a data directory."""
    yield verify_directory(services.settings.data)
    db = services.records.reader()
    try:
        yield from records.verify_records(db, services.records)
        yield verify_history(db)
        type_ids, live = types.all_type_ids(db), verify.live_segments(db)
    except Damaged as error:
        with start_check("the rest of the records") as check:
            check.wrong(f"this could not be checked: {error}")
        yield check.done()
        return
    yield _run_calls("log of membership changes", ("entry", "entries"), services, run_call, [CheckLog()])
    yield _run_calls(
        "projection matches the membership changes of the records",
        ("change",),
        services,
        run_call,
        [CheckHistory(of_segments=False)],
    )
    yield _run_calls(
        "projection matches the snapshots, daily sizes and members of the records",
        ("row",),
        services,
        run_call,
        [CheckHistory(of_segments=True)],
    )
    yield _run_calls(
        "projection matches the contacts of the records",
        ("contact, every value", "contacts, every value"),
        services,
        run_call,
        [CheckContacts(id_) for id_ in type_ids],
    )
    yield _run_calls(
        "projection matches the manual changes of the records",
        ("manual change",),
        services,
        run_call,
        [CheckOverrides(id_) for id_ in type_ids],
    )
    yield _run_calls(
        "members, sizes and logs of segments match their rules",
        ("member",),
        services,
        run_call,
        [CheckSegment(segment.id) for segment in live],
    )
    yield _run_calls(
        f"members match the reference evaluator (at most {sample:,} contacts per type)",
        ("contact",),
        services,
        run_call,
        [CheckSample(id_, sample) for id_ in type_ids],
    )


def _run_calls(
    name: str,
    scope: tuple[str, ...],
    services: Services,
    run_call: CallRunner,
    calls: Sequence[LocalCall[PartialCheck]],
) -> Check:
    count = 0
    with start_check(name) as check:
        for call in calls:
            next_call: LocalCall[PartialCheck] | None = call
            while next_call:
                try:
                    part = run_call(services, next_call)
                except Exception as error:  # damaged data can cause any error, which is a finding
                    check.wrong(f"this could not be checked ({error}): {REBUILD}")
                    break
                count += part.checked
                for message in part.problems:
                    check.wrong(message)
                next_call = None if part.after is None else msgspec.structs.replace(next_call, after=part.after)
        check.scope = pluralize(count, *scope)
    return check.done()
