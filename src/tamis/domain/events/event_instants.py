"""When an event happened, as senders write it."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tamis.domain.errors import ValueProblem
from tamis.domain.values.instants import day_in_utc, to_micros, to_utc_strictly
from tamis.domain.values.text import shorten

INSTANT_PATTERN = r"\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)? ?(?:[Zz]|[+-]\d{2}:?\d{2})?)?"
"""A day, a local date-time, or an instant with an offset; digits below microseconds are cut."""
_INSTANT = re.compile(INSTANT_PATTERN, re.ASCII)
_PLAIN = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII)
_SECONDS_IN_UTC = 20
"""The length of the most frequent form, which is read faster: 2026-11-20T10:00:00Z."""
_BELOW_MICROSECONDS = re.compile(r"(\.\d{6})\d+", re.ASCII)
_DAY_LENGTH = 10


def parse_event_instant(text: str, zone: ZoneInfo) -> int:
    """Parse the instant of an event, and return it in microseconds since 1970.

    Without an offset it is local time in `zone`, and a bare day is the start of that day. Raises ValueProblem.
    """
    if len(text) == _SECONDS_IN_UTC and _PLAIN.fullmatch(text):
        try:
            return int(datetime.fromisoformat(text).timestamp()) * 1_000_000
        except ValueError:
            raise ValueProblem("moment_not_in_calendar", text=shorten(text)) from None
    text = text.strip()
    if not _INSTANT.fullmatch(text):
        raise ValueProblem("event_instant_not_read", text=shorten(text))
    try:
        if len(text) == _DAY_LENGTH:
            return to_micros(day_in_utc(date.fromisoformat(text), zone)[0])
        return to_micros(to_utc_strictly(datetime.fromisoformat(_iso(text)), zone))
    except OverflowError:
        raise ValueProblem("moment_beyond_calendar", text=shorten(text)) from None
    except ValueError:
        raise ValueProblem("moment_not_in_calendar", text=shorten(text)) from None


def _iso(text: str) -> str:
    return _BELOW_MICROSECONDS.sub(r"\1", text[:_DAY_LENGTH] + "T" + text[_DAY_LENGTH + 1 :].replace(" ", "").upper())
