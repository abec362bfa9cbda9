"""The sizes of segments: of all of an account, with their rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tamis.actions.consent.mailing import has_suppressions, suppressed_sizes, withholds_suppressed
from tamis.actions.segments.rule_syntax import sentence_of
from tamis.actions.segments.stored_rules import rules_of_type
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.errors import NotFound
from tamis.domain.segments.segments import Segment
from tamis.records import types
from tamis.records.accounts import accounts
from tamis.records.handles import Reader
from tamis.records.segments import segments
from tamis.rules.syntaxes.text import to_text
from tamis.rules.tree import Rule


@dataclass(frozen=True, slots=True)
class SizedSegment:
    """A segment with its rule and current number of recipients."""

    segment: Segment
    rule: Rule
    recipients: int


@dataclass(frozen=True, slots=True)
class ListedSegment:
    """A segment with its current number of recipients, how many of them can be mailed, and its rule as text and as a
    sentence."""

    segment: Segment
    recipients: int
    mailable: int
    rule: str
    sentence: str


@dataclass(frozen=True, slots=True)
class SizedSegments:
    """The segments of an account with their sizes, newest first, from one consistent view. Without writes, they stay
    the same until `until`, or for ever if it is None."""

    segments: list[SizedSegment]
    until: datetime | None


def sized_segments(services: Services, account: Account) -> SizedSegments:
    """List the segments of an account with the numbers of recipients that it gives to those who mail (§ Never mailed
    against their will)."""
    with services.view_of_sizes(account.id) as view:
        if not withholds_suppressed(view.records, account.id):
            live = _with_rules(view.records, account.id)
            return SizedSegments(_sized(live, view.columns.sizes.of_all(), {}), view.until)
    with services.view(account.id) as full:
        live = _with_rules(full.records, account.id)
        suppressed = suppressed_sizes(full, account.id, [segment for segment, _ in live])
        return SizedSegments(_sized(live, full.columns.sizes.of_all(), suppressed), full.until)


def sized_segment(services: Services, account: Account, segment: Segment) -> SizedSegment:
    """Return a segment as `sized_segments` does."""
    found = sized_segments(services, account).segments
    return next(each for each in found if each.segment.id == segment.id)


def listed_segments(services: Services, account_id: int, segment_id: int | None = None) -> list[ListedSegment]:
    """List the segments of an account, or one of them, with their sizes, newest first, from one consistent view. Raises
    NotFound."""
    with services.view_of_sizes(account_id) as view:
        if not has_suppressions(view.records, account_id):
            return _listed(view.records, account_id, view.as_of, segment_id, view.columns.sizes.of_all(), {})
    with services.view(account_id) as full:
        live = segments.live_of_account(full.records, account_id)
        suppressed = suppressed_sizes(full, account_id, live)
        return _listed(full.records, account_id, full.as_of, segment_id, full.columns.sizes.of_all(), suppressed)


def _sized(
    live: list[tuple[Segment, Rule]], sizes: Mapping[int, int], suppressed: Mapping[int, int]
) -> list[SizedSegment]:
    return [
        SizedSegment(segment, rule, sizes.get(segment.id, 0) - suppressed.get(segment.id, 0)) for segment, rule in live
    ]


def _listed(
    db: Reader,
    account_id: int,
    as_of: datetime,
    segment_id: int | None,
    sizes: Mapping[int, int],
    suppressed: Mapping[int, int],
) -> list[ListedSegment]:
    account = accounts.account_by_id(db, account_id)
    if account is None:
        raise NotFound("account_id_unknown", account=account_id)
    listed = []
    for each, rule in _with_rules(db, account_id):
        if segment_id in (None, each.id):
            size = sizes.get(each.id, 0)
            sentence = sentence_of(db, account, each, rule, as_of)
            listed.append(ListedSegment(each, size, size - suppressed.get(each.id, 0), to_text(rule), sentence))
    if segment_id is not None and not listed:
        raise NotFound("segment_unknown", segment=segment_id)
    return listed


def _with_rules(db: Reader, account_id: int) -> list[tuple[Segment, Rule]]:
    """List the segments of an account with their rules. The reader must be in a snapshot, so that each rule is read
    with the fields and segments that it was made for."""
    live = segments.live_of_account(db, account_id)
    rules: dict[int, Rule] = {}
    for type_id in {segment.contact_type_id for segment in live}:
        rules |= rules_of_type(db, type_id, types.fields_of_type(db, type_id))
    return [(segment, rules[segment.id]) for segment in live]
