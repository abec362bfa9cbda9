"""Rules as trees: conditions joined by all, any and not."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tamis.domain.values.fields import SUPPRESSED, Field, Kind
from tamis.rules.operators import Operator
from tamis.rules.random_share import format_percentage
from tamis.rules.values import ConditionValue


@dataclass(frozen=True, slots=True)
class Condition:
    """A field, an operator, and as many values as the operator takes."""

    field: Field
    operator: Operator
    values: tuple[ConditionValue, ...] = ()

    @property
    def other(self) -> Field | None:
        """The field that the field is compared with, if any."""
        return next((value for value in self.values if isinstance(value, Field)), None)


@dataclass(frozen=True, slots=True)
class All:
    """Holds when each of its two or more parts does."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """Holds when at least one of its two or more parts does."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Holds when its part does not."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class InSegment:
    """Holds when the contact is a member of another segment of its type; `name` is the segment's present name, which
    does not affect the meaning."""

    segment_id: int
    name: str
    operator: Operator


@dataclass(frozen=True, slots=True)
class InRandomShare:
    """Holds for a percentage of all contacts, which are always the same ones for a name (`rules.random_share`)."""

    percentage: Decimal
    name: str
    operator: Operator

    @property
    def values(self) -> tuple[str, str]:
        """The values of the condition as they are written."""
        return format_percentage(self.percentage), self.name


@dataclass(frozen=True, slots=True)
class IsSuppressed:
    """Holds when the email of the contact may not be mailed."""

    operator: Operator


@dataclass(frozen=True, slots=True)
class IsSubscribed:
    """Holds when the contact is subscribed to a topic, which is given as a field (`domain.topics`)."""

    topic: Field
    operator: Operator


class AggregateFunction(StrEnum):
    """How the events of a contact become one value."""

    COUNT = "count"
    SUM = "sum"
    MIN = "min"
    MAX = "max"
    AVERAGE = "average"
    FIRST = "first"
    LAST = "last"

    @property
    def takes_property(self) -> bool:
        """Whether the function is of a property of the events; the others are of the events and their instants."""
        return self in (AggregateFunction.SUM, AggregateFunction.MIN, AggregateFunction.MAX, AggregateFunction.AVERAGE)

    @property
    def adds(self) -> bool:
        """Whether the function adds numbers up, which is done in whole millionths (`rules.millionths`)."""
        return self in (AggregateFunction.SUM, AggregateFunction.AVERAGE)

    @property
    def is_zero_of_nothing(self) -> bool:
        """Whether the value of no events is 0; that of the other functions is missing."""
        return self in (AggregateFunction.COUNT, AggregateFunction.SUM)


@dataclass(frozen=True, slots=True)
class EventRef:
    """An event name as a rule refers to it; `name` does not affect the meaning."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class EventAggregate:
    """A value that is computed from the events of a contact that have one name; `measured` is the property that its
    function takes.

    Only events up to the evaluation time are counted, and of these only those whose instant satisfies `window`, a
    condition about `AT`, and whose properties satisfy `where`; None is no restriction.
    """

    event: EventRef
    function: AggregateFunction
    measured: Field | None = None
    window: Condition | None = None
    where: "Node | None" = None

    @property
    def value(self) -> Field:
        """The value, as a field that conditions can be about."""
        kind = Kind.NUMBER
        if self.function in (AggregateFunction.FIRST, AggregateFunction.LAST):
            kind = Kind.DATETIME
        elif self.function in (AggregateFunction.MIN, AggregateFunction.MAX):
            assert self.measured
            kind = self.measured.kind
        of = f"{self.function}({self.measured.key}) of" if self.measured else self.function
        return Field(0, self.function, f"{of} {self.event.name}", kind)


@dataclass(frozen=True, slots=True)
class EventCondition:
    """A condition about a value that is computed from events."""

    aggregate: EventAggregate
    operator: Operator
    values: tuple[ConditionValue, ...] = ()

    @property
    def test(self) -> Condition:
        """What is asked of the value, as a condition about a field."""
        return Condition(self.aggregate.value, self.operator, self.values)


Leaf = Condition | InSegment | InRandomShare | IsSuppressed | IsSubscribed | EventCondition
"""A condition."""
Node = Leaf | All | Any | Not
Rule = Node | None
"""None is the rule without conditions, which selects nobody."""


def join(kind: type[All] | type[Any], parts: list[Node]) -> Node:
    """Join one or more parts in canonical form: parts of the same kind are flattened, a single part is returned as it
    is."""
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, kind) else (part,))
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


def conditions(rule: Rule) -> Iterator[Condition]:
    """Yield all conditions about fields of contacts, from left to right; those about events are not among them."""
    match rule:
        case Condition():
            yield rule
        case All(parts) | Any(parts):
            for part in parts:
                yield from conditions(part)
        case Not(part):
            yield from conditions(part)


def fields_used(rule: Rule) -> tuple[Field, ...]:
    """List the fields of contacts that a rule names, each once and in this order."""
    fields = (field for condition in conditions(rule) for field in (condition.field, condition.other))
    return tuple(dict.fromkeys(field for field in fields if field))


def values_used(rule: Rule) -> tuple[Field, ...]:
    """List the fields of contacts on whose values a rule depends, each once, with `SUPPRESSED` and the topics for which
    it asks."""
    return tuple(dict.fromkeys([*fields_used(rule), *_consent_used(rule)]))


def topics_used(rule: Rule) -> tuple[Field, ...]:
    """List the topics that a rule names, each once."""
    return tuple(dict.fromkeys(field for field in _consent_used(rule) if field != SUPPRESSED))


def _consent_used(rule: Rule) -> Iterator[Field]:
    match rule:
        case IsSuppressed():
            yield SUPPRESSED
        case IsSubscribed(topic):
            yield topic
        case All(parts) | Any(parts):
            for part in parts:
                yield from _consent_used(part)
        case Not(part):
            yield from _consent_used(part)


def referenced_segments(rule: Rule) -> frozenset[int]:
    """Return the ids of the segments that a rule names."""
    match rule:
        case InSegment(segment_id):
            return frozenset({segment_id})
        case All(parts) | Any(parts):
            return frozenset().union(*map(referenced_segments, parts))
        case Not(part):
            return referenced_segments(part)
    return frozenset()


def event_conditions(rule: Rule) -> Iterator[EventCondition]:
    """Yield all conditions about events, from left to right."""
    match rule:
        case EventCondition():
            yield rule
        case All(parts) | Any(parts):
            for part in parts:
                yield from event_conditions(part)
        case Not(part):
            yield from event_conditions(part)


def event_aggregates(rule: Rule) -> tuple[EventAggregate, ...]:
    """List the values of events that a rule is about, each once."""
    return tuple(dict.fromkeys(condition.aggregate for condition in event_conditions(rule)))


def referenced_events(rule: Rule) -> frozenset[int]:
    """Return the ids of the event names that a rule uses."""
    return frozenset(condition.aggregate.event.id for condition in event_conditions(rule))


def properties_of(aggregate: EventAggregate) -> frozenset[Field]:
    """Return the properties of events that an aggregate uses."""
    used = set(fields_used(aggregate.where))
    return frozenset(used | {aggregate.measured} if aggregate.measured else used)


def referenced_properties(rule: Rule) -> frozenset[Field]:
    """Return the properties of events that a rule uses; their ids are unique over all names."""
    return frozenset().union(*map(properties_of, event_aggregates(rule)))
