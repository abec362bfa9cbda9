"""What of contacts passes to an assistant."""

from collections.abc import Iterator

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tamis.domain.contacts.emails import parse_email
from tamis.domain.contacts.masking import masked_email, masked_text
from tamis.mcp.privacy import HIDDEN, ShownContacts, filtered, filtered_text, shown_values

LOCAL = st.text("abcXYZ019.!#$%&'*+-/=?^_`{|}~äöß例", min_size=1, max_size=20)
ANYTHING = st.recursive(
    st.none() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
JSON = st.dictionaries(st.text(max_size=5), ANYTHING, max_size=3)


@given(
    local=LOCAL, before=st.sampled_from(['"', "(", " ", "", "<", "'"]), after=st.sampled_from(['"', ")", " ", ">", ""])
)
def test_no_valid_email_survives_in_any_text(local: str, before: str, after: str) -> None:
    email = f"{local}@example.org"
    assume(parse_email(email))
    shown = filtered_text(f"email is {before}{email}{after}", ShownContacts.NONE)
    assert "@" not in shown
    assert HIDDEN in shown
    masked = filtered_text(f"email is {before}{email}{after}", ShownContacts.MASKED)
    assert email not in masked or len(local) == 1
    assert filtered_text(masked, ShownContacts.MASKED) == masked


@pytest.mark.parametrize("word", ["x", "x.", "x@'", "@"])
def test_a_text_of_megabytes_is_searched_once(word: str) -> None:
    text = word * 500_000  # searching from each character would take hours
    assert "ada@example.org" not in filtered_text(f"{text} ada@example.org", ShownContacts.NONE)


@given(answer=JSON)
def test_an_answer_keeps_its_shape(answer: dict[str, object]) -> None:
    assert filtered(answer, ShownContacts.FULL) == answer
    hidden = filtered(answer, ShownContacts.NONE)
    assert isinstance(hidden, dict)
    assert not any(parse_email(text) for text in _texts(hidden))


def test_emails_are_found_in_keys_lists_and_nested_objects() -> None:
    answer = {"ada@example.org": [{"rule": 'email = "ada@example.org" or city = "Oslo"'}, 7, None, ("x@y.org",)]}
    assert filtered(answer, ShownContacts.NONE) == {
        HIDDEN: [{"rule": f'email = "{HIDDEN}" or city = "Oslo"'}, 7, None, [HIDDEN]]
    }
    assert filtered(answer, ShownContacts.MASKED) == {
        "a***@example.org": [{"rule": 'email = "a***@example.org" or city = "Oslo"'}, 7, None, ["x***@y.org"]]
    }


@pytest.mark.parametrize(
    ("text", "masked"), [("Ada", "A***"), ("", ""), ("A***", "A***"), ("***", "***"), ("éa", "é***")]
)
def test_a_text_is_masked_once(text: str, masked: str) -> None:
    assert masked_text(text) == masked
    assert masked_text(masked_text(text)) == masked_text(text)


def test_values_are_shown_by_their_kinds() -> None:
    values = {"first_name": "Ada", "plan": "pro", "total_paid": 12.5, "born": "1990-01-01", "interests": ("Music",)}
    kinds = {"first_name": "text", "plan": "choice", "total_paid": "number", "born": "date", "interests": "choices"}
    assert shown_values(values, kinds, ShownContacts.NONE) == {}
    assert shown_values(values, kinds, ShownContacts.MASKED) == {**values, "first_name": "A***"}
    assert shown_values(values, kinds, ShownContacts.FULL) == values
    assert shown_values({"new": "Ada"}, {}, ShownContacts.MASKED) == {"new": "A***"}
    assert masked_email("ada@example.org") == "a***@example.org"


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for key, inner in value.items():
                yield key
                yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)
