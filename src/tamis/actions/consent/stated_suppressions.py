"""Suppressions as programs state them in batches: valid ones are stored, and the others say why not."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from tamis.actions.consent.suppressions import suppress_all
from tamis.domain.accounts.accounts import Account
from tamis.domain.consent.suppressions import NewSuppression, SuppressionReason, SuppressionStatus
from tamis.domain.contacts.emails import Email, parse_email_for_lookup
from tamis.domain.errors import Problem, ValueProblem
from tamis.domain.events.event_instants import parse_event_instant
from tamis.domain.values.instants import from_micros
from tamis.domain.values.text import MAX_LINE, shorten
from tamis.records.handles import Transaction

ItemStatus = Literal[SuppressionStatus, "rejected"]
StatedSuppression = NewSuppression | tuple[Problem, ...]
"""A suppression, or what is wrong with it."""
NAMES = frozenset({"email", "reason", "since"})
REASONS = [reason.value for reason in SuppressionReason]


class SuppressionResult(NamedTuple):
    """What became of a stated suppression, and why it was rejected."""

    status: ItemStatus
    problems: tuple[Problem, ...] = ()


def parse_suppressions(account: Account, items: Sequence[object]) -> list[StatedSuppression]:
    """Parse the items of a batch; an item may be a tuple of problems already."""
    return [item if isinstance(item, tuple) else _parse(item, account.zone) for item in items]


def accept_suppressions(
    db: Transaction,
    now: datetime,
    account: Account,
    items: Sequence[StatedSuppression],
    source: str,
    request_id: str = "",
) -> list[SuppressionResult]:
    """Suppress the emails of a batch, and return what became of each item, in order."""
    valid = [item for item in items if isinstance(item, NewSuppression)]
    statuses = iter(suppress_all(db, now, account, valid, source, request_id))
    return [
        SuppressionResult(next(statuses)) if isinstance(item, NewSuppression) else SuppressionResult("rejected", item)
        for item in items
    ]


def parse_reason(value: object, problems: list[Problem]) -> SuppressionReason:
    """Parse a reason; without one, an email is suppressed manually."""
    if value is None:
        return SuppressionReason.MANUAL
    found = next((reason for reason in SuppressionReason if reason.value == value), None)
    if found is None:
        problems.append(Problem("reason", "suppression_reason_unknown", reasons=REASONS))
    return found or SuppressionReason.MANUAL


def _parse(item: object, zone: ZoneInfo) -> StatedSuppression:
    if not isinstance(item, Mapping):
        return (Problem("", "value_of_wrong_type", wanted="an object", found="another value"),)
    problems: list[Problem] = [
        Problem(shorten(str(name)), "suppression_key_unknown") for name in item if name not in NAMES
    ]
    email = _email(item.get("email"), problems)
    reason = parse_reason(item.get("reason"), problems)
    since = _since(item.get("since"), zone, problems)
    return tuple(problems) if problems or email is None else NewSuppression(email, reason, since)


def _email(value: object, problems: list[Problem]) -> Email | None:
    if not isinstance(value, str):
        problems.append(Problem("email", "value_of_wrong_type", wanted="a text", found="another value"))
        return None
    email = parse_email_for_lookup(value) if len(value) <= MAX_LINE else None
    if email is None:
        code = "email_not_read" if value.strip() else "must_not_be_blank"
        problems.append(Problem("email", code, text=shorten(value)))
    return email


def _since(value: object, zone: ZoneInfo, problems: list[Problem]) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, str):
        wanted = 'a text such as "2026-11-20T10:00:00Z"'
        problems.append(Problem("since", "value_of_wrong_type", wanted=wanted, found="another value"))
        return None
    try:
        return from_micros(parse_event_instant(value, zone))
    except ValueProblem as problem:
        problems.append(Problem.of("since", problem.message))
        return None
