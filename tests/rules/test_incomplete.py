"""Blank parts of a draft are incomplete, not errors; wrong parts are errors with their place."""

import json

import pytest

from tamis.domain.segments.segments import SegmentRef, SegmentRefs
from tamis.rules.build import build_parts
from tamis.rules.syntaxes.cumulative import cumulative_groups
from tamis.rules.syntaxes.incomplete import list_incomplete, list_open_places
from tamis.rules.syntaxes.json import from_json
from tamis.rules.syntaxes.text import to_text
from tests.laws.strategies import FIELDS

SEGMENTS = SegmentRefs((SegmentRef(7, "India"),))
AGE = {"field": 103, "operator": "is greater than", "values": ["30"]}


def looked_at(rule: object) -> tuple[set[str], tuple[str, ...], list[tuple[str, str]]]:
    draft = from_json(json.dumps(rule))
    parts, problems = build_parts(draft, FIELDS, SEGMENTS)
    open_places = list_open_places(draft)
    return set(parts), list_incomplete(draft), [(p.path, str(p)) for p in problems if p.path not in open_places]


@pytest.mark.parametrize(
    "blank",
    [
        {"field": "", "operator": "", "values": []},
        {"field": 103, "operator": "", "values": []},
        {"field": 103, "operator": "is", "values": []},
        {"field": 103, "operator": "is", "values": [" "]},
        {"field": 101, "operator": "starts with", "values": [" "]},
        {"field": 101, "operator": "contains", "values": [""]},
        {"field": 103, "operator": "is between", "values": ["1"]},
        {"field": 103, "operator": "is between", "values": ["1", ""]},
        {"field": 101, "operator": "is one of", "values": []},
        {"field": 113, "operator": "includes any of", "values": []},
        {"operator": "is in segment", "values": [""]},
        {"operator": "is in segment", "values": []},
        {"any": []},
    ],
)
def test_only_rules_with_blanks_are_incomplete(blank: object) -> None:
    parts, open_places, problems = looked_at({"all": [AGE, {"not": {"any": [AGE, blank]}}]})
    assert open_places == ("rule.all[1].not.any[1]",)
    assert parts == {"rule.all[0]", "rule.all[1].not.any[0]"}
    assert problems == []


def test_a_blank_is_a_valid_part_of_a_text() -> None:
    assert looked_at({"field": 101, "operator": "does not contain", "values": [" "]}) == ({"rule"}, (), [])


def test_errors_are_reported_at_their_position_even_next_to_blanks() -> None:
    wrong = {"field": 103, "operator": "is between", "values": ["many", ""]}
    parts, open_places, problems = looked_at({"all": [AGE, wrong, {"field": 999, "operator": "is", "values": ["1"]}]})
    assert parts == {"rule.all[0]"}
    assert open_places == ("rule.all[1]",)
    assert problems == [
        ("rule.all[1].values[0]", 'the value of "Age" must be a number such as 12.5, not "many"'),
        ("rule.all[2].field", "there is no field with the ID 999"),
    ]


def test_a_complete_rule_has_no_errors_and_no_blanks() -> None:
    parts, open_places, problems = looked_at({"any": [AGE, {"operator": "is in segment", "values": ["7"]}]})
    assert parts == {"rule", "rule.any[0]", "rule.any[1]"}
    assert (open_places, problems) == ((), [])
    assert list_incomplete(None) == ()


def test_a_group_is_counted_up_to_its_first_incomplete_part() -> None:
    older, blank = {**AGE, "values": ["60"]}, {"field": 103, "operator": "is", "values": [""]}
    draft = from_json(json.dumps({"all": [AGE, {"not": {"any": [AGE, older]}}, {"any": [AGE, older]}, blank, AGE]}))
    parts, _ = build_parts(draft, FIELDS, SEGMENTS)
    steps = {place: to_text(node) for place, node in cumulative_groups(draft, parts).items()}
    small, large = "age is greater than 30", "age is greater than 60"
    none, some = f"not ({small} or {large})", f"({small} or {large})"
    assert steps == {
        "rule.all[1]": f"{small} and {none}",
        "rule.all[1].not.any[1]": none,
        "rule.all[2]": f"{small} and {none} and {some}",
        "rule.all[2].any[1]": some[1:-1],
    }
    assert cumulative_groups(None, {}) == {}
