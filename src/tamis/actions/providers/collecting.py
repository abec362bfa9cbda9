"""Collecting the reports of a request: each is checked by itself, and one that is not usable does not stop the
others."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from tamis.domain.contacts.emails import clean_email
from tamis.domain.errors import ValueProblem
from tamis.domain.events.event_instants import parse_event_instant
from tamis.domain.events.events import RawValue
from tamis.domain.providers import EVENT_NAMES, RejectionReason, Report, ReportKind, Reports
from tamis.domain.values.instants import UTC_ZONE, from_micros
from tamis.domain.values.text import line_problem, text_problem

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
MAX_AHEAD = timedelta(days=1)
"""How far in the future an instant may lie."""
MAX_EMAIL_LENGTH = 400


class ReportCollector:
    """Collects what a request reports."""

    def __init__(self, now: datetime, service: str) -> None:
        self._latest = now + MAX_AHEAD
        self._service = service
        self._reports: list[Report] = []
        self._rejected: Counter[RejectionReason] = Counter()
        self._ignored = 0

    def add(
        self,
        kind: ReportKind | None,
        email: object,
        at: datetime | None,
        id_: object = "",
        properties: Mapping[str, object] | None = None,
    ) -> None:
        """Add a report; one without a kind does not concern Tamis."""
        if kind is None:
            self._ignored += 1
            return
        address = clean_email(email) if isinstance(email, str) and len(email) <= MAX_EMAIL_LENGTH else None
        if address is None:
            self.reject(RejectionReason.EMAIL_NOT_VALID)
            return
        is_valid = at is not None and EARLIEST <= at <= self._latest
        if kind in EVENT_NAMES and not is_valid:
            self.reject(RejectionReason.INSTANT_NOT_VALID)
            return
        shown = {"provider": self._service, **_usable(properties or {})}
        self._reports.append(Report(address, kind, at if is_valid else None, _id(id_), shown))

    def reject(self, reason: RejectionReason) -> None:
        """Count something that is not usable."""
        self._rejected[reason] += 1

    def events_of(self, items: Sequence[object]) -> Iterator[Mapping[str, object]]:
        """Yield the items of a request that are objects with an `event`; the others are rejected."""
        for item in items:
            if not isinstance(item, dict):
                self.reject(RejectionReason.NOT_AN_OBJECT)
            elif not text_in(item, "event"):
                self.reject(RejectionReason.KIND_MISSING)
            else:
                yield item

    def collected(self) -> Reports:
        """Return what was collected."""
        return Reports(tuple(self._reports), self._ignored, dict(self._rejected))


def instant_of_seconds(value: object, per_second: int = 1) -> datetime | None:
    """Return the instant of a number of seconds since 1970, or of parts of a second; None if it is not one."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value / per_second, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def instant_of_text(value: object) -> datetime | None:
    """Return the instant of a text in the form of RFC 3339; None if it is not one."""
    if not isinstance(value, str):
        return None
    try:
        return from_micros(parse_event_instant(value, UTC_ZONE))
    except ValueProblem:
        return None


def text_in(source: Mapping[str, object], *names: str) -> str:
    """Return the first of some values of an object that is a text with content, or an empty text."""
    found = (source.get(name) for name in names)
    return next((value.strip() for value in found if isinstance(value, str) and value.strip()), "")


def object_in(source: Mapping[str, object], name: str) -> Mapping[str, object]:
    """Return a value of an object that is an object, or an empty one."""
    found = source.get(name)
    return found if isinstance(found, dict) else {}


def first_text(value: object) -> str:
    """Return a text, or the first text of a list, or an empty text."""
    if isinstance(value, list):
        value = next((item for item in value if isinstance(item, str)), "")
    return value.strip() if isinstance(value, str) else ""


def _id(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value.strip() if isinstance(value, str) and line_problem(value) is None else ""


def _usable(properties: Mapping[str, object]) -> dict[str, RawValue]:
    """Return the properties that events may have; what is blank or not valid is left out."""
    found: dict[str, RawValue] = {}
    for name, value in properties.items():
        if value is True:
            found[name] = True
        elif isinstance(value, int) and not isinstance(value, bool):
            found[name] = str(value)
        elif isinstance(value, str) and value.strip() and text_problem(value) is None:
            found[name] = value.strip()
    return found
