"""Verify the stored events."""

from collections.abc import Sequence

from tamis.actions.maintenance.doctor.report import REPORT, RESTORE, Check, CheckInProgress, some, start_check
from tamis.domain.values.text import pluralize
from tamis.records.events.verify import verify_events
from tamis.records.handles import Reader

SHOWN = 5


def check_events(db: Reader) -> Check:
    """Read all events, and check that each is there once, where it is looked for, and of a contact and a name."""
    with start_check("events are complete and stored once") as check:
        found = verify_events(db)
        check.scope = pluralize(found.events, "event")
        blocks = "block of events", "blocks of events"
        _report(check, found.damaged_blocks, blocks, f"cannot be read: {RESTORE}")
        _report(check, found.misplaced_blocks, blocks, f"out of order, so that events are not found: {RESTORE}")
        _report(check, found.unfiltered_blocks, blocks, f"without a filter, so events can be stored twice: {REPORT}")
        _report(check, found.miscounted_runs, ("run of events", "runs of events"), f"not complete: {RESTORE}")
        names = "event name", "event names"
        _report(check, found.miscounted_names, names, f"counted wrongly in the catalogue: {REPORT}")
        _report(check, found.unknown_names, names, f"missing in the catalogue, so that events are lost: {RESTORE}")
        contacts = "contact", "contacts"
        _report(check, found.missing_contacts, contacts, f"missing, but events of them are there: {REPORT}")
        _report(check, found.repeated, contacts, f"with an event that is stored twice: {REPORT}")
    return check.done()


def _report(check: CheckInProgress, ids: Sequence[int], noun: tuple[str, str], problem: str) -> None:
    if ids:
        verb = "" if problem.startswith("cannot") else ("is " if len(ids) == 1 else "are ")
        check.wrong(f"{pluralize(len(ids), *noun)} (IDs {some(ids[:SHOWN], len(ids))}) {verb}{problem}")
