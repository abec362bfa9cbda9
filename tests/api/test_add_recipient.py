"""POST segment/email/store: its requirements, in its own words, all at once."""

import pytest

from tests.support.users import Person

FIELDS = ("segment_id", "first_name", "last_name", "email")


def body(segment: object, **changed: object) -> dict[str, object]:
    """Fill the form of an addition; what is changed to None is left out."""
    filled = {"segment_id": segment, "first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.org"}
    return {name: value for name, value in {**filled, **changed}.items() if value is not None}


def errors(owner: Person, form: dict[str, object]) -> dict[str, list[str]]:
    """Send a form that is refused and give what is wrong with it."""
    answer = owner.post("segment/email/store", form)
    assert answer.status_code == 422
    found: dict[str, list[str]] = answer.json()["errors"]
    return found


def test_adding_a_recipient_returns_it(owner: Person, empty: int) -> None:
    answer = owner.post("segment/email/store", body(empty))
    assert (answer.status_code, answer.text) == (200, '{"status":"success","message":"Added Successfully"}')
    (row,) = owner.recipients(empty)
    assert (row["first_name"], row["last_name"], row["email"]) == ("Ada", "Lovelace", "ada@example.org")


def test_all_missing_parameters_are_reported_at_once(owner: Person) -> None:
    answer = owner.post("segment/email/store")
    assert answer.status_code == 422
    assert answer.text == (
        '{"status":"failed","errors":{"segment_id":["The segment id field is required."],'
        '"first_name":["The first name field is required."],"last_name":["The last name field is required."],'
        '"email":["The email field is required."]}}'
    )


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("blank", [None, "", "   ", "\t\r\n", "\u00a0\u2003"], ids=repr)
def test_blank_values_count_as_missing(owner: Person, empty: int, name: str, blank: str | None) -> None:
    label = name.replace("_", " ")
    assert errors(owner, body(empty, **{name: blank})) == {name: [f"The {label} field is required."]}


def test_values_are_trimmed(owner: Person, empty: int) -> None:
    padded = {
        "segment_id": f" {empty}\t",
        "first_name": "\u00a0Ada ",
        "last_name": "\nLovelace\r\n",
        "email": " ada@example.org ",
    }
    assert owner.post("segment/email/store", padded).status_code == 200
    (row,) = owner.recipients(empty)
    assert (row["fullname"], row["email"]) == ("Ada Lovelace", "ada@example.org")


@pytest.mark.parametrize("name", ["first_name", "last_name"])
@pytest.mark.parametrize("letter", ["x", "é", "\U0001f33b", "e\u0301"], ids=["ascii", "accent", "non-BMP", "combining"])
def test_at_most_255_characters_counted_in_code_points(owner: Person, empty: int, name: str, letter: str) -> None:
    longest = (letter * 255)[:255]
    assert owner.post("segment/email/store", body(empty, **{name: longest})).status_code == 200
    assert owner.recipients(empty)[0][name] == longest
    label = name.replace("_", " ")
    assert errors(owner, body(empty, **{name: longest + "x", "email": "other@example.org"})) == {
        name: [f"The {label} field must not be greater than 255 characters."]
    }


def test_surrounding_blanks_do_not_count_toward_the_length(owner: Person, empty: int) -> None:
    assert owner.post("segment/email/store", body(empty, first_name=f"   {'x' * 255}   ")).status_code == 200


def test_an_email_that_is_too_long_is_also_invalid(owner: Person, empty: int) -> None:
    assert errors(owner, body(empty, email="x" * 244 + "@example.org")) == {
        "email": [
            "The email field must be a valid email address.",
            "The email field must not be greater than 255 characters.",
        ]
    }


@pytest.mark.parametrize("value", [7, 7.5, True, False, ["Ada"], {"is": "Ada"}], ids=repr)
def test_names_and_emails_must_be_strings(owner: Person, empty: int, value: object) -> None:
    answer = owner.post("segment/email/store", json=body(empty, first_name=value, last_name=value, email=value))
    assert answer.status_code == 422
    assert answer.json()["errors"] == {
        "first_name": ["The first name field must be a string."],
        "last_name": ["The last name field must be a string."],
        "email": ["The email field must be a valid email address."],
    }


def test_null_counts_as_missing(owner: Person) -> None:
    answer = owner.post("segment/email/store", json=dict.fromkeys(FIELDS))
    assert sorted(answer.json()["errors"]) == sorted(FIELDS)


@pytest.mark.parametrize("character", ["\x00", "\x01", "\t", "\n", "\r", "\x1b", "\x7f", "\x80", "\x9f"], ids=repr)
def test_control_characters_are_refused_in_names(owner: Person, empty: int, character: str) -> None:
    name = f"A{character}a"
    assert errors(owner, body(empty, first_name=name, last_name=name)) == {
        "first_name": ["The first name field must not contain control characters."],
        "last_name": ["The last name field must not contain control characters."],
    }
    assert errors(owner, body(empty, email=f"a{character}da@example.org")) == {
        "email": ["The email field must be a valid email address."]
    }


@pytest.mark.parametrize(
    "name", ["张伟", "Þórunn", "محمد", "O'Brien", '"Quote"', "<b>Bold</b>", "a\\b", "\U0001f33b", "\u2028", "\ufffd"]
)
def test_names_come_back_as_they_were_sent(owner: Person, empty: int, name: str) -> None:
    sent = f"x{name}x"
    assert owner.add(empty, "ada@example.org", sent, sent).status_code == 200
    (row,) = owner.recipients(empty)
    assert (row["first_name"], row["last_name"], row["fullname"]) == (sent, sent, f"{sent} {sent}")


def test_unknown_fields_are_ignored(owner: Person, empty: int) -> None:
    assert owner.post("segment/email/store", body(empty, country="India", id="7", user_id="9")).status_code == 200
    assert owner.recipients(empty)[0]["country"] is None


def test_query_parameters_are_ignored(owner: Person, empty: int) -> None:
    answer = owner.call("POST", "segment/email/store", params=body(empty))
    assert (answer.status_code, sorted(answer.json()["errors"])) == (422, sorted(FIELDS))


def test_nothing_is_added_when_a_parameter_is_invalid(owner: Person, empty: int) -> None:
    errors(owner, body(empty, last_name=""))
    assert owner.recipients(empty) == []
