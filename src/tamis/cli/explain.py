"""`tamis segment explain`."""

from collections.abc import Iterator

from tamis.actions.lookups import snapshot
from tamis.actions.segments.explanations import Explanation, explain_membership
from tamis.actions.segments.rule_syntax import Explained
from tamis.actions.segments.segments import find_segment
from tamis.cli.common import Common, local_time, open_services, print_result, resolve_account
from tamis.domain.accounts import Account
from tamis.domain.instants import format_instant

JOINS = {"all": "all of these", "any": "at least one of these", "not": "not"}


def explain(segment: str, email: str, *, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Tell why a contact is, or is not, in a segment.

    Parameters
    ----------
    segment
        Id or name of the segment.
    email
        Address of the contact, or one that was added by hand.
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
    }


def _lines(found: Explanation, account: Account) -> Iterator[str]:
    yield "In the segment." if found.is_in else "Not in the segment."
    if found.since:
        done = "Added" if found.is_in else "Excluded"
        yield f"{done} manually on {local_time(found.since, account.zone)}, whatever the rule says."
    if found.rule is None:
        yield "This email is not a contact and in no segment that the rule includes, so the rule does not apply to it."
    else:
        yield from _tree(found.rule, "")
    if found.changes_at:
        what = "leave" if found.is_in else "enter"
        yield f"It will {what} by time alone on {local_time(found.changes_at, account.zone)} ({account.timezone})."


def _tree(part: Explained, indent: str) -> Iterator[str]:
    yield f"{indent}{'✓' if part.holds else '✗'} {_words(part)}"
    for inner in part.parts:
        yield from _tree(inner, indent + "  ")


def _words(part: Explained) -> str:
    if part.kind == "nothing":
        return "the segment has no conditions, so its rule selects nobody"
    if part.kind == "condition":
        return f"{part.text}   ({'is blank' if part.value is None else part.value})"
    if part.kind == "segment":
        return f"{part.text}   ({'is' if part.is_member else 'is not'} in it)"
    return JOINS[part.kind]
