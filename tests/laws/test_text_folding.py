"""§ Text is compared in one normal form, without regard to case and to how white space is written, by every engine and
by the reference evaluator in the same way; parts of texts keep their blanks."""

import sys
from collections.abc import Callable
from functools import cache
from unicodedata import combining, is_normalized, normalize
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tamis.domain.contacts.contacts import Contact
from tamis.domain.values.fields import Value, ValueProblem, parse_value
from tamis.domain.values.instants import EPOCH
from tamis.domain.values.text import fold, fold_part, is_simple, lower_letters, text_problem
from tamis.rules.descriptions.describe import describe
from tamis.rules.evaluation.evaluate import selects
from tamis.rules.syntaxes.arrays import to_arrays
from tamis.rules.syntaxes.draft import DraftCondition
from tamis.rules.syntaxes.json import to_json
from tamis.rules.syntaxes.text import to_text
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Condition
from tests.laws.engines import Engine
from tests.laws.stores import Stores
from tests.laws.strategies import FIELDS, built, built_condition, respelled, texts

UTC = ZoneInfo("UTC")
AS_OF = EvaluationTime(EPOCH, UTC)
NICKNAME = FIELDS.by_id[101]
WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
any_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
blanks = st.text(st.sampled_from(WHITE_SPACE.translate(dict.fromkeys(map(ord, "\v\f\x85")))), max_size=3)


@cache
def every_character() -> list[str]:
    return [chr(point) for point in range(1, sys.maxunicode + 1) if not 0xD800 <= point <= 0xDFFF]


def nfd(text: str) -> str:
    return normalize("NFD", text)


def test_every_engine_folds_every_code_point_alike(engine: Engine) -> None:
    others = [c for c in every_character() if not is_simple(c) and not text_problem(c)]
    assert len(others) > 1_000_000
    together = ["".join(others[start : start + 50]).strip() for start in range(0, len(others), 50)]
    texts = list(filter(is_simple, every_character())) + list(filter(None, together))
    found = engine.compared(texts)
    assert [text for text, form in zip(texts, found, strict=True) if fold(text) != form] == []


@given(st.lists(st.one_of(texts, any_text), max_size=30))
def test_every_engine_folds_any_text_alike(engine: Engine, some: list[str]) -> None:
    values = [str(value) for value in (_read(text) for text in some) if value is not None]
    assert engine.compared(values) == [fold(text) for text in values]


def test_simple_letters_are_folded_by_lower_in_any_version_of_unicode(stores: Stores) -> None:
    simple = [c for c in every_character() if is_simple(c)]
    assert len(simple) > 40_000
    assert stores.lower(simple) == [fold(c) for c in simple] == [lower_letters(c) for c in simple]
    # None of them changes with its neighbours: none is a mark, or composes with what is before it.
    assert [c for c in simple if combining(c) or combining(fold(c)[0])] == []
    assert is_normalized("NFC", "".join(c + d for c, d in zip(simple, simple[::-1], strict=True)))
    assert not {mark for c in simple for mark in nfd(c)[1:] + nfd(fold(c))[1:]} & set(simple)


def test_folding_twice_is_folding_once_on_every_code_point() -> None:
    assert [hex(ord(c)) for c in every_character() if fold(fold(c)) != fold(c)] == []


@given(any_text, any_text)
def test_canonically_equivalent_texts_are_equal(one: str, other: str) -> None:
    def canonical_caseless(text: str) -> str:  # D145
        return nfd(nfd(text).casefold())

    for text in (other, nfd(one), normalize("NFC", one), one.upper(), one.lower(), one.casefold()):
        if canonical_caseless(text) == canonical_caseless(one):
            assert fold(text) == fold(one)
        elif not set(text + one) & set(WHITE_SPACE):
            assert fold(text) != fold(one)
    assert fold(fold(one)) == fold(one)
    assert is_normalized("NFC", fold(one))


def test_white_space_is_defined_by_unicode() -> None:
    assert {c for c in every_character() if fold(f"a{c}b") == "a b"} == set(WHITE_SPACE)


@given(text=any_text, before=blanks, after=blanks)
def test_white_space_at_the_ends_and_runs_of_it_are_as_one_blank(text: str, before: str, after: str) -> None:
    assert fold(before + text + after) == fold(text)
    if before:
        assert fold_part(f"{before}{text}") == fold_part(f" {text}")
        assert fold(f"x{before}y") == "x y"


@pytest.mark.parametrize("operator", ["is", "is one of", "contains", "starts with", "ends with"])
@given(data=st.data(), text=texts, before=blanks, after=blanks)
def test_text_is_compared_without_regard_to_case_form_and_white_space(
    engine: Engine, operator: str, data: st.DataObject, text: str, before: str, after: str
) -> None:
    value = parse_value(before + data.draw(respelled(text)) + after, NICKNAME, UTC)
    if value is None:
        return
    contact = Contact(1, 1, "a@b.de", {NICKNAME.id: value}, EPOCH, EPOCH)
    whole = operator.startswith("is")
    rule = built(DraftCondition(NICKNAME.id, operator, (after + text + before if whole else text,), "here"))
    engine.fill([contact])
    assert selects(rule, contact, AS_OF)
    assert engine.selected(rule, AS_OF) == {1}


SAME = [
    ("José", "Jose\u0301"),
    ("ΝΊΚΟΣ", "Νίκος"),
    ("STRASSE", "Straße"),
    ("STRAẞE", "strasse"),
    ("New\u00a0York", "New York"),
    ("New \t\u2028 York", "new york"),
    ("ﬁn", "FIN"),
    ("ᾳ", "ΑΙ"),
    ("가", "\u1100\u1161"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_texts_that_people_consider_equal(engine: Engine, one: str, other: str) -> None:
    for value, operand in ((one, other), (other, one)):
        contact = Contact(1, 1, "a@b.de", {NICKNAME.id: value}, EPOCH, EPOCH)
        rule = built(DraftCondition(NICKNAME.id, "is", (operand,), "here"))
        engine.fill([contact])
        assert selects(rule, contact, AS_OF)
        assert engine.selected(rule, AS_OF) == {1}


def test_shown_and_exported_text_is_not_folded(stores: Stores) -> None:
    for value in (text for pair in SAME for text in pair):
        stores.fill([Contact(1, 1, "a@b.de", {NICKNAME.id: value}, EPOCH, EPOCH)])
        assert stores.held(1)[NICKNAME.id] == value


def _read(text: str) -> Value | None:
    try:
        return parse_value(text, NICKNAME, UTC)
    except ValueProblem:
        return None


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
    engine: Engine, operator: str, part: str, has_it: str | None, has_not: str, way: Callable[[Condition], str]
) -> None:
    rule = built_condition(DraftCondition(NICKNAME.id, operator, (part,), "here"))
    values = {number: text for number, text in enumerate((has_it, has_not), 1) if text}
    audience = [Contact(number, 1, "a@b.de", {NICKNAME.id: text}, EPOCH, EPOCH) for number, text in values.items()]
    engine.fill(audience)
    assert engine.selected(rule, AS_OF) == ({1} if has_it else set())
    assert [contact.id for contact in audience if selects(rule, contact, AS_OF)] == ([1] if has_it else [])
    assert part in way(rule)
    assert f"“{part}”" in describe(rule)
