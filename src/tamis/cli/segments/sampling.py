"""`tamis segment sample`."""

import sys
from collections.abc import Iterator
from typing import Annotated

from cyclopts import Parameter

from tamis.actions.local_calls import GroupSizes, SampledRecipients
from tamis.actions.segments.segments import find_segment
from tamis.actions.services import Services
from tamis.cli.client.local_client import run_call
from tamis.cli.common import Common, open_services, print_result, print_table, resolve_account
from tamis.cli.segments.segment import show_members
from tamis.domain.accounts.accounts import Account
from tamis.domain.segments.sampling import Sample, sample_of
from tamis.domain.segments.segments import Segment

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
    """Draw a random sample of members, or split them into groups; the same seed always gives the same members.

    Parameters
    ----------
    segment
        ID or name of the segment.
    percent
        Percentage of members to list; a larger sample contains the smaller one.
    split
        Number of groups of about equal size to split the members or the sample into.
    group
        List the members of this group, starting at 1, instead of the sizes of all groups.
    seed
        Any text; a different text selects different members.
    limit
        How many to list at most.
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
