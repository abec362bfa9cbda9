"""Planning of topics: which present topic each desired one describes, and the steps between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tamis.definitions.fields import type_step_key
from tamis.definitions.matching import match, repeated_names
from tamis.definitions.models import DesiredTopic, DesiredType, PresentTopic, PresentType
from tamis.definitions.order import PlannedStep
from tamis.definitions.steps import CreateTopic, DeleteTopic, EditTopic
from tamis.domain.consent.topics import topic_field, topic_id_of
from tamis.domain.errors import Invalid
from tamis.domain.values.fields import Field
from tamis.domain.values.text import fold


@dataclass(frozen=True, slots=True)
class TopicMatch:
    """A desired topic, the present one that it describes, if any, and the topic as rules see it."""

    desired: DesiredTopic
    present: PresentTopic | None
    field: Field


@dataclass(frozen=True, slots=True)
class TopicMatches:
    """The topics of a desired type, and the present ones that it lacks."""

    matches: Sequence[TopicMatch]
    left: tuple[PresentTopic, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """The topics as rules see them."""
        return tuple(each.field for each in self.matches)


def match_topics(want: DesiredType, have: PresentType | None) -> TopicMatches:
    """Match the topics of a type; new ones have negative ids. Raises Invalid with every problem."""
    problems = repeated_names(want.topics, fold, lambda each: each.line, "topic_defined_twice")
    if problems:
        raise Invalid(problems)
    found = match(want.topics, have.topics if have else (), fold, lambda each: each.name)
    matches = [
        TopicMatch(each, present, topic_field(present.id if present else -number, each.name))
        for number, (each, present) in enumerate(found.pairs, 1)
    ]
    return TopicMatches(matches, found.left)


def topic_steps(want: DesiredType, matches: TopicMatches, users: Mapping[int, frozenset[str]]) -> list[PlannedStep]:
    """Return the steps of the topics of a type. `users` are, by the id of a topic as a field, the keys of the steps of
    segments whose present rules name it."""
    steps = []
    for each in matches.matches:
        step = _step(want.name, each)
        if step:
            steps.append(PlannedStep(topic_step_key(want, each.field), step, frozenset({type_step_key(want)})))
    for gone in matches.left:
        after = users.get(topic_field(gone.id, gone.name).id, frozenset())
        steps.append(PlannedStep(f"topic {gone.id} deleted", DeleteTopic(want.name, gone.id, gone.name), after))
    return steps


def topic_step_key(want: DesiredType, of: Field) -> str:
    """Return the key of the step after which rules can name a topic."""
    return f"{type_step_key(want)} topic {fold(of.name)}"


def _step(type_name: str, match: TopicMatch) -> CreateTopic | EditTopic | None:
    wish, present = match.desired, match.present
    if present is None:
        return CreateTopic(type_name, topic_id_of(match.field), wish.name, wish.description)
    new_name = wish.name if wish.name != present.name else None
    description = wish.description if wish.description != present.description else None
    if new_name is None and description is None:
        return None
    return EditTopic(type_name, present.id, present.name, new_name, description)
