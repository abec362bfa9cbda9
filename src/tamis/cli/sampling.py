"""`tamis segment sample`."""

import sys
from collections.abc import Iterator
from typing import Annotated

from cyclopts import Parameter

from tamis.actions.local_calls import GroupSizes, SampledRecipients
from tamis.actions.segments.segments import find_segment
from tamis.actions.services import Services
from tamis.cli.common import Common, open_services, print_result, print_table, resolve_account
from tamis.cli.local_client import run_call
from tamis.cli.segment import show_members
from tamis.domain.accounts import Account
from tamis.domain.sampling import Sample, sample_of
from tamis.domain.segments import Segment

SEED = "tamis"


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
    with open_services(common) as services:
        account = resolve_account(services, common)
        found = find_segment(services.records.reader(), account, segment)
        if split is not None and group is None:
            sizes = run_call(services, GroupSizes(account.id, found.id, wanted))
            _show_groups(common, sizes)
        else:
            most = sys.maxsize if limit is None else max(limit, 0)
            show_members(common, _members(services, account, found, wanted, most))


def _members(services: Services, account: Account, segment: Segment, sample: Sample, limit: int) -> Iterator[str]:
    after: int | None = 0
    while limit > 0 and after is not None:
        after, page = run_call(services, SampledRecipients(account.id, segment.id, sample, after))
        yield from (document for _, document in page[:limit])
        limit -= len(page)


def _show_groups(common: Common, sizes: list[int]) -> None:
    if common.json:
        groups = [{"group": group, "count": size} for group, size in enumerate(sizes, start=1)]
        print_result(common, {"groups": groups, "count": sum(sizes)})
    else:
        rows = [(group, f"{size:,}") for group, size in enumerate(sizes, start=1)]
        print_table(("Group", "Members"), rows, right=(0, 1))
