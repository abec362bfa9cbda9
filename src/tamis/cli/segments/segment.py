"""`tamis segment`."""

import json
import sys
from collections.abc import Iterator
from typing import Annotated

from cyclopts import App, Parameter

from tamis.actions.local_calls import CountRecipients, CountRule, ListedSegments, RecipientPage
from tamis.actions.segments import segments
from tamis.actions.segments.rule_syntax import json_of_text, read_rule
from tamis.actions.segments.segments import Keep, SegmentEdit
from tamis.actions.segments.sizes import ListedSegment
from tamis.actions.services import Services
from tamis.cli.client.local_client import run_call
from tamis.cli.common import (
    Common,
    TypeOption,
    mailable_text,
    open_services,
    print_line,
    print_result,
    print_table,
    resolve_account,
    resolve_type,
)
from tamis.domain.accounts.accounts import Account
from tamis.domain.errors import Invalid, Problem
from tamis.domain.segments.segments import Segment
from tamis.domain.values.instants import format_instant
from tamis.domain.values.text import pluralize

segment_app = App(name="segment", help="Manage segments, which select contacts by a rule.")
segment_app.command(
    "tamis.cli.segments.overlap:overlap",
    name="overlap",
    help="Compare segments: members in total, in common and in each one only.",
)
segment_app.command(
    "tamis.cli.segments.sampling:sample",
    name="sample",
    help="Draw a random sample of members, or split them into groups.",
)
segment_app.command(
    "tamis.cli.segments.history:history",
    name="history",
    help="Show the size of a segment by day, or its members at a past time.",
)
segment_app.command(
    "tamis.cli.segments.forecast:forecast",
    name="forecast",
    help="Show how many members will enter and leave over the next days as time passes.",
)
segment_app.command(
    "tamis.cli.segments.segment_versions:versions",
    name="versions",
    help="List the rules that a segment has had, with who wrote them and the members before and after.",
)
segment_app.command("tamis.cli.segments.segment_versions:diff", name="diff", help="Compare two versions of a segment.")
segment_app.command(
    "tamis.cli.segments.segment_versions:restore",
    name="restore",
    help="Give a segment the rule of an earlier version again.",
)
segment_app.command(
    "tamis.cli.segments.segment_trash:trash_app", name="trash", help="List and restore deleted segments."
)
segment_app.command(
    "tamis.cli.segments.explain:explain", name="explain", help="Show why an email is or is not in a segment."
)
Where = Annotated[str, Parameter(name="--where", allow_leading_hyphen=True)]
MEMBERS_A_PAGE = 10_000


@segment_app.command
def create(
    name: str,
    *,
    type_: TypeOption,
    where: Where,
    description: str = "",
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Create a segment.

    Parameters
    ----------
    name
        Name of the segment.
    where
        Rule of the segment, such as: country = "India" and total_paid >= 100
    description
        What the segment is for.
    """
    with open_services(common) as services:
        account = resolve_account(services, common)
        contact_type = resolve_type(services, account, type_)
        made = services.write(segments.create_segment, account, contact_type, name, read_rule(where), description)
        count = run_call(services, CountRecipients(account.id)).get(made.id, 0)
    print_result(
        common,
        {"id": made.id, "name": made.name, "count": count},
        f"Segment {made.id}: {made.name}, {pluralize(count, 'member')}",
    )


@segment_app.command
def edit(
    segment: str,
    *,
    name: str | None = None,
    where: Annotated[str | None, Parameter(name="--where", allow_leading_hyphen=True)] = None,
    description: str | None = None,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Edit the name, rule or description of a segment. Manual changes to its members are kept.

    Parameters
    ----------
    segment
        ID or name of the segment.
    name
        New name.
    where
        New rule, such as: country = "India" and total_paid >= 100
    description
        New description; "" removes it.
    """
    if name is None and where is None and description is None:
        raise Invalid([Problem("", "nothing_to_change_of_segment")])
    draft = Keep.RULE if where is None else read_rule(where)
    with open_services(common) as services:
        found = _find(services, common, segment)
        account = resolve_account(services, common)
        made = services.write(
            segments.edit_segment, account, found.id, SegmentEdit(name=name, draft=draft, description=description)
        )
        count = run_call(services, CountRecipients(made.account_id)).get(made.id, 0)
    print_result(
        common,
        {"id": made.id, "name": made.name, "count": count},
        f"Segment {made.id}: {made.name}, {pluralize(count, 'member')}",
    )


@segment_app.command
def count(*, type_: TypeOption, where: Where, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Count the contacts that match a rule, without saving it, and those of them who can be mailed if some cannot.

    Parameters
    ----------
    where
        Rule, such as: country = "India" and total_paid >= 100
    """
    with open_services(common) as services:
        account = resolve_account(services, common)
        contact_type = resolve_type(services, account, type_)
        rule = json_of_text(services.records.reader(), contact_type.id, where)
        size = run_call(services, CountRule(account.id, contact_type.id, rule))
    if size.mailable == size.count:
        print_result(common, {"count": size.count}, f"{size.count:,}")
    else:
        found = {"count": size.count, "mailable": size.mailable}
        print_result(common, found, f"{size.mailable:,} can be mailed, of {size.count:,}")


@segment_app.command(name="list")
def list_segments(*, common: Common = Common()) -> None:  # noqa: B008  frozen
    """List segments with their sizes, newest first."""
    with open_services(common) as services:
        found = run_call(services, ListedSegments(resolve_account(services, common).id))
    if common.json:
        print_result(common, {"segments": [_document(s) for s in found]})
    else:
        rows = [(s.segment.id, s.segment.name, f"{s.mailable:,}", f"{s.recipients:,}", s.sentence) for s in found]
        print_table(("ID", "Name", "Can be mailed", "Members", "Rule"), rows, right=(0, 2, 3))


@segment_app.command(name="show")
def show_segment(segment: str, *, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Show a segment with its size and rule.

    Parameters
    ----------
    segment
        ID or name of the segment.
    """
    with open_services(common) as services:
        found = _find(services, common, segment)
        (listed,) = run_call(services, ListedSegments(found.account_id, found.id))
    print_result(
        common,
        _document(listed),
        f"Segment {listed.segment.id}: {listed.segment.name}",
        *filter(None, [listed.segment.description]),
        mailable_text(listed.mailable, listed.recipients),
        listed.sentence,
        f"Rule: {listed.rule}",
    )


@segment_app.command
def members(segment: str, *, limit: int | None = None, common: Common = Common()) -> None:  # noqa: B008  frozen
    """List the members of a segment, ordered by recipient ID.

    Parameters
    ----------
    segment
        ID or name of the segment.
    limit
        How many to list at most.
    """
    with open_services(common) as services:
        account = resolve_account(services, common)
        found = _find(services, common, segment)
        documents = _members(services, account, found, sys.maxsize if limit is None else max(limit, 0))
        show_members(common, documents)


@segment_app.command
def delete(segment: str, *, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Delete a segment. It can be restored for some days.

    Parameters
    ----------
    segment
        ID or name of the segment.
    """
    with open_services(common) as services:
        found = _find(services, common, segment)
        services.write(segments.delete_segment, resolve_account(services, common), found.id)
    restoring = f"To restore it: tamis segment trash restore {found.id}"
    print_result(common, {"id": found.id, "name": found.name}, f"Deleted segment {found.name}. {restoring}")


def show_members(common: Common, documents: Iterator[str]) -> None:
    """Print recipients from their JSON documents as they arrive: as one JSON document, or a line each for people."""
    if common.json:
        first = next(documents, "")  # a refusal comes before anything is printed
        sys.stdout.write('{"members":[' + first)
        for document in documents:
            sys.stdout.write("," + document)
        sys.stdout.write("]}\n")
    else:
        for document in documents:
            row = json.loads(document)
            print_line(row["id"], row["email"], row["fullname"])


def _find(services: Services, common: Common, reference: str) -> Segment:
    return segments.find_segment(services.records.reader(), resolve_account(services, common), reference)


def _members(services: Services, account: Account, segment: Segment, limit: int) -> Iterator[str]:
    after = 0
    while limit > 0:
        page = run_call(services, RecipientPage(account.id, segment.id, after, min(limit, MEMBERS_A_PAGE)))
        yield from (document for _, document in page)
        if len(page) < min(limit, MEMBERS_A_PAGE):
            return
        limit -= len(page)
        after = page[-1][0]


def _document(listed: ListedSegment) -> dict[str, object]:
    segment = listed.segment
    return {
        "id": segment.id,
        "name": segment.name,
        "contact_type_id": segment.contact_type_id,
        "description": segment.description,
        "count": listed.recipients,
        "mailable": listed.mailable,
        "rule": listed.rule,
        "sentence": listed.sentence,
        "created_at": format_instant(segment.created_at),
        "updated_at": format_instant(segment.updated_at),
    }
