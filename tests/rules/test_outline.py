"""Outlines of rules, and example rules."""

from tamis.domain.segments.segments import SegmentRef, SegmentRefs
from tamis.domain.values.fields import RESERVED, Field, FieldSet, Kind
from tamis.rules.build import build
from tamis.rules.descriptions.describe import describe
from tamis.rules.descriptions.examples import MAX_EXAMPLES, examples
from tamis.rules.descriptions.outline import Outline, outline
from tamis.rules.syntaxes.text import from_text
from tests.rules.fields import FIELDS

REFS = SegmentRefs((SegmentRef(7, "Regulars"),))


def outlined(text: str) -> Outline:
    return outline(build(from_text(text), FIELDS, REFS))


def test_a_rule_is_outlined_as_a_nested_list() -> None:
    assert outlined("") == Outline("nothing")
    assert outlined('country = "India"') == Outline("condition", "Country is “India”")
    reported = outlined('is in segment "Regulars" and not (country = "India" or city = "Pune") and not (city is blank)')
    assert reported == Outline(
        "all",
        parts=(
            Outline("condition", "Is in segment “Regulars”", 7),
            Outline("none", parts=(Outline("condition", "Country is “India”"), Outline("condition", "City is “Pune”"))),
            Outline("none", parts=(Outline("condition", "City is blank"),)),
        ),
    )


def test_not_all_differs_from_none() -> None:
    reported = outlined('not (country = "India" and city = "Pune")')
    assert (reported.kind, [part.text for part in reported.parts]) == (
        "not_all",
        ["Country is “India”", "City is “Pune”"],
    )


def test_examples_are_valid_rules_over_existing_fields() -> None:
    assert [example.text for example in examples(FieldSet(RESERVED))] == [
        "created_at is within 30 days",
        'country is "India" and first_name is not blank',
    ]
    kinds = [
        Field(101 + place, f"own_{kind}", f"Own {kind}", kind, options=('say "A"', "B") if "choice" in kind else ())
        for place, kind in enumerate(Kind)
    ]
    fields = FieldSet((*RESERVED, *kinds))
    found = examples(fields)
    assert len(found) == MAX_EXAMPLES
    for example in found:
        assert describe(build(from_text(example.text), fields)) == example.sentence
        assert "own_" in example.text or example.text.startswith("created_at")
