"""§ Fail closed, in parsers: for any input a parser returns a draft or raises Invalid."""

import json
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tamis.domain.errors import Invalid
from tamis.domain.values.fields import Kind, ValueProblem, parse_operand, parse_value
from tamis.rules.build import build
from tamis.rules.descriptions.describe import describe
from tamis.rules.operators import SPELLINGS
from tamis.rules.syntaxes.arrays import from_arrays
from tamis.rules.syntaxes.draft import Draft
from tamis.rules.syntaxes.json import from_json
from tamis.rules.syntaxes.text import from_text, to_text
from tests.laws.event_strategies import EVENTS, event_rules
from tests.laws.strategies import FIELDS, OPERAND_TEXTS, SEGMENTS, ZONES, raw_texts, rules, zones
from tests.support.effort import examples

any_text = st.text(st.characters())


def read(parse: Callable[[], Draft | None]) -> None:
    """Parse and build; anything but a rule or Invalid with problems fails the test."""
    try:
        rule = build(parse(), FIELDS, SEGMENTS, EVENTS)
    except Invalid as refusal:
        problems = refusal.problems
    else:
        assert describe(rule)
        return
    assert problems
    assert all(problem.path and str(problem) for problem in problems)
    assert max(len(str(problem)) for problem in problems) < 10_000


_WORDS = [*sorted(SPELLINGS), *(f.key for f in FIELDS.fields), "and", "or", "not", "(", ")", ",", '"x"', "'", '"', "`",
          "1", "-1.5e3", "2024-01-01", "2024-01-01T00:00Z", "true", "false", "\\", "\n", "is",
          "ſ", "ı", "30 days", "is in segment", "7", "“", "”", "«x»", "‘it’s’", "[", "]", "&&", "||", "!", "==", "~",
          "…", "ago", "or more", "or later", "to", "field", "is bigger than", "isn't", "-7 days", "–5", "1,000", "$5",
          "1.000,5", "5 €", "1/2/2024", "2024-1-2", "India", "New York", "(or is blank)", "\u200b", "Birth date",
          "who", "did", "did not", "did order", "at least 3 times", "once", "where", "sum", "(amount) of", "last",
          "first", "within", '"order"', "today", "this month"]  # fmt: skip
word_soup = st.lists(st.one_of(st.sampled_from(_WORDS), raw_texts), max_size=20).flatmap(
    lambda words: st.sampled_from(["", " "]).map(lambda blank: blank.join(words))
)


@settings(max_examples=examples(300))
@given(st.one_of(any_text, word_soup))
def test_any_text_is_read_or_refused(text: str) -> None:
    read(lambda: from_text(text))


@settings(max_examples=examples(300))
@given(st.data())
def test_a_damaged_text_about_events_is_read_or_refused(data: st.DataObject) -> None:
    text = data.draw(damaged(event_rules.map(to_text)))
    read(lambda: from_text(text))


@st.composite
def damaged(draw: st.DrawFn, whole: st.SearchStrategy[str]) -> str:
    """A right text with a piece cut out and another put in."""
    text = draw(whole)
    start, end = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
    return text[:start] + draw(st.one_of(st.just(""), any_text, st.sampled_from(_WORDS))) + text[end:]


@given(damaged(rules.map(to_text)))
def test_a_damaged_text_is_read_or_refused(text: str) -> None:
    read(lambda: from_text(text))


_scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), raw_texts, st.sampled_from(["age", "is", "=", "30 days", 7]),
    st.sampled_from(["birth_date", "is within", "is in segment"]),
    st.integers(100, 112), st.integers(10**17, 10**30),
)  # fmt: skip
_KEYS = ["all", "any", "not", "field", "operator", "values", "event", "function", "property", "window", "where"]
_keys = st.one_of(st.sampled_from(_KEYS), raw_texts)
any_json = st.recursive(
    _scalars,
    lambda parts: st.one_of(
        st.lists(parts, max_size=4),
        st.dictionaries(_keys, parts, max_size=4),
        st.fixed_dictionaries({"field": _scalars, "operator": _scalars, "values": st.lists(_scalars)}),
        st.fixed_dictionaries({"operator": _scalars, "values": st.lists(_scalars, max_size=2)}),
        st.fixed_dictionaries({"not": parts}),
        st.fixed_dictionaries({"all": st.lists(parts, max_size=3)}),
    ),
    max_leaves=12,
)


@settings(max_examples=examples(300))
@given(any_json)
def test_any_json_is_read_or_refused(plain: object) -> None:
    read(lambda: from_json(json.dumps(plain)))


@given(st.one_of(any_text, st.binary()))
def test_any_document_is_read_or_refused(document: str | bytes) -> None:
    read(lambda: from_json(document))


_entries = st.lists(
    st.one_of(raw_texts, st.sampled_from(["101", "103", "105", "age", "1", "0", "2024-01-01", "30 days"])), max_size=4
)
_operators = st.lists(st.one_of(raw_texts, st.sampled_from(sorted(SPELLINGS))), max_size=4)
_query_types = st.one_of(st.none(), st.sampled_from(["and", "or", "rule", ""]), raw_texts)


@settings(max_examples=examples(300))
@given(_entries, _operators, _entries, _query_types)
@example(["9" * 30, "٣"], ["is", "is"], ["1", "2"], "and")
def test_any_arrays_are_read_or_refused(
    fields: list[str], operators: list[str], values: list[str], query_type: str | None
) -> None:
    read(lambda: from_arrays(fields, operators, values, query_type))


LONG_TEXTS = {
    "brackets": "(" * 30_000 + "age = 1" + ")" * 30_000,
    "open brackets": "(" * 30_000,
    "not": "not " * 30_000 + "age = 1",
    "not and brackets": "not (" * 5_000 + "age = 1" + ")" * 5_000,
    "or": " or ".join(["age = 1"] * 3_000),
    "groups": " or (age = 1 and ".join(["age = 2"] * 40) + ")" * 39,
    "list": f"age in ({', '.join(['1'] * 10_000)})",
    "open text": 'nickname = "' + "x" * 100_000,
    "escapes": "nickname = '" + "\\" * 100_001,
    "digits": "age = " + "9" * 10_000,
    "zeros and digits": "age = " + "0" * 10_000 + "9" * 30,
    "name": "x" * 100_000,
    "blanks": "age is" + " " * 100_000 + "blank",
    "words": "age " + "word " * 80_000 + "5",
    "words for a value": "notes = " + "word " * 80_000,
    "words for a field": "x " * 200_000,
    "commas": "age > " + "1," * 200_000,
    "points": "age > " + "1.1" * 100_000,
    "apostrophes": "notes = ‘" + "’a" * 200_000,
    "too long": "age = 1 or " * 100_000,
    "not text": "\0\ud800",
}


@pytest.mark.parametrize("text", LONG_TEXTS.values(), ids=LONG_TEXTS)
def test_a_long_or_deep_text_is_read_or_refused(text: str) -> None:
    read(lambda: from_text(text))


LONG_JSON = {
    "lists": "[" * 100_000 + "]" * 100_000,
    "objects": '{"not":' * 100_000 + "1" + "}" * 100_000,
    "a hundred": '{"not":' * 100 + "1" + "}" * 100,
    "groups": '{"all":[' * 100 + "1" + "]}" * 100,
    "values": json.dumps({"field": 103, "operator": "in", "values": ["1"] * 50_000}),
    "digits": '{"field":103,"operator":"is","values":[' + "9" * 4_000 + "]}",
    "more digits": '{"field":103,"operator":"is","values":[' + "9" * 5_000 + "]}",
    "a long id": '{"field":' + "9" * 4_000 + ',"operator":"is","values":[1]}',
    "a long name": json.dumps({"field": "x" * 100_000, "operator": "y" * 100_000}),
    "a long exponent": '{"field":103,"operator":"is","values":[1e999999999]}',
    "half a character": '{"field":101,"operator":"is","values":["\\ud800"]}',
}


@pytest.mark.parametrize("document", LONG_JSON.values(), ids=LONG_JSON)
def test_a_long_or_deep_document_is_read_or_refused(document: str) -> None:
    read(lambda: from_json(document))


@pytest.mark.parametrize("kind", Kind)
@settings(max_examples=examples(50))
@given(text=st.one_of(any_text, raw_texts, *OPERAND_TEXTS.values()), zone=zones)
@example(text="0" * 5_000 + "9" * 20, zone=ZONES[0])
@example(text="9" * 5_000, zone=ZONES[0])
@example(text="1e" + "9" * 5_000, zone=ZONES[0])
def test_any_value_is_read_or_refused(kind: Kind, text: str, zone: ZoneInfo) -> None:
    field = next(field for field in FIELDS.fields if field.kind is kind)
    readings: list[Callable[[], object]] = [
        lambda: parse_value(text, field, zone),
        lambda: parse_operand(text, field),
        lambda: parse_operand(text, field, part=True),
    ]
    for reading in readings:
        try:
            value = reading()
        except ValueProblem as problem:
            message = str(problem)
        else:
            nothing = text.replace(";", "").replace(",", "") if kind is Kind.CHOICES else text
            assert (value is None) <= (not nothing.strip())
            continue
        assert 0 < len(message) < 1_000
