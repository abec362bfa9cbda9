"""The plan for a file: matching by names, the order of steps, and what is refused."""

import pytest

from tamis.definitions.planner import plan_changes
from tamis.definitions.words import describe
from tamis.domain.errors import Invalid
from tests.definitions.account_model import AccountModel
from tests.definitions.test_laws import desired

BEFORE = """
contact_types:
  - name: Customers
    fields:
      - {name: Age, kind: number}
      - {name: Plan, kind: choice, options: [free, pro]}
    segments:
      - {name: Adults, rule: age >= 18}
      - {name: Paying, rule: plan = "pro" and is in segment "Adults"}
"""


@pytest.fixture
def model() -> AccountModel:
    account = AccountModel()
    account.apply(plan_changes(desired(BEFORE), []))
    return account


def planned(model: AccountModel, document: str) -> list[str]:
    """Return the steps of a plan in words."""
    return [describe(step) for step in plan_changes(desired(document), model.read()).steps]


def test_what_the_file_has_is_created_in_the_order_of_references() -> None:
    document = BEFORE.replace("Adults", "Zero").replace("      - {name: Zero, rule: age >= 18}\n", "")
    document += "      - {name: Zero, rule: age >= 18}\n"
    assert planned(AccountModel(), document) == [
        'create contact type "Customers"',
        'create field "Age" (Number) of Customers',
        'create field "Plan" (Single choice) of Customers: "free", "pro"',
        'create segment "Zero"',
        'create segment "Paying"',
    ]


def test_a_rule_that_means_the_same_changes_nothing(model: AccountModel) -> None:
    document = BEFORE.replace("age >= 18", "Age is equal or greater than 18.0")
    document = document.replace(
        'plan = "pro" and is in segment "Adults"',
        "{all: [{field: plan, operator: is, values: [pro]}, {operator: is in segment, values: [Adults]}]}",
    )
    assert planned(model, document) == []


def test_previous_names_rename_and_mean_nothing_afterwards(model: AccountModel) -> None:
    document = """
contact_types:
  - name: Clients
    previous_name: customers
    fields:
      - {name: Years, previous_name: Age, kind: number}
      - name: Plan
        kind: choice
        options: [{name: team, previous_name: pro}, free, new]
    segments:
      - {name: Grown-ups, previous_name: Adults, rule: years >= 18}
      - {name: Paying, rule: plan = "team" and is in segment "Grown-ups"}
"""
    assert planned(model, document) == [
        'rename contact type "Customers" to "Clients"',
        'edit field "Age" of Clients: rename to "Years"',
        'edit field "Plan" of Clients: rename option "pro" to "team"; add option "new"; '
        'order options "team", "free", "new"',
        'edit segment "Adults": rename to "Grown-ups"',
    ]
    model.apply(plan_changes(desired(document), model.read()))
    assert planned(model, document) == []


def test_deletions_come_after_the_changes_that_free_them(model: AccountModel) -> None:
    document = """
contact_types:
  - name: Customers
    fields:
      - {name: Plan, kind: choice, options: [free, team]}
    segments:
      - {name: Paying, rule: plan = "free"}
"""
    plan = plan_changes(desired(document), model.read())
    assert [describe(step) for step in plan.steps] == [
        'edit field "Plan" of Customers: add option "team"',
        'edit segment "Paying": change rule',
        'edit field "Plan" of Customers: delete option "pro"',
        'delete segment "Adults"',
        'delete field "Age" of Customers and its values',
    ]
    assert len(plan.losses) == 3
    model.apply(plan)


def test_a_kind_changes_between_the_rules_that_used_it_and_those_that_will(model: AccountModel) -> None:
    document = BEFORE.replace("age >= 18", "country is blank").replace("Age, kind: number", "Age, kind: text")
    document += '      - {name: Old, rule: age starts with "9"}\n'
    assert planned(model, document) == [
        'edit segment "Adults": change rule',
        'edit field "Age" of Customers: change kind to Text',
        'create segment "Old"',
    ]
    with pytest.raises(Invalid, match='line 5: the kind of "Age" cannot change while the segment "Adults" uses it'):
        planned(model, BEFORE.replace("age >= 18", "age is blank").replace("Age, kind: number", "Age, kind: text"))


def test_a_segment_moves_to_another_type_once_its_name_is_free(model: AccountModel) -> None:
    document = BEFORE.replace("      - {name: Adults, rule: age >= 18}\n", "").replace(
        ' and is in segment "Adults"', ""
    )
    document += "  - name: Donors\n    segments:\n      - {name: Adults, rule: city is blank}\n"
    assert planned(model, document) == [
        'edit segment "Paying": change rule',
        'delete segment "Adults"',
        'create contact type "Donors"',
        'create segment "Adults"',
    ]
    model.apply(plan_changes(desired(document), model.read()))


def test_a_new_name_that_exists_is_not_renamed_to(model: AccountModel) -> None:
    document = BEFORE.replace("name: Paying", "name: Adults 2, previous_name: Adults")
    assert planned(model, document) == ['create segment "Adults 2"', 'delete segment "Paying"']


def test_rules_in_a_circle_are_refused(model: AccountModel) -> None:
    document = BEFORE.replace("age >= 18", 'is in segment "Paying"')
    with pytest.raises(Invalid, match=r"line 8: a segment cannot depend on itself: .*Paying"):
        planned(model, document)


def test_every_problem_of_a_file_is_named_with_its_line() -> None:
    document = """contact_types:
  - name: Customers
    fields:
      - {name: E-mail, kind: text, options: [a]}
      - {name: Email, kind: text}
      - {name: Plan, kind: choice}
      - {name: plan, kind: text}
      - {name: "!", kind: text}
  - name: CUSTOMERS
    segments:
      - {name: A, rule: ""}
      - {name: a, rule: ""}
"""
    with pytest.raises(Invalid) as wrong:
        planned(AccountModel(), document)
    assert {problem.path for problem in wrong.value.problems} == {"line 9", "line 12"}
    with pytest.raises(Invalid) as wrong:
        planned(AccountModel(), document[: document.index("  - name: CUSTOMERS")])
    assert [(problem.path, problem.code) for problem in wrong.value.problems] == [
        ("line 7", "field_defined_twice"),
        ("line 4", "options_not_allowed"),
        ("line 5", "field_is_reserved"),
        ("line 6", "options_missing"),
        ("line 8", "name_without_letters"),
    ]


def test_a_segment_whose_name_is_a_number_is_found_by_its_name() -> None:
    document = """
contact_types:
  - name: Customers
    segments:
      - {name: "102", rule: country is blank}
      - {name: "103", rule: city is blank}
      - {name: Both, rule: is in segment "103"}
"""
    model = AccountModel()
    model.apply(plan_changes(desired(document), []))
    (both,) = (each for each in model.segments.values() if each.name == "Both")
    (meant,) = (id_ for id_, each in model.segments.items() if each.name == "103")
    assert f'["{meant}"]' in both.rule
    assert planned(model, document) == []


WITH_TOPICS = """
contact_types:
  - name: Customers
    segments:
      - {name: Readers, rule: is subscribed to "News"}
      - {name: Others, rule: not (is subscribed to "News" or is subscribed to "Offers")}
    topics:
      - {name: News, description: Once a week}
      - {name: Offers}
"""


def test_topics_are_created_before_the_rules_that_name_them() -> None:
    assert planned(AccountModel(), WITH_TOPICS) == [
        'create contact type "Customers"',
        'create topic "News" of Customers',
        'create topic "Offers" of Customers',
        'create segment "Readers"',
        'create segment "Others"',
    ]


def test_topics_are_renamed_described_and_deleted_after_the_rules_that_name_them() -> None:
    account = AccountModel()
    account.apply(plan_changes(desired(WITH_TOPICS), []))
    assert planned(account, WITH_TOPICS) == []
    document = """
contact_types:
  - name: Customers
    segments:
      - {name: Readers, rule: is subscribed to "Letter"}
      - {name: Others, rule: is not subscribed to "Letter"}
    topics:
      - {name: Letter, previous_name: News}
"""
    assert planned(account, document) == [
        'edit topic "News" of Customers: rename to "Letter"; delete description',
        'edit segment "Others": change rule',
        'delete topic "Offers" of Customers and all subscriptions to it',
    ]
    account.apply(plan_changes(desired(document), account.read()))
    assert planned(account, document) == []


def test_a_rule_that_names_a_topic_of_no_file_is_refused() -> None:
    with pytest.raises(Invalid, match='no topic "Sports"'):
        planned(AccountModel(), WITH_TOPICS.replace('subscribed to "Offers"', 'subscribed to "Sports"'))
    twice = WITH_TOPICS + "      - {name: NEWS}\n"
    with pytest.raises(Invalid, match='the topic "NEWS" is already in line'):
        planned(AccountModel(), twice)
