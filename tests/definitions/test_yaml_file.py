"""Files of definitions: what people wrote stays, and what cannot be read is named with its line."""

from pathlib import Path

import pytest

from tamis.definitions.planner import plan_changes
from tamis.definitions.yaml_file import definitions_of, parse_document
from tamis.domain.errors import Invalid
from tests.definitions.account_model import AccountModel
from tests.definitions.test_laws import desired, pulled

FILE = """# Our customers
contact_types:
  - name: Customers  # people who bought something
    fields:
      # asked at sign-up
      - name: Age
        kind: number
      - {name: Plan, kind: choice, options: [free, pro]}  # since 2024
    segments:
      # for the newsletter
      - name: Adults
        rule: age >= 18  # as the law says
      - name: Paying
        rule: |
          plan = "pro" and
          is in segment "Adults"
# the end
"""


def test_a_pull_keeps_comments_order_and_spelling() -> None:
    model = AccountModel()
    model.apply(plan_changes(desired(FILE), []))
    assert pulled(model, FILE) == FILE


def test_a_pull_keeps_the_indent_of_lists() -> None:
    file = """contact_types:
- name: Customers
  fields:
  - name: Plan
    kind: choice
    options: [free, pro]
"""
    model = AccountModel()
    model.apply(plan_changes(desired(file), []))
    assert pulled(model, file) == file
    changed = file.replace("pro]", "pro, team]")
    model.apply(plan_changes(desired(changed), model.read()))
    assert pulled(model, file) == changed


def test_a_pull_changes_only_what_has_changed() -> None:
    model = AccountModel()
    model.apply(plan_changes(desired(FILE), []))
    changed = FILE.replace("age >= 18  #", "age > 17  #").replace("free, pro", "pro, team").replace('"pro"', '"team"')
    model.apply(plan_changes(desired(changed + ""), model.read()))
    expected = changed.replace("age > 17", "age is greater than 17")
    assert pulled(model, FILE.replace("      # asked at sign-up\n", "      # asked when they sign up\n")).splitlines()[
        :8
    ] == [*expected.splitlines()[:4], "      # asked when they sign up", *expected.splitlines()[5:8]]
    assert "# as the law says" in pulled(model, FILE)
    assert "age is greater than 17" in pulled(model, FILE)
    model.segments.clear()
    assert "segments" not in pulled(model, FILE)


def test_the_file_of_the_docs_can_be_applied() -> None:
    page = (Path(__file__).parents[2] / "docs" / "segments-as-code.md").read_text()
    example = page.partition("```yaml\n")[2].partition("```")[0]
    model = AccountModel()
    model.apply(plan_changes(desired(example), []))
    assert [segment.name for segment in model.segments.values()] == ["Adults", "Paying adults"]


def nested_aliases(levels: int) -> str:
    """Return a list with ten aliases of a list with ten aliases, and so on."""
    text = "&a0 [1]"
    for level in range(levels):
        text = f"&a{level + 1} [{text}{f', *a{level}' * 9}]"
    return text


@pytest.mark.parametrize(
    ("text", "place", "code"),
    [
        ("a: [1", "line 1", "yaml_not_read"),
        ("contact_types: []\ncontact_types: []\n", "line 2", "yaml_not_read"),
        ("- a\n", "line 1", "definitions_not_a_mapping"),
        ("\0", "", "yaml_not_read"),
        ("contact_types: {}\n", "line 1", "definition_not_a_list"),
        ("contact_types: !!python/object/apply:os.system [ls]\n", "line 1", "definition_not_a_mapping"),
        ("contact_types: !own {a: 1}\n", "line 1", "definition_not_a_list"),
        ("contact_types:\n  - &a {name: A}\n  - {<<: *a, fields: 5}\n", "line 3", "definition_not_a_list"),
        ("contact_types:\n  - {<<: {name: A, type: 1}}\n", "line 2", "definition_key_unknown"),
        ("contact_types:\n  - name: A\n    segments: [{<<: {rule: 5}, name: B}]\n", "line 3", "definition_not_text"),
        ("contact_types:\n  - name: A\n    fields: [{name: B, kind: choice, options: !own [1]}]\n", "line 3",
         "definition_not_text"),
        ("contact_types:\n  - Customers\n", "line 2", "definition_not_a_mapping"),
        ("types: []\n", "line 1", "definition_key_unknown"),
        ("contact_types:\n  - {name: 5}\n", "line 2", "definition_not_text"),
        ("contact_types:\n  - {name: }\n", "line 2", "definition_key_missing"),
        ("contact_types:\n  - name: A\n    fields: [{name: B, kind: age}]\n", "line 3", "definition_kind_unknown"),
        ("contact_types:\n  - name: A\n    segments: [{name: B}]\n", "line 3", "definition_key_missing"),
        ("contact_types:\n  - name: A\n    fields: [{name: B, kind: choice, options: [1]}]\n", "line 3",
         "definition_not_text"),
        ("contact_types:\n  - name: A\n    segments: [{name: B, rule: " + "{not: " * 101 + "{}" + "}" * 102 + "]",
         "line 3", "definition_rule_not_json"),
        (
            "contact_types:\n  - name: A\n    segments:\n      - name: B\n        rule:\n"
            f"          all: {nested_aliases(9)}\n",
            "line 5", "definition_rule_not_json",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(text: str, place: str, code: str) -> None:
    with pytest.raises(Invalid) as wrong:
        definitions_of(parse_document(text))
    (problem,) = wrong.value.problems
    assert (problem.path, problem.code) == (place, code)
    assert str(problem)
