"""POST segment/store: a segment from parallel arrays."""

from typing import Any

import pytest

from tamis.rules.operators import BY_NAME
from tests.api.conftest import Customers
from tests.support.normalized_responses import compact, without_instants
from tests.support.sakila import CUSTOMERS, IN_INDIA
from tests.support.users import Person, fresh

IN_CHINA = 53
SPENT_150 = 46
RENTED_40 = 7


Conditions = list[tuple[str, str, list[Any]]]


def arrays(
    customers: Customers, *conditions: tuple[str, str, list[Any]], query_type: str | None = None
) -> dict[str, Any]:
    """Write conditions, each with the key of its field, as arrays."""
    return {
        "select_field": [str(customers.fields[key]) for key, _, _ in conditions],
        "select_operator": [operator for _, operator, _ in conditions],
        "value": [value for _, _, values in conditions for value in values],
        **({"query_type": query_type} if query_type else {}),
    }


CASES = {
    "one condition": ([("country", "is", ["India"])], None, IN_INDIA),
    "case is ignored": ([("country", "IS", [" india "])], None, IN_INDIA),
    "and": ([("country", "is", ["India"]), ("email", "is not blank", [])], "and", IN_INDIA),
    "and of the disjoint": ([("country", "is", ["India"]), ("country", "is", ["China"])], "and", 0),
    "or": ([("country", "is", ["India"]), ("country", "is", ["China"])], "or", IN_INDIA + IN_CHINA),
    "is one of": ([("country", "is one of", ["India", "China"])], None, IN_INDIA + IN_CHINA),
    "is none of": ([("country", "is none of", ["India", "China"])], None, CUSTOMERS - IN_INDIA - IN_CHINA),
    "is blank takes none": ([("country", "is blank", [])], None, 0),
    "between": ([("total_paid", "is between", ["150", "1000000"])], None, SPENT_150),
    "at least": ([("rental_count", "is equal or greater than", ["40"])], None, RENTED_40),
    "a list and others": (
        [
            ("rental_count", "is between", [0, 99]),
            ("country", "is one of", ["India", "China"]),
            ("email", "contains", ["@"]),
        ],
        "and",
        IN_INDIA + IN_CHINA,
    ),
}


@pytest.mark.parametrize(("conditions", "query_type", "count"), CASES.values(), ids=CASES)
def test_a_rule_from_arrays(
    owner: Person,
    customers: Customers,
    conditions: Conditions,
    query_type: str | None,
    count: int,
) -> None:
    answer = owner.store_segment(customers.id, **arrays(customers, *conditions, query_type=query_type))
    assert answer.status_code == 200, answer.text
    shown = answer.json()["message"]["segment"]
    assert shown["segment_emails_count"] == count == len(owner.recipients(shown["id"]))
    assert owner.segment(shown["id"]) == shown
    assert shown["select_field"] == [str(customers.fields[key]) for key, _, _ in conditions]
    assert shown["select_operator"] == [operator.lower() for _, operator, _ in conditions]
    assert [value.lower() for value in shown["value"]] == [
        str(value).strip().lower() for _, _, values in conditions for value in values
    ]
    assert shown["query_type"] == query_type


@pytest.mark.parametrize(
    ("field", "operator", "part", "count", "without_blanks"),
    [
        ("city", "starts with", "San ", 6, 14),
        ("country", "contains", "United ", 48, 48),
        ("country", "contains", "d s", 36, 36),
        ("country", "ends with", " States", 36, 36),
    ],
)
def test_blanks_at_the_ends_of_parts_are_significant(
    owner: Person, customers: Customers, field: str, operator: str, part: str, count: int, without_blanks: int
) -> None:
    for written, expected in ((part, count), (part.strip(), without_blanks)):
        answer = owner.store_segment(customers.id, **arrays(customers, (field, operator, [written])))
        shown = answer.json()["message"]["segment"]
        assert (shown["value"], shown["segment_emails_count"]) == ([written], expected)
        pairs = [("select_field[]", customers.fields[field]), ("select_operator[]", operator), ("value[]", written)]
        plain = [("contact_type_id", str(customers.id)), ("segment_name", fresh("Parts"))]
        of_a_form = owner.post("segment/store", [*plain, *((key, str(value)) for key, value in pairs)])
        assert of_a_form.json()["message"]["segment"]["value"] == [written]


@pytest.mark.parametrize("query_type", ["OR", "Or", "or"])
def test_a_query_type_is_case_insensitive(owner: Person, customers: Customers, query_type: str) -> None:
    conditions = [("country", "is", ["India"]), ("country", "is", ["Chad"])]
    answer = owner.store_segment(customers.id, **arrays(customers, *conditions, query_type=query_type))
    assert answer.status_code == 200, answer.text
    assert answer.json()["message"]["segment"]["query_type"] == "or"


def test_numbers_and_booleans_of_json_are_values(owner: Person, customers: Customers) -> None:
    rule = arrays(customers, ("active", "is", [True]), ("total_paid", "is greater than", [100]), query_type="and")
    answer = owner.store_segment(customers.id, **rule)
    assert answer.status_code == 200, answer.text
    assert answer.json()["message"]["segment"]["value"] == ["true", "100"]
    answer = owner.store_segment(customers.id, select_field=[True], select_operator=["is blank"])
    assert set(answer.json()["errors"]) == {"select_field.0"}


def test_a_rule_over_another_segment(owner: Person, customers: Customers, india: int) -> None:
    rule = {"select_field": ["0", customers.fields["created_at"]], "query_type": "and"}
    operators = ["is in segment", "is within"]
    answer = owner.store_segment(customers.id, **rule, select_operator=operators, value=[str(india), "1 hour"])
    assert answer.status_code == 200, answer.text
    shown = answer.json()["message"]["segment"]
    assert shown["select_field"] == ["0", str(customers.fields["created_at"])]
    assert shown["value"] == [str(india), "1 hour"]
    assert shown["segment_emails_count"] == IN_INDIA
    answer = owner.store_segment(customers.id, **rule, select_operator=operators, value=["999999", "1.5 hours"])
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {"value.0", "value.1"}


def test_the_response_has_exactly_the_documented_bytes(owner: Person, customers: Customers) -> None:
    name = fresh("Letters")
    answer = owner.store_segment(customers.id, name, **arrays(customers, ("country", "is", ["India"])))
    shown = {
        "id": answer.json()["message"]["segment"]["id"],
        "user_id": owner.account_id,
        "contact_type_id": customers.id,
        "segment_name": name,
        "select_field": [str(customers.fields["country"])],
        "select_operator": ["is"],
        "value": ["India"],
        "query_type": None,
        "deleted_at": None,
        "created_at": "INSTANT",
        "updated_at": "INSTANT",
        "segment_emails_count": IN_INDIA,
    }
    assert without_instants(answer.text) == compact({"status": "success", "message": {"segment": shown}})


@pytest.mark.parametrize("empty", [{}, {"select_field": [], "select_operator": [], "value": []}])
def test_a_rule_without_conditions_selects_no_members(
    owner: Person, customers: Customers, empty: dict[str, Any]
) -> None:
    shown = owner.store_segment(customers.id, **empty).json()["message"]["segment"]
    assert (shown["select_field"], shown["select_operator"], shown["value"], shown["query_type"]) == ([], [], [], None)
    assert shown["segment_emails_count"] == 0
    owner.add(shown["id"], "ada@example.org")
    assert owner.addresses(shown["id"]) == ["ada@example.org"]


@pytest.mark.parametrize("brackets", ["{}[]", "{}[{}]", "{}"])
def test_arrays_of_a_form(owner: Person, customers: Customers, brackets: str) -> None:
    country, paid = (str(customers.fields[key]) for key in ("country", "total_paid"))
    lists = {
        "select_field": [country, paid],
        "select_operator": ["is one of", "is between"],
        "value": ["India", "China", "0", "1000000"],
    }
    pairs = [(brackets.format(name, n), value) for name, values in lists.items() for n, value in enumerate(values)]
    name = fresh("Form")
    plain = [("contact_type_id", str(customers.id)), ("segment_name", name), ("query_type", "and")]
    answer = owner.post("segment/store", [*plain, *pairs])
    assert answer.status_code == 200, answer.text
    shown = answer.json()["message"]["segment"]
    assert {key: shown[key] for key in lists} == lists
    assert shown["segment_emails_count"] == IN_INDIA + IN_CHINA
    multipart = [(key, (None, value)) for key, value in [*plain, *pairs] if key != "segment_name"]
    again = owner.call("POST", "segment/store", files=[*multipart, ("segment_name", (None, name + " again"))])
    assert again.json()["message"]["segment"]["value"] == lists["value"]


REFUSALS = {
    "a part that is only blanks": (
        [("country", "starts with", ["  "])],
        None,
        {"value.0": ['The value of "Country" must not be only spaces: no value starts or ends with one.']},
    ),
    "an unknown operator": (
        [("country", "resembles", ["India"])],
        None,
        {"select_operator.0": [f'There is no operator "resembles"; use {", ".join(BY_NAME)}.']},
    ),
    "too few values": (
        [("total_paid", "is between", ["7"])],
        None,
        {"value": ["Must have 2 entries for these operators, not 1."]},
    ),
    "too many values": (
        [("country", "is", ["India", "China"])],
        None,
        {"value": ["Must have 1 entry for these operators, not 2."]},
    ),
    "an empty list": (
        [("country", "is one of", [])],
        None,
        {"value": ["Must have at least 1 entry for these operators, not 0."]},
    ),
    "no query type": (
        [("country", "is", ["India"]), ("city", "is", ["Delhi"])],
        None,
        {"query_type": ['Must be "and" or "or" when there are several conditions.']},
    ),
    "another query type": (
        [("country", "is", ["India"]), ("city", "is", ["Delhi"])],
        "xor",
        {"query_type": ['Must be "and" or "or" when there are several conditions.']},
    ),
    "two lists": (
        [("country", "is one of", ["India"]), ("city", "is none of", ["Delhi"])],
        "and",
        {"select_operator.1": ["Cannot have two operators that take lists: their values run together."]},
    ),
}


@pytest.mark.parametrize(("conditions", "query_type", "errors"), REFUSALS.values(), ids=REFUSALS)
def test_arrays_that_do_not_form_a_rule_are_refused(
    owner: Person,
    customers: Customers,
    conditions: Conditions,
    query_type: str | None,
    errors: dict[str, list[str]],
) -> None:
    before = owner.segments()
    answer = owner.store_segment(customers.id, **arrays(customers, *conditions, query_type=query_type))
    assert answer.status_code == 422
    assert answer.json() == {"status": "failed", "errors": errors}
    assert owner.segments() == before


def test_all_errors_of_a_rule_are_reported_at_once(owner: Person, customers: Customers) -> None:
    conditions = [("total_paid", "is", ["much"]), ("country", "is greater than", ["India"]), ("city", "is", ["  "])]
    answer = owner.store_segment(customers.id, **arrays(customers, *conditions, query_type="or"))
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {"value.0", "select_operator.1", "value.2"}
    answer = owner.store_segment("x", "", select_field=["5", "5"], select_operator=["is"], value=["India"])
    assert set(answer.json()["errors"]) == {"contact_type_id", "segment_name", "select_operator", "query_type"}


@pytest.mark.parametrize("field", ["999999", "-5", "nothing", "", "5.5"])
def test_an_unknown_field_is_refused(owner: Person, customers: Customers, field: str) -> None:
    answer = owner.store_segment(customers.id, select_field=[field], select_operator=["is"], value=["India"])
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["select_field.0"]


@pytest.mark.parametrize("value", [None, ["India"], {"is": "India"}], ids=repr)
def test_values_are_strings_or_numbers(owner: Person, customers: Customers, value: object) -> None:
    answer = owner.store_segment(customers.id, select_field=["5"], select_operator=["is"], value=[value])
    assert answer.status_code == 422
    assert answer.json()["errors"] == {"value.0": ["The value.0 field must be a string."]}


def test_type_and_name_are_required(owner: Person) -> None:
    answer = owner.post("segment/store")
    assert answer.status_code == 422
    assert answer.text == (
        '{"status":"failed","errors":{"contact_type_id":["The contact type id field is required."],'
        '"segment_name":["The segment name field is required."]}}'
    )


@pytest.mark.parametrize("type_id", [0, -1, 999_999, 10**30])
def test_an_unknown_type_is_not_found(owner: Person, type_id: int) -> None:
    answer = owner.store_segment(type_id)
    assert (answer.status_code, answer.text) == (404, '{"status":"failed","errors":"Record not found"}')


def test_a_segment_name_must_be_unique(owner: Person, customers: Customers) -> None:
    name = fresh("Taken")
    segment_id = owner.make_segment(customers.id, name)
    answer = owner.store_segment(customers.id, f" {name.upper()} ")
    assert answer.status_code == 422
    assert answer.json()["errors"] == {"segment_name": ["The segment name has already been taken."]}
    owner.delete_segment(segment_id)
    assert owner.store_segment(customers.id, name).status_code == 200


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("x" * 256, "The segment name field must not be greater than 255 characters."),
        ("a\x00b", "The segment name field must not contain control characters."),
        ("a\nb", "The segment name field must not contain control characters."),
    ],
    ids=["too long", "NUL", "newline"],
)
def test_a_name_is_one_line_of_at_most_255_characters(
    owner: Person, customers: Customers, name: str, message: str
) -> None:
    answer = owner.store_segment(customers.id, name)
    assert answer.status_code == 422
    assert answer.json()["errors"] == {"segment_name": [message]}


def test_a_shown_rule_can_be_stored_again(owner: Person, customers: Customers) -> None:
    conditions = [
        ("total_paid", "is between", ["100.5", "150"]),
        ("last_rental_at", "is after", ["2005-08-01T15:12"]),
        ("active", "is true", []),
        ("country", "is none of", ["India", "China"]),
    ]
    first = owner.store_segment(customers.id, **arrays(customers, *conditions, query_type="or"))
    shown = first.json()["message"]["segment"]
    kept = {name: shown[name] for name in ("select_field", "select_operator", "value", "query_type")}
    again = owner.store_segment(customers.id, **kept).json()["message"]["segment"]
    assert {name: again[name] for name in kept} == kept
    assert again["segment_emails_count"] == shown["segment_emails_count"]


def test_a_segment_used_by_another_cannot_be_deleted(owner: Person, stranger: Person, customers: Customers) -> None:
    name = fresh("Base")
    base = owner.make_segment(customers.id, name, **arrays(customers, ("country", "is", ["India"])))
    user_name = fresh("User")
    user = owner.make_segment(
        customers.id, user_name, select_field=["0"], select_operator=["is in segment"], value=[str(base)]
    )
    refused = owner.delete_segment(base)
    assert refused.status_code == 409
    reason = f'the segment "{name}" is used by the segment "{user_name}"; edit or delete it first'
    assert refused.json() == {"status": "failed", "errors": reason}
    assert stranger.delete_segment(base).json() == {"status": "failed", "errors": "Record Not Found"}
    assert len(owner.recipients(user)) == len(owner.recipients(base)) == IN_INDIA
    assert owner.delete_segment(user).status_code == owner.delete_segment(base).status_code == 200
