"""What assistants learn of the rule language is true: all of it can be read as a rule."""

import pytest

from tamis.actions.segments.rule_syntax import OPERATORS
from tamis.domain.segments.segments import SegmentRef, SegmentRefs
from tamis.domain.values.fields import RESERVED, Field, FieldSet, Kind
from tamis.mcp.rule_guide import LANGUAGE, operators_of
from tamis.rules.build import build
from tamis.rules.syntaxes.text import from_text

OPTIONS = {Kind.CHOICE: ("option",), Kind.CHOICES: ("option",)}
KINDS = [Field(number, f"a_{kind}", f"A {kind}", kind, OPTIONS.get(kind, ())) for number, kind in enumerate(Kind, 101)]
NAMED = [
    Field(201, "total_paid", "Total paid", Kind.NUMBER),
    Field(202, "last_order", "Last order", Kind.DATE),
    Field(203, "plan", "Plan", Kind.CHOICE, ("pro", "team")),
    Field(204, "birth_date", "Birth date", Kind.DATE),
]
FIELDS = FieldSet((*RESERVED, *KINDS, *NAMED))
SEGMENTS = SegmentRefs((SegmentRef(7, "Customers in India"),))


@pytest.mark.parametrize("kind", list(Kind))
def test_each_operator_is_read_as_it_is_written(kind: Kind) -> None:
    written = operators_of(kind)
    other = Field(301, "other_field", "Other field", kind, OPTIONS.get(kind, ()))
    fields = FieldSet((*FIELDS.fields, other))
    read = [build(from_text(f"a_{kind} {text}"), fields, SEGMENTS) for text in written]
    assert len(read) == sum(kind in operator.kinds for operator in OPERATORS)


def test_the_examples_are_rules() -> None:
    examples = LANGUAGE.splitlines()[1:4]
    assert len(examples) == 3
    for example in examples:
        build(from_text(example), FIELDS, SEGMENTS)
