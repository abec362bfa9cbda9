"""`tamis segment explain`."""

from collections.abc import Iterator
from datetime import date, datetime

from tamis.actions.lookups import snapshot
from tamis.actions.segments.explanations import Explanation, explain_membership
from tamis.actions.segments.rule_syntax import Explained, ExplainedEvents, describe_progress
from tamis.actions.segments.segments import find_segment
from tamis.cli.common import Common, format_for_display, open_services, print_result, resolve_account
from tamis.domain.accounts.accounts import Account
from tamis.domain.values.dates import local_time
from tamis.domain.values.fields import Kind
from tamis.domain.values.instants import format_instant

JOINS = {"all": "all of these", "any": "any of these", "not": "not"}


def explain(segment: str, email: str, *, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Show why an email is or is not in a segment.

    Parameters
    ----------
    segment
        ID or name of the segment.
    email
        Email of a contact, or one that was added manually.
    """
    with open_services(common) as services:
        account = resolve_account(services, common)
        db = services.records.reader()
        with snapshot(db):
            found = find_segment(db, account, segment)
            explanation = explain_membership(db, services.clock(), account, found, email)
    print_result(common, _document(explanation), *_lines(explanation, account))


def _document(found: Explanation) -> dict[str, object]:
    return {
        "segment": {"id": found.segment.id, "name": found.segment.name},
        "email": found.email,
        "contact_id": found.contact_id,
        "in_segment": found.is_in,
        "because": found.because,
        "since": found.since and format_instant(found.since),
        "rule": found.rule and _part(found.rule),
        "changes_at": found.changes_at and format_instant(found.changes_at),
    }


def _part(part: Explained) -> dict[str, object]:
    return {
        "kind": part.kind,
        "text": part.text,
        "value": part.value,
        "holds": part.holds,
        "parts": [_part(inner) for inner in part.parts],
        **({"events": _events(part.events)} if part.events else {}),
    }


def _events(found: ExplainedEvents) -> dict[str, object]:
    return {
        "event": found.event,
        "counted": found.counted,
        "latest": list(map(format_instant, found.latest)),
        "asked": found.asked,
        "changes_at": found.changes_at and format_instant(found.changes_at),
        "changing": found.changing and format_instant(found.changing),
    }


def _lines(found: Explanation, account: Account) -> Iterator[str]:
    yield "Member of the segment." if found.is_in else "Not a member of the segment."
    if found.since:
        done = "Added" if found.is_in else "Excluded"
        yield f"{done} manually on {local_time(found.since, account.zone)}, whatever the rule says."
    if found.rule is None:
        yield "This email is neither a contact nor in a segment that the rule includes, so the rule does not apply."
    else:
        yield from _tree(found.rule, account, "")
    if found.changes_at:
        what = "Leaves" if found.is_in else "Enters"
        yield f"{what} automatically on {local_time(found.changes_at, account.zone)} ({account.timezone})."


def _tree(part: Explained, account: Account, indent: str) -> Iterator[str]:
    yield f"{indent}{'✓' if part.holds else '✗'} {_words(part, account)}"
    for inner in () if part.is_about_events else part.parts:
        yield from _tree(inner, account, indent + "  ")


def _words(part: Explained, account: Account) -> str:
    if part.kind == "nothing":
        return "the segment has no conditions, so its rule selects nobody"
    if part.kind == "condition":
        return f"{part.phrase}   ({_value(part, account)})"
    if part.is_about_events:
        return f"{part.phrase}   ({describe_progress(part, account.zone)})"
    if part.kind == "segment":
        return f"{part.phrase}   ({'is' if part.is_member else 'is not'} a member)"
    if part.kind == "subscription":
        return f"{part.phrase}   ({part.value or 'never asked'})"
    return JOINS.get(part.kind, part.phrase)


def _value(part: Explained, account: Account) -> str:
    match part.value, part.field_kind:
        case None, _:
            return "blank"
        case str(text), Kind.BOOLEAN:
            return format_for_display(text == "true", account.zone)
        case str(text), Kind.DATE:
            return format_for_display(date.fromisoformat(text), account.zone)
        case str(text), Kind.DATETIME:
            return format_for_display(datetime.fromisoformat(text), account.zone)
    return str(part.value)
