"""Rules as JSON, read and written."""

import json

import pytest

from tamis.domain.errors import Invalid
from tamis.rules.build import build
from tamis.rules.syntaxes.json import from_json, to_json
from tamis.rules.syntaxes.text import from_text, to_text
from tests.rules.fields import FIELDS, SEGMENTS


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ("null", ""),
        ('{"field": 101, "operator": "is", "values": ["5"]}', "age is 5"),
        ('{"field": "age", "operator": "=", "values": [5]}', "age is 5"),
        ('{"field": "Age", "operator": "IS", "values": [5.5]}', "age is 5.5"),
        ('{"field": 101, "operator": "is", "values": [-0.0]}', "age is 0"),
        ('{"field": 101, "operator": "is", "values": [1e20]}', "age is 1e+20"),
        ('{"field": 106, "operator": "is", "values": [1e15]}', 'notes is "1000000000000000"'),
        ('{"field": 104, "operator": "is", "values": [true]}', "active = true"),
        ('{"field": 106, "operator": "is", "values": [false]}', 'notes is "false"'),
        ('{"field": 106, "operator": "is", "values": ["\\u00e4\\ud83e\\udd8a"]}', 'notes is "ä🦊"'),
        ('{"field": 101, "operator": "is blank"}', "age is blank"),
        ('{"field": 101, "operator": "is blank", "values": []}', "age is blank"),
        ('{"field": 103, "operator": "is within", "values": [30]}', "last_order is within 30 days"),
        ('{"field": 103, "operator": "is within", "values": ["12 Hours"]}', "last_order is within 12 hours"),
        ('{"operator": "is in segment", "values": ["7"]}', 'is in segment "Customers in India"'),
        ('{"operator": "Is Not In Segment", "values": [7]}', 'is not in segment "Customers in India"'),
        ('{"not": {"field": 101, "operator": "is blank"}}', "not (age is blank)"),
        ('{"any": [{"field": 101, "operator": "is blank"}]}', "age is blank"),
        (
            '{"any": [{"field": 101, "operator": "is blank"}, {"all": [{"field": 101, "operator": "is", "values": [1]},'
            ' {"field": 105, "operator": "in", "values": ["pro", "TEAM"]}]}]}',
            'age is blank or (age is 1 and plan is one of ("Pro", "Team"))',
        ),
    ],
)
def test_a_document_is_read(document: str, text: str) -> None:
    assert to_text(build(from_json(document), FIELDS, SEGMENTS)) == text
    assert build(from_json(document.encode()), FIELDS, SEGMENTS) == build(from_json(document), FIELDS, SEGMENTS)


def test_a_rule_is_written_with_ids_and_the_names_of_the_table() -> None:
    rule = build(from_text('not (age > 5 or plan = "pro") and last_order = 2024-01-01'), FIELDS)
    assert json.loads(to_json(rule)) == {
        "all": [
            {
                "not": {
                    "any": [
                        {"field": 101, "operator": "is greater than", "values": ["5"]},
                        {"field": 105, "operator": "is", "values": ["Pro"]},
                    ]
                }
            },
            {"field": 103, "operator": "is", "values": ["2024-01-01"]},
        ]
    }
    assert to_json(None) == "null"
    rule = build(from_text('is in segment "customers in india" or last_order within 30'), FIELDS, SEGMENTS)
    assert json.loads(to_json(rule)) == {
        "any": [
            {"operator": "is in segment", "values": ["7"]},
            {"field": 103, "operator": "is within", "values": ["30 days"]},
        ]
    }


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ("", "rule"),
        ("{", "rule"),
        ("{'all': []}", "rule"),
        ("[NaN]", "rule"),
        ("[]", "rule"),
        ("5", "rule"),
        ('"age = 5"', "rule"),
        ("{}", "rule"),
        ('{"all": [], "any": []}', "rule"),
        ('{"all": {}}', "rule.all"),
        ('{"not": null}', "rule.not"),
        ('{"not": [1]}', "rule.not"),
        ('{"all": [null]}', "rule.all[0]"),
        ('{"field": 101, "operator": "is", "values": ["5"], "value": "5"}', "rule"),
        ('{"field": 101, "values": ["5"]}', "rule"),
        ('{"field": true, "operator": "is", "values": ["5"]}', "rule.field"),
        ('{"field": 1.5, "operator": "is", "values": ["5"]}', "rule.field"),
        ('{"field": 101, "operator": 5, "values": ["5"]}', "rule.operator"),
        ('{"field": 101, "operator": "is", "values": "5"}', "rule.values"),
        ('{"field": 101, "operator": "is", "values": [null]}', "rule.values"),
        ('{"field": 101, "operator": "is", "values": [["5"]]}', "rule.values"),
        ('{"field": 101, "operator": "is", "values": null}', "rule.values"),
    ],
)
def test_invalid_rule_documents_are_refused_with_their_path(document: str, path: str) -> None:
    with pytest.raises(Invalid) as refusal:
        from_json(document)
    assert [problem.path for problem in refusal.value.problems] == [path]


def test_all_structural_errors_are_reported_at_once() -> None:
    document = '{"all": [{"field": null, "operator": 1, "values": 2}, {"not": 3}, {"any": [{}, {"any": "x"}]}]}'
    with pytest.raises(Invalid) as refusal:
        from_json(document)
    assert [problem.path for problem in refusal.value.problems] == [
        "rule.all[0].field",
        "rule.all[0].operator",
        "rule.all[0].values",
        "rule.all[1].not",
        "rule.all[2].any[0]",
        "rule.all[2].any[1].any",
    ]


def test_all_semantic_errors_are_reported_at_once() -> None:
    document = (
        '{"all": [{"field": 999, "operator": "is", "values": ["x"]}, {"not": {"any": []}}, '
        '{"any": [{"field": 101, "operator": "in", "values": [1, "x", "y"]}]}]}'
    )
    with pytest.raises(Invalid) as refusal:
        build(from_json(document), FIELDS)
    assert [problem.path for problem in refusal.value.problems] == [
        "rule.all[0].field",
        "rule.all[1].not",
        "rule.all[2].any[0].values[1]",
        "rule.all[2].any[0].values[2]",
    ]


def test_nesting_too_deep_is_refused() -> None:
    leaf = '{"field": 101, "operator": "is blank"}'
    assert from_json('{"not":' * 29 + leaf + "}" * 29)
    with pytest.raises(Invalid, match="nest deeper than 30 levels"):
        from_json('{"not":' * 30 + leaf + "}" * 30)
