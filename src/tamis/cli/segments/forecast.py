"""`tamis segment forecast`."""

from tamis.actions.local_calls import SegmentForecast
from tamis.actions.segments.planning.forecasts import Forecast
from tamis.actions.segments.segments import find_segment
from tamis.cli.client.local_client import run_call
from tamis.cli.common import (
    Common,
    mailable_text,
    open_services,
    print_line,
    print_result,
    print_table,
    resolve_account,
)
from tamis.domain.accounts.accounts import Account
from tamis.domain.segments.segments import Segment
from tamis.domain.values.dates import format_day
from tamis.domain.values.instants import format_instant

DAYS = 7


def forecast(segment: str, *, days: int = DAYS, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Show how many members will enter and leave over the next days as time passes, if nothing else changes.

    Parameters
    ----------
    segment
        ID or name of the segment.
    days
        How many days to show, beginning with the rest of today; up to 366.
    """
    with open_services(common) as services:
        account = resolve_account(services, common)
        found = find_segment(services.records.reader(), account, segment)
        result = run_call(services, SegmentForecast(account.id, found.id, days))
    if common.json:
        print_result(common, _document(account, found, result))
        return
    rows = [(format_day(day.day), f"{day.entering:,}", f"{day.leaving:,}", f"{day.count:,}") for day in result.days]
    print_table(("Day", "Entering", "Leaving", "Members"), rows, right=(1, 2, 3))
    print_line(f"Now: {mailable_text(result.mailable, result.count)}")


def _document(account: Account, segment: Segment, found: Forecast) -> dict[str, object]:
    return {
        "segment": {"id": segment.id, "name": segment.name},
        "timezone": account.timezone,
        "as_of": format_instant(found.as_of),
        "count": found.count,
        "days": [
            {"day": day.day.isoformat(), "entering": day.entering, "leaving": day.leaving, "count": day.count}
            for day in found.days
        ],
    }
