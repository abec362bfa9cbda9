"""§ Text is compared without regard to case or surrounding blanks, by both meanings in the same way."""

import sys
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tamis.domain.contacts import Contact
from tamis.domain.fields import parse_value
from tamis.domain.instants import EPOCH
from tamis.domain.text import fold
from tamis.rules.describe import describe
from tamis.rules.draft import DraftCondition
from tamis.rules.evaluate import selects
from tamis.rules.json import to_json
from tamis.rules.moment import Moment
from tamis.rules.text import to_text
from tamis.rules.tree import Condition
from tamis.rules.wire import to_arrays
from tests.laws.stores import Stores
from tests.laws.strategies import FIELDS, built, built_condition, swap_case, texts

UTC = ZoneInfo("UTC")
MOMENT = Moment(EPOCH, UTC)
NICKNAME = FIELDS.by_id[101]
EVERY_CHARACTER = [chr(point) for point in range(1, sys.maxunicode + 1) if not 0xD800 <= point <= 0xDFFF]
blanks = st.text(st.sampled_from(" \t\n\r\u00a0\u2003\u2028\u3000"), max_size=3)


def test_fold_is_the_lower_of_the_column_store_on_every_code_point(stores: Stores) -> None:
    lowered = stores.lower(EVERY_CHARACTER)
    assert len(lowered) == len(EVERY_CHARACTER)
    assert [hex(ord(c)) for c, low in zip(EVERY_CHARACTER, lowered, strict=True) if fold(c) != low] == []


def test_folding_twice_is_folding_once_on_every_code_point() -> None:
    assert [hex(ord(c)) for c in EVERY_CHARACTER if fold(fold(c)) != fold(c)] == []


@given(st.lists(st.one_of(texts, st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))))
def test_fold_is_the_lower_of_the_column_store_on_any_text(stores: Stores, some: list[str]) -> None:
    assert stores.lower(some) == [fold(text) for text in some]


@pytest.mark.parametrize("operator", ["is", "is one of"])
@given(text=texts, before=blanks, after=blanks)
def test_text_is_compared_without_regard_to_case_or_surrounding_blanks(
    stores: Stores, operator: str, text: str, before: str, after: str
) -> None:
    value = parse_value(before + swap_case(text) + after, NICKNAME, UTC)
    assert value is not None
    contact = Contact(1, 1, "a@b.de", {NICKNAME.id: value}, EPOCH, EPOCH)
    rule = built(DraftCondition(NICKNAME.id, operator, (after + text + before,), "here"))
    stores.fill([contact])
    assert selects(rule, contact, MOMENT)
    assert stores.selected(rule, MOMENT) == {1}


PARTS = [
    ("starts with", "San ", "San Diego", "Santiago"),
    ("contains", " of ", "Isle of Wight", "Profitable"),
    ("ends with", " Inc", "Acme Inc", "Zinc"),
    ("contains", " ", "New York", "Newark"),
    ("starts with", " San", None, "San Diego"),
]


@pytest.mark.parametrize(("operator", "part", "has_it", "has_not"), PARTS)
@pytest.mark.parametrize("way", [to_text, to_json, lambda rule: to_arrays(rule).value[0]], ids=["text", "json", "wire"])
def test_a_part_of_a_text_keeps_the_blanks_at_its_ends(
    stores: Stores, operator: str, part: str, has_it: str | None, has_not: str, way: Callable[[Condition], str]
) -> None:
    rule = built_condition(DraftCondition(NICKNAME.id, operator, (part,), "here"))
    values = {number: text for number, text in enumerate((has_it, has_not), 1) if text}
    crowd = [Contact(number, 1, "a@b.de", {NICKNAME.id: text}, EPOCH, EPOCH) for number, text in values.items()]
    stores.fill(crowd)
    assert stores.selected(rule, MOMENT) == ({1} if has_it else set())
    assert [contact.id for contact in crowd if selects(rule, contact, MOMENT)] == ([1] if has_it else [])
    assert part in way(rule)
    assert f"“{part}”" in describe(rule)
