"""`tamis segment history`."""

import json
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from cyclopts import Parameter

from tamis.actions.local_calls import MembersAt, SegmentHistory, SizeAt
from tamis.actions.segments.history import SizesByDay, past_instant
from tamis.actions.segments.segments import find_segment
from tamis.actions.services import Services
from tamis.cli.client.local_client import run_call
from tamis.cli.common import (
    CAUSES,
    Common,
    open_services,
    print_line,
    print_result,
    print_table,
    resolve_account,
)
from tamis.domain.accounts.accounts import Account
from tamis.domain.errors import Invalid, Problem
from tamis.domain.segments.segments import Segment
from tamis.domain.values.dates import format_day, local_time
from tamis.domain.values.instants import format_instant

DAYS = 30
MEMBERS_A_PAGE = 100_000
"""Each page looks through the log, so these are larger than those of the present members."""

Member = tuple[int, int | None, str | None]


def history(
    segment: str,
    *,
    days: int | None = None,
    at: Annotated[str | None, Parameter(allow_leading_hyphen=True)] = None,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Show the size of a segment by day, or its members at a past time.

    Parameters
    ----------
    segment
        ID or name of the segment.
    days
        How many days to show, including today; 30 by default.
    at
        List the members at this time: a date means the end of that day, and a date-time without an offset is in the
        time zone of the account.
    """
    if days is not None and at is not None:
        raise Invalid([Problem("", "days_or_at")])
    with open_services(common) as services:
        account = resolve_account(services, common)
        found = find_segment(services.records.reader(), account, segment)
        if at is None:
            sizes = run_call(services, SegmentHistory(account.id, found.id, DAYS if days is None else days))
            _show_sizes(common, account, found, sizes)
        else:
            _show_members(services, common, account, found, past_instant(at, account.zone, services.clock()))


def _show_sizes(common: Common, account: Account, segment: Segment, sizes: SizesByDay) -> None:
    entered, departed = sum(day.entered for day in sizes.days), sum(day.departed for day in sizes.days)
    if common.json:
        days = [
            {
                "day": day.day.isoformat(),
                "recipients": day.recipients,
                "entered": day.entered,
                "departed": day.departed,
                "filled": day.snapshot is not None,
                "cause": day.snapshot,
            }
            for day in sizes.days
        ]
        document = {
            "segment": _segment(segment),
            "timezone": account.timezone,
            "known_since": sizes.known_since and format_instant(sizes.known_since),
            "days": days,
            "total": {"entered": entered, "departed": departed},
        }
        print_result(common, document)
        return
    rows = [
        (
            format_day(day.day),
            f"{day.recipients:,}",
            f"{day.entered:,}",
            f"{day.departed:,}",
            CAUSES.get(day.snapshot, day.snapshot) if day.snapshot else "",
        )
        for day in sizes.days
    ]
    total = ("Total", "", f"{entered:,}", f"{departed:,}", "")
    print_table(("Day", "Members", "Entered", "Left", "Rebuilt"), [*rows, total], right=(1, 2, 3))
    if sizes.known_since:
        print_line(
            f"Member history starts at {local_time(sizes.known_since, account.zone)}: list past members with --at."
        )


def _show_members(services: Services, common: Common, account: Account, segment: Segment, at: datetime) -> None:
    count = run_call(services, SizeAt(account.id, segment.id, at))
    members = _members(services, account, segment, at)
    if not common.json:
        for recipient_id, contact_id, email in members:
            print_line(recipient_id, contact_id or "", email or "")
        return
    head = {"segment": _segment(segment), "at": format_instant(at), "count": count}
    sys.stdout.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "members": [')
    for index, (recipient_id, contact_id, email) in enumerate(members):
        row = {"id": recipient_id, "contact_id": contact_id, "email": email}
        sys.stdout.write(", " * (index > 0) + json.dumps(row, ensure_ascii=False))
    sys.stdout.write("]}\n")


def _members(services: Services, account: Account, segment: Segment, at: datetime) -> Iterator[Member]:
    after = 0
    while True:
        page = run_call(services, MembersAt(account.id, segment.id, at, after, MEMBERS_A_PAGE))
        yield from page
        if len(page) < MEMBERS_A_PAGE:
            return
        after = page[-1][0]


def _segment(segment: Segment) -> dict[str, object]:
    return {"id": segment.id, "name": segment.name}
