"""Previews of unsaved rules: counts, sample contacts, sentences and problems."""

from collections.abc import Hashable
from dataclasses import dataclass

from tamis.actions.consent.mailing import has_suppressions
from tamis.actions.fields.types import type_by_id
from tamis.actions.segments.validation import problems_with_names
from tamis.actions.services import Services
from tamis.actions.superseding import LatestRequests
from tamis.columns.interface.rules import MemberCounts
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.contacts import Contact
from tamis.domain.errors import NotFound, Problem
from tamis.domain.values.fields import EMAIL, Field, FieldSet, Kind
from tamis.domain.values.text import fold
from tamis.records import contacts, types
from tamis.records.events.catalogue import names_of_type
from tamis.records.handles import Reader
from tamis.records.segments import segments
from tamis.rules.build import build, build_parts
from tamis.rules.descriptions.describe import describe
from tamis.rules.syntaxes.cumulative import cumulative_groups
from tamis.rules.syntaxes.draft import Draft
from tamis.rules.syntaxes.incomplete import list_incomplete, list_open_places
from tamis.rules.syntaxes.text import from_text
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Rule, fields_used

SAMPLE_SIZE = 10
MAX_SUGGESTIONS = 50
TEXTUAL = (Kind.TEXT, Kind.CHOICE, Kind.CHOICES)

_latest = LatestRequests()


@dataclass(frozen=True, slots=True)
class Preview:
    """The preview of an unsaved rule.

    `count` is how many contacts it selects, None while any part is incomplete or wrong, because a rule without that
    part would be another rule, and `mailable` how many of them can be mailed. `counts` are the contacts that each
    complete part selects by itself, by path; `incomplete` are the paths of the other parts. `members` counts the
    members that the edited segment would have, including its overrides. `cumulative` counts, for each part of a group
    from the second on, what the group selects up to there. `sample` are some of the selected contacts, and `fields` the
    fields that the rule uses.
    """

    total: int
    count: int | None
    mailable: int | None
    members: MemberCounts | None
    counts: dict[str, int]
    cumulative: dict[str, int]
    rule: Rule
    sentence: str | None
    sample: list[Contact]
    fields: tuple[Field, ...]
    problems: tuple[Problem, ...]
    incomplete: tuple[str, ...]


def preview_rule(
    services: Services,
    account: Account,
    type_id: int,
    draft: Draft | None,
    *,
    segment_id: int | None = None,
    client_id: Hashable = None,
    number: int = 0,
) -> Preview:
    """Preview an unfinished rule from one consistent view; `segment_id` is the segment that is edited, if any.

    Raises Superseded when the same `client_id` has sent a request with a higher `number`; without a client id it is
    never superseded. Raises NotFound for an unknown type or segment.
    """
    client_id = (account.id, client_id or object())
    with _latest.begin(client_id, number) as request, services.view(account.id) as view:
        db = view.records
        contact_type = type_by_id(db, account, type_id)
        segment = None if segment_id is None else segments.live_in_type(db, type_id, segment_id)
        if segment_id is not None and segment is None:
            raise NotFound("segment_unknown", segment=segment_id)
        fields = types.fields_of_type(db, type_id)
        parts, found = build_parts(draft, fields, segments.refs_of_type(db, type_id), names_of_type(db, type_id))
        open_places = list_open_places(draft)
        problems = [problem for problem in found if problem.path not in open_places]
        rule = None if draft is None or found else parts[draft.where]
        problems += problems_with_names(db, type_id, segment, rule)
        whole = None if problems else rule
        as_of, reads = EvaluationTime(view.as_of_type(type_id), account.zone), view.columns.rules
        request.set_interrupt(view.columns.interrupt)
        steps = cumulative_groups(draft, parts)
        all_parts = [*parts.values(), *steps.values()]
        some = has_suppressions(db, account.id)
        counted = reads.count_parts(type_id, whole, all_parts, as_of, segment_id, SAMPLE_SIZE, mailable=some)
        is_whole = draft is None or whole is not None
        counts = dict(zip(parts, counted.parts, strict=False))
        count = (counts[draft.where] if draft else 0) if is_whole else None
        return Preview(
            total=counted.total,
            count=count,
            mailable=counted.mailable if some and is_whole else count,
            members=counted.members if is_whole else None,
            counts=counts,
            cumulative=dict(zip(steps, counted.parts[len(parts) :], strict=True)),
            rule=whole,
            sentence=describe(whole, contact_type.name, as_of.today) if is_whole else None,
            sample=contacts.by_ids(db, counted.sample, fields),
            fields=fields_used(whole),
            problems=tuple(problems),
            incomplete=list_incomplete(draft),
        )


def rule_of_text(services: Services, account: Account, type_id: int, text: str) -> Rule:
    """Parse the text form of a rule of a contact type; raises Invalid with every problem, and NotFound."""
    db = services.records.reader()
    fields = _fields(db, account, type_id)
    return build(from_text(text), fields, segments.refs_of_type(db, type_id), names_of_type(db, type_id))


def suggested_values(
    services: Services, account: Account, type_id: int, field_id: int, typed: str = ""
) -> list[tuple[str, int]]:
    """Return the values of a field that contain `typed`, most frequent first, with the number of contacts that have
    each; for a choice, all options, including unused ones. Raises NotFound.

    Emails are not suggested: each occurs once, so the list would only reveal people.
    """
    with services.view(account.id) as view:
        field = _fields(view.records, account, type_id).by_id.get(field_id)
        if field is None or field.kind not in TEXTUAL or field.id == EMAIL.id:
            raise NotFound("field_without_suggestions", field=field_id)
        if not field.kind.has_options:
            return view.columns.field_stats.frequent_values(type_id, field, typed, MAX_SUGGESTIONS)
        counts = view.columns.field_stats.option_counts(type_id, field)
    known = [(option, counts.get(option, 0)) for option in field.options if fold(typed) in fold(option)]
    return sorted(known, key=lambda option: -option[1])


def _fields(db: Reader, account: Account, type_id: int) -> FieldSet:
    return types.fields_of_type(db, type_by_id(db, account, type_id).id)
