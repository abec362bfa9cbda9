"""`tamis segment versions`, `diff` and `restore`."""

from typing import Annotated

import msgspec
from cyclopts import Parameter

from tamis.actions.segments.segments import find_segment
from tamis.cli.client.api_client import open_client, refuse_api_errors
from tamis.cli.common import Common, open_services, print_line, print_result, print_table, resolve_account
from tamis.client.models.segment_versions import SegmentVersion
from tamis.domain.accounts.accounts import Account
from tamis.domain.segments.segments import Segment
from tamis.domain.values.dates import local_time
from tamis.domain.values.text import pluralize

SIGNS = {"kept": " ", "added": "+", "removed": "-"}


def versions(segment: str, *, common: Common = Common()) -> None:  # noqa: B008  frozen
    """List the rules that a segment has had, newest first, with who wrote them and the members before and after.

    Parameters
    ----------
    segment
        ID or name of the segment.
    """
    account, found = _find(common, segment)
    with open_client(common, None) as client, refuse_api_errors():
        listed = list(client.segments.versions(found.id))
    if common.json:
        print_result(common, {"versions": [msgspec.to_builtins(version) for version in listed]})
        return
    rows = [
        (
            version.number,
            local_time(version.created_at, account.zone),
            _author(version),
            "" if version.count_before is None else f"{version.count_before:,} → {version.count_after:,}",
            version.sentence or "; ".join(version.problems),
        )
        for version in listed
    ]
    print_table(("Version", "Time", "Who", "Members", "Rule"), rows, right=(0, 3))


def diff(segment: str, earlier: int, later: int, *, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Compare two versions of a segment: what differs in their rules, and for how many of the present contacts.

    Parameters
    ----------
    segment
        ID or name of the segment.
    earlier
        Number of a version.
    later
        Number of another version.
    """
    _, found = _find(common, segment)
    with open_client(common, None) as client, refuse_api_errors():
        compared = client.segments.compare_versions(found.id, earlier, later)
    if common.json:
        print_result(common, msgspec.to_builtins(compared))
        return
    for version in (compared.earlier, compared.later):
        for problem in version.problems:
            print_line(f"Version {version.number} needs something that is gone: {problem}")
    for line in compared.lines:
        print_line(f"{SIGNS.get(line.change, ' ')} {'  ' * line.depth}{line.text}")
    if counts := compared.counts:
        print_line(
            f"Now they select {counts.earlier:,} and {counts.later:,}: {counts.only_earlier:,} only version {earlier}, "
            f"{counts.only_later:,} only version {later}."
        )


def restore(
    segment: str,
    version: int,
    *,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Give a segment the rule of an earlier version again, which makes a new version. Its name and manual changes stay.

    Parameters
    ----------
    segment
        ID or name of the segment.
    version
        Number of the version.
    dry_run
        Change nothing, and say who would enter and leave.
    """
    _, found = _find(common, segment)
    with open_client(common, None) as client, refuse_api_errors():
        if dry_run:
            plan = client.segments.plan_restoring(found.id, version)
            summary = f"{plan.count_before:,} → {plan.count_after:,}: {plan.leaving:,} leave, {plan.entering:,} enter"
            print_result(common, msgspec.to_builtins(plan), summary)
            return
        restored = client.segments.restore_version(found.id, version)
    print_result(
        common,
        {"id": restored.id, "name": restored.name, "count": restored.count},
        f"Segment {restored.id}: {restored.name}, {pluralize(restored.count, 'member')}",
        restored.sentence,
    )


def _find(common: Common, reference: str) -> tuple[Account, Segment]:
    with open_services(common) as services:
        account = resolve_account(services, common)
        return account, find_segment(services.records.reader(), account, reference)


def _author(version: SegmentVersion) -> str:
    author = version.author
    return "" if author is None else author.name or author.id
