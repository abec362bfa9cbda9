"""`tamis segment overlap` and `tamis segment sample`."""

import sys
from collections.abc import Iterator
from typing import Annotated

from cyclopts import Parameter

from tamis.actions.questions import CompareSegments, GroupSizes, SampledRecipients
from tamis.actions.segments.segments import find_segment
from tamis.actions.services import Services
from tamis.cli.ask import ask
from tamis.cli.common import Common, account_of, opened, say, show, show_table
from tamis.cli.segment import show_members
from tamis.domain.accounts import Account
from tamis.domain.draws import Sample, sample_of
from tamis.domain.overlaps import Overlap
from tamis.domain.segments import Segment

SEED = "tamis"


def overlap(*segment: str, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Compare segments of one contact type: how many persons they have together, in common, and each alone.

    Parameters
    ----------
    segment
        Ids or names of 2 to 20 segments.
    """
    with opened(common) as services:
        account = account_of(services, common)
        found = [find_segment(services.records.reader(), account, reference) for reference in segment]
        compared = ask(services, CompareSegments(account.id, [one.id for one in found]))
    if common.json:
        show(common, _document(found, compared))
    else:
        _show_overlap(found, compared)


def sample(
    segment: str,
    *,
    percent: float | None = None,
    split: int | None = None,
    group: int | None = None,
    seed: Annotated[str, Parameter(allow_leading_hyphen=True)] = SEED,
    limit: int | None = None,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Draw a sample of a segment's members, or split them into groups; with the same seed it is always the same people.

    Parameters
    ----------
    segment
        Id or name of the segment.
    percent
        List so many percent of the members; a larger sample contains the smaller one.
    split
        Split the members, or the sample, into so many groups of about equal size, and show their sizes.
    group
        List the members of this group, from 1 on, instead of the sizes.
    seed
        Any text: another one draws other people.
    limit
        List at most so many.
    """
    wanted = sample_of(percent, split, group, seed)
    with opened(common) as services:
        account = account_of(services, common)
        found = find_segment(services.records.reader(), account, segment)
        if split is not None and group is None:
            sizes = ask(services, GroupSizes(account.id, found.id, wanted))
            _show_groups(common, sizes)
        else:
            most = sys.maxsize if limit is None else max(limit, 0)
            show_members(common, _members(services, account, found, wanted, most))


def _members(services: Services, account: Account, segment: Segment, sample: Sample, limit: int) -> Iterator[str]:
    after: int | None = 0
    while limit > 0 and after is not None:
        after, page = ask(services, SampledRecipients(account.id, segment.id, sample, after))
        yield from (document for _, document in page[:limit])
        limit -= len(page)


def _show_groups(common: Common, sizes: list[int]) -> None:
    if common.json:
        groups = [{"group": group, "count": size} for group, size in enumerate(sizes, start=1)]
        show(common, {"groups": groups, "count": sum(sizes)})
    else:
        rows = [(group, f"{size:,}") for group, size in enumerate(sizes, start=1)]
        show_table(("Group", "Members"), rows, right=(0, 1))


def _document(found: list[Segment], compared: Overlap) -> dict[str, object]:
    return {
        "segments": [
            {"id": segment.id, "name": segment.name, "count": size}
            for segment, size in zip(found, compared.sizes, strict=True)
        ],
        "union": compared.union,
        "intersection": compared.intersection,
        "only": compared.only,
        "matrix": compared.matrix,
    }


def _show_overlap(found: list[Segment], compared: Overlap) -> None:
    numbered = range(1, len(found) + 1)
    rows = [
        (number, segment.name, f"{size:,}", f"{only:,}", *(f"{both:,}" for both in row))
        for number, segment, size, only, row in zip(
            numbered, found, compared.sizes, compared.only, compared.matrix, strict=True
        )
    ]
    columns = ("", "Segment", "Members", "In no other", *(f"and {number}" for number in numbered))
    show_table(columns, rows, right=(0, *range(2, len(columns))))
    say(f"In any of them: {compared.union:,}")
    say(f"In all of them: {compared.intersection:,}")
