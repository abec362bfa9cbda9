"""Explain why a rule selects a contact or not, by the result of each of its parts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tamis.domain.values.fields import Kind, format_value
from tamis.rules.descriptions.describe import asked_of_events, phrase
from tamis.rules.evaluation.aggregates import Events, aggregated, no_events, readable
from tamis.rules.evaluation.evaluate import HasValues, Membership, counted, selects
from tamis.rules.operators import OPERATORS
from tamis.rules.syntaxes.text import to_text
from tamis.rules.time.breakpoints import next_breakpoint_of_events
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import (
    All,
    Any,
    Condition,
    EventCondition,
    InRandomShare,
    InSegment,
    IsSubscribed,
    IsSuppressed,
    Node,
    Not,
    Rule,
)

_NOT_A_MEMBER = next(operator.name for operator in OPERATORS if operator.names_segment and operator.negates)


MAX_SHOWN = 20


@dataclass(frozen=True, slots=True)
class ExplainedEvents:
    """The events behind a condition about them: how many count, and the instants of the latest of these.

    `asked` is what is asked of their number or of another value, in words. `changes_at` is when time alone changes
    whether the condition holds, if it does, and `changing` the instant of the event that begins or stops counting then,
    if that is why; `stops` says which.
    """

    event: str
    counted: int
    latest: tuple[datetime, ...]
    asked: str
    changes_at: datetime | None = None
    changing: datetime | None = None
    stops: bool = False


@dataclass(frozen=True, slots=True)
class Explained:
    """A part of a rule and its result for a contact; can be written as JSON.

    `text` is the part as `to_text` writes it, `phrase` a condition in words, also a negated one about events, whose
    only part is the condition. For a condition, `value` is the contact's
    value of its field, None when it is missing, and `field_kind` the kind of the field; for a condition about events,
    they are those of the value of the `events`. `segment_id` is the segment that a part names. The rule without
    conditions is of the kind "nothing".
    """

    kind: Literal[
        "condition", "segment", "share", "suppression", "subscription", "event", "all", "any", "not", "nothing"
    ]
    text: str
    value: str | None
    holds: bool
    parts: tuple["Explained", ...] = ()
    phrase: str = ""
    field_kind: Kind | None = None
    segment_id: int | None = None
    events: ExplainedEvents | None = None

    @property
    def is_about_events(self) -> bool:
        """Whether the part is a condition about events, or a negated one."""
        return self.kind == "event" or (self.kind == "not" and self.parts[0].kind == "event")

    @property
    def is_member(self) -> bool:
        """Whether the contact is a member of the segment that a part names, whichever operator it has."""
        return self.holds is not self.text.startswith(f"{_NOT_A_MEMBER} ")


def explain(
    rule: Rule,
    contact: HasValues,
    as_of: EvaluationTime,
    in_segment: Membership,
    events: Events = no_events,
) -> Explained:
    """Return the result of a rule, and of each of its parts, for a contact as of a time."""
    holds = selects(rule, contact, as_of, in_segment, events)
    if rule is None:
        return Explained("nothing", to_text(rule), None, holds)
    if isinstance(rule, Condition):
        known = contact.value_of(rule.field)
        value = None if known is None else format_value(known)
        return Explained("condition", to_text(rule), value, holds, phrase=phrase(rule), field_kind=rule.field.kind)
    if isinstance(rule, InSegment):
        return Explained("segment", to_text(rule), None, holds, phrase=phrase(rule), segment_id=rule.segment_id)
    if isinstance(rule, InRandomShare):
        return Explained("share", to_text(rule), None, holds, phrase=phrase(rule))
    if isinstance(rule, IsSuppressed):
        return Explained("suppression", to_text(rule), None, holds, phrase=phrase(rule))
    if isinstance(rule, IsSubscribed):
        state = contact.value_of(rule.topic)
        value = None if state is None else format_value(state)
        return Explained("subscription", to_text(rule), value, holds, phrase=phrase(rule), field_kind=Kind.TEXT)
    if isinstance(rule, EventCondition):
        return _explain_events(rule, as_of, events, holds)
    kind, nodes = _group(rule)
    parts = tuple(explain(node, contact, as_of, in_segment, events) for node in nodes)
    words = phrase(rule) if isinstance(rule, Not) and isinstance(rule.part, EventCondition) else ""
    return Explained(kind, to_text(rule), None, holds, parts, words)


def _explain_events(condition: EventCondition, as_of: EvaluationTime, events: Events, holds: bool) -> Explained:
    aggregate = condition.aggregate
    found = counted(aggregate, as_of, events)
    value = readable(aggregated(aggregate, found))
    change = next_breakpoint_of_events(condition, events(aggregate.event.id), as_of)
    changing = change.event if change else None
    shown = ExplainedEvents(
        aggregate.event.name,
        len(found),
        tuple(event.at for event in found[-MAX_SHOWN:]),
        asked_of_events(condition),
        change.at if change else None,
        changing.at if changing else None,
        changing is not None and any(event is changing for event in found),
    )
    return Explained(
        "event",
        to_text(condition),
        None if value is None else format_value(value),
        holds,
        phrase=phrase(condition),
        field_kind=aggregate.value.kind,
        events=shown,
    )


def _group(node: All | Any | Not) -> tuple[Literal["all", "any", "not"], tuple[Node, ...]]:
    match node:
        case All(parts):
            return "all", parts
        case Any(parts):
            return "any", parts
        case Not(part):
            return "not", (part,)
