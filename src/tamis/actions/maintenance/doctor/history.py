"""Verify the history of memberships in the records, and its copy in the columns."""

from collections.abc import Callable, Mapping, Sequence

from tamis.actions.maintenance.doctor.columns import PartialCheck
from tamis.actions.maintenance.doctor.report import REBUILD, RESTORE, Check, some, start_check
from tamis.actions.services import Services
from tamis.actions.view import View
from tamis.columns.interface.verification import Discrepancies
from tamis.columns.interface.view import ColumnsView
from tamis.domain.segments.segments import LAST_SEGMENT
from tamis.domain.values.text import pluralize
from tamis.records.change_log import last_change
from tamis.records.handles import Reader, snapshot
from tamis.records.history import read
from tamis.records.segments.segments import zones_of_all

MOST_NUMBER = (1 << 63) - 1
MEMBERS_PER_PART = 2_000_000
SEGMENTS_PER_PART = 100
MAX_TRIES = 50


def verify_history(db: Reader) -> Check:
    """Check that the history in the records does not contradict itself."""
    with start_check("history in the records is consistent") as check:
        with snapshot(db):
            kept, found, newest = read.read_position(db), read.count_contradictions(db), last_change(db)
        check.scope = pluralize(kept.number, "membership change")
        for is_wrong, what in (
            (found.numbers_ahead, f"the history of memberships has numbers above its last one, {kept.number}"),
            (
                kept.change > newest,
                f"the history of memberships follows change {kept.change} of the change log, which ends at {newest}",
            ),
            (
                found.overlapping_packs,
                f"{pluralize(found.overlapping_packs, 'pack')} of membership changes overlap others",
            ),
            (found.numbers_twice, f"{pluralize(found.numbers_twice, 'number')} of membership changes used twice"),
            (
                found.without_beginning,
                f"{pluralize(found.without_beginning, 'membership change')} before the first snapshot of their segment",
            ),
            (found.broken_lists, f"the member lists of {pluralize(found.broken_lists, 'segment')} are incomplete"),
        ):
            if is_wrong:
                check.wrong(f"{what}: {RESTORE}")
    return check.done()


def verify_changes(services: Services, after: int) -> PartialCheck:
    """Compare the next membership changes above a number with their copies: a page of rows, or a pack."""

    def compare(view: View[ColumnsView]) -> PartialCheck:
        page = read.read_changes_after(view.records, after)
        if page.pack and not view.columns.kept_history.pack_is_whole(page.pack):
            numbers = f"{page.pack.first_number} to {page.pack.last_number}"
            wrong = f"the pack of membership changes {numbers} in the records cannot be read: {RESTORE}"
            return PartialCheck(0, page.last, [wrong])
        last = MOST_NUMBER if page.last is None else page.last
        found = view.columns.kept_history.changes(after, last, page.rows, page.pack)
        return PartialCheck(found.kept, page.last, _discrepancies("membership change", found.differing, "numbers"))

    return _compared(services, compare)


def verify_segments(services: Services, after: int) -> PartialCheck:
    """Compare snapshots, daily sizes and members of the next segments above a number with what the records keep."""

    def compare(view: View[ColumnsView]) -> PartialCheck:
        columns, ids = view.columns.kept_history, [id_ for id_ in zones_of_all(view.records) if id_ > after]
        page = _page(sorted(ids), view.columns.sizes.of_all())
        next_after = page[-1] if len(page) < len(ids) else None
        last = LAST_SEGMENT if next_after is None else next_after
        kept = read.read_segments_history(view.records, after, last)
        for part in read.iterate_listed_members(view.records, kept.lists):
            if not columns.list_is_whole(part):
                problem = f"the list of members of segment {part.segment_id} in the records cannot be read"
                return PartialCheck(0, next_after, [f"{problem}: {RESTORE}"])
        snapshots = columns.snapshots(after, last, kept.snapshots)
        days = columns.days(after, last, kept.days)
        members = columns.members(after, last, read.iterate_listed_members(view.records, kept.lists))
        wrong = _discrepancies("snapshot", snapshots.differing, "numbers")
        wrong += _discrepancies("daily size", days.differing, "segments")
        wrong += _discrepancies("member", members.differing, "recipients")
        if not members.differing.number:
            wrong += _discrepancies("list of members", columns.unlisted(after, last), "segments", "lists of members")
            wrong += [
                f"the last daily size of {pluralize(against.number, 'segment')} ({some(against.some, against.number)}) "
                f"is not the number of members that the records have: {RESTORE}"
                for against in [columns.against_days(after, last)]
                if against.number
            ]
        return PartialCheck(snapshots.kept + days.kept + members.kept, next_after, wrong)

    return _compared(services, compare)


def _compared(services: Services, compare: Callable[[View[ColumnsView]], PartialCheck]) -> PartialCheck:
    """Compare in a view whose records have the same history as its columns.

    What opening a view projects is added to the history after its snapshot of the records. So a new snapshot is taken,
    and the view is given up if the history has grown again meanwhile.
    """
    for _ in range(MAX_TRIES):
        with services.view() as view:
            view.close_records()
            with snapshot(view.records):
                if read.read_position(view.records).mark == view.columns.kept_history.mark():
                    return compare(view)
    return PartialCheck(0, None, [f"the projection has another history than the records: {REBUILD}"])


def _page(ids: Sequence[int], sizes: Mapping[int, int]) -> Sequence[int]:
    """Return the first segments, at least one, that are quick to compare: at most 100, with at most 2 million
    members."""
    members = 0
    for n, segment_id in enumerate(ids[:SEGMENTS_PER_PART]):
        members += sizes.get(segment_id, 0)
        if n and members > MEMBERS_PER_PART:
            return ids[:n]
    return ids[:SEGMENTS_PER_PART]


def _discrepancies(what: str, found: Discrepancies, called: str, many: str = "") -> list[str]:
    if not found.number:
        return []
    shown = some(found.some, found.number)
    differ = "differs" if found.number == 1 else "differ"
    counted = pluralize(found.number, what, many)
    return [f"{counted} {differ} from the history in the records ({called} {shown}): {REBUILD}"]
