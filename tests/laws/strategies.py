"""Random contacts and rules that meet each other: values come from small pools of troublesome ones or from anywhere."""

from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Literal
from unicodedata import normalize
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tamis.domain.consent.topics import SubscriptionState, topic_field, topic_id_of
from tamis.domain.contacts.contacts import Contact
from tamis.domain.errors import Invalid
from tamis.domain.segments.segments import SegmentRef, SegmentRefs
from tamis.domain.values.calendar import Month, Period, Weekday
from tamis.domain.values.durations import Unit
from tamis.domain.values.fields import (
    ADDRESS_LINE1,
    CREATED_AT,
    EMAIL,
    FIRST_NAME,
    UPDATED_AT,
    Field,
    FieldSet,
    Kind,
    Value,
    ValueProblem,
    format_value,
    parse_value,
)
from tamis.domain.values.instants import to_utc
from tamis.domain.values.text import fold
from tamis.rules.build import build
from tamis.rules.operators import OPERATORS, Operator, Relative, Takes, ValueType, positive_form
from tamis.rules.random_share import parse_share_name
from tamis.rules.syntaxes.draft import Draft, DraftCondition, DraftGroup, DraftNot
from tamis.rules.tree import Condition, Node

PLANS = ("Free", "Pro", "Straße", "ΟΔΟΣ", "İstanbul", "Free trial")
INTERESTS = (
    "Music",
    "Straße",
    "ΟΔΟΣ",
    "İstanbul",
    "Art, old",
    "Art",
    "old",
    "a \"b\" 'c' \\",
    ",",
    "{x}",
    "🦊",
    "null",
)
FIELDS = FieldSet(
    (
        EMAIL,
        FIRST_NAME,
        ADDRESS_LINE1,
        CREATED_AT,
        UPDATED_AT,
        Field(101, "nickname", "Nickname", Kind.TEXT),
        Field(102, "notes", "Notes", Kind.TEXT),
        Field(103, "age", "Age", Kind.NUMBER),
        Field(104, "order_total", "Order total", Kind.NUMBER),
        Field(105, "birth_date", "Birth date", Kind.DATE),
        Field(106, "last_order", "Last order", Kind.DATETIME),
        Field(107, "not_active", "Not active", Kind.BOOLEAN),
        Field(108, "plan", "Plan", Kind.CHOICE, PLANS),
        Field(109, "not", "Not", Kind.TEXT),
        Field(110, "1st_seen", "1st seen", Kind.DATETIME),
        Field(111, "größe_σ", "Größe Σ", Kind.NUMBER),
        Field(112, "true", "True", Kind.BOOLEAN),
        Field(113, "interests", "Interests", Kind.CHOICES, INTERESTS),
        Field(114, "wanted_plan", "Wanted plan", Kind.CHOICE, PLANS),
        Field(115, "first_visit", "First visit", Kind.DATE),
    ),
    (topic_field(4, "News"), topic_field(9, 'a "b" \\'), topic_field(3, "9")),
)
"""The fields of every random contact, some with keys that look like words of the text language."""

ZONES = tuple(
    ZoneInfo(name)
    for name in (
        "UTC",
        "America/Sao_Paulo",  # its days began at 1 o'clock when daylight saving did
        "Europe/Berlin",
        "Asia/Beirut",  # changes its clocks at midnight
        "Pacific/Apia",  # had no 30 December 2011
        "Asia/Kolkata",
        "America/New_York",
        "Atlantic/Azores",  # midnight comes twice when daylight saving ends
        "America/St_Johns",  # changed its clocks a minute after midnight
        "Pacific/Kiritimati",
        "Etc/GMT+12",
    )
)
zones = st.sampled_from(ZONES)

# -- values ------------------------------------------------------------------------------------------------------------

_LETTERS = "aAbBzZ09 éÉßẞsSſΣσςİIıikKßǅÅåÅ%_\\\"'`{}()\t\n,;=-\u00a0\u0085\u2028\u200b\u0301🦊𐐀𐐨"
raw_texts = st.one_of(
    st.text(st.sampled_from(_LETTERS), max_size=6),
    st.sampled_from(
        [
            "",
            " ",
            "a",
            "A",
            "ab",
            "true",
            "is",
            "and",
            "5",
            "ΟΔΟΣ",
            "οδος",
            "οδοσ",
            "straße",
            "STRASSE",
            "%",
            "José",
            "Jose\u0301",
            "ΝΊΚΟΣ",
            "Νίκος",
            "New York",
            "New\u00a0 York",
            "ﬁ",
            "ᾳ",
            "각",
            "Ꭰꭰ",
            "a\u0323\u0302",
        ]
    ),
    st.text(max_size=12),
)
"""Text as a user might type it: blank, padded, or with characters that no value may have."""


def _read(text: str, field: Field) -> Value | None:
    try:
        return parse_value(text, field, ZoneInfo("UTC"))
    except ValueProblem:
        return None


_TEXT_FIELD = FIELDS.by_id[101]
texts: st.SearchStrategy[str] = (
    raw_texts.map(lambda raw: _read(raw, _TEXT_FIELD)).filter(lambda value: value is not None).map(str)
)
emails = st.builds(
    "{}@{}".format, st.text("abAB019._-+é", min_size=1, max_size=5), st.sampled_from(["a.de", "B.org", "münchen.de"])
)
_LARGEST = 1.7976931348623157e308
numbers = st.one_of(
    st.sampled_from([0.0, 1.0, -1.0, 0.1, 2.5, 18.0, 30.0, 5e-324, -5e-324, _LARGEST, -_LARGEST,
                     2.0**53, 2.0**53 + 2, -(2.0**63), 2.0**64, 1e16, 1e22, 1e23, 123456789.123]),
    st.integers(-3, 3).map(float),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda number: number + 0.0),
)  # fmt: skip
dates = st.one_of(
    st.sampled_from([date.min, date.max, date(1, 1, 2), date(9999, 12, 30), date(1970, 1, 1), date(2000, 2, 29)]),
    st.dates(date(2024, 3, 29), date(2024, 4, 2)),
    st.dates(),
)
_TURNS = tuple(
    datetime.fromisoformat(text)
    for text in (
        "0001-01-01",
        "0001-01-02",
        "9999-12-30",
        "9999-12-31 23:59:59.999999",
        "1900-01-01",
        "1970-01-01",
        "2011-12-30",  # Pacific/Apia, the day that was not
        "2017-10-15",  # America/Sao_Paulo, forward
        "2018-02-18",  # America/Sao_Paulo, back
        "2010-11-07",  # America/St_Johns, back
        "2024-03-31",  # Europe/Berlin, Asia/Beirut and Atlantic/Azores, forward
        "2024-10-27",  # the same, back
        "2023-03-01",  # there was no 29 February
        "2024-02-29",
        "2024-03-01",
        "2025-01-01",
    )
)
_STEPS = tuple(
    timedelta(hours=hours, minutes=minutes, microseconds=micros)
    for hours in (-24, -1, 0, 1, 2, 24)
    for minutes in (0, 30)
    for micros in (-1, 0, 1)
)


def _moved(local_time: datetime, step: timedelta) -> datetime:
    try:
        return local_time + step
    except OverflowError:
        return local_time


local_times = st.one_of(st.builds(_moved, st.sampled_from(_TURNS), st.sampled_from(_STEPS)), st.datetimes())
"""Naive date-times, many of them where clocks change or the calendar ends."""
instants = st.one_of(
    st.builds(to_utc, local_times, zones),
    st.builds(to_utc, st.builds(_moved, st.sampled_from(_TURNS), st.sampled_from(_STEPS)), zones),
)
FIELD_OPERATORS = tuple(operator for operator in OPERATORS if not operator.takes_no_field)

VALUES: dict[Kind, st.SearchStrategy[Value]] = {
    Kind.TEXT: texts,
    Kind.NUMBER: numbers,
    Kind.DATE: dates,
    Kind.DATETIME: instants,
    Kind.BOOLEAN: st.booleans(),
    Kind.CHOICE: st.sampled_from(PLANS),
    Kind.CHOICES: st.sets(st.sampled_from(INTERESTS), min_size=1).map(lambda s: tuple(o for o in INTERESTS if o in s)),
}


EVERY_KIND = frozenset(Kind)


@st.composite
def contacts(draw: st.DrawFn, contact_id: int = 1, kinds: Collection[Kind] = EVERY_KIND) -> Contact:
    """A contact with values of some kinds, any of which may be missing: to draw those that nothing looks at takes as
    long."""
    values = {
        field.id: draw(VALUES[field.kind])
        for field in FIELDS.fields
        if field.kind in kinds and field not in (EMAIL, CREATED_AT, UPDATED_AT) and draw(st.booleans())
    }
    states = {
        topic.id: draw(st.sampled_from(SubscriptionState)).value for topic in FIELDS.topics if draw(st.booleans())
    }
    return Contact(contact_id, 1, draw(emails), values, draw(instants), draw(instants), draw(st.booleans()), states)


@st.composite
def crowds(draw: st.DrawFn, most: int = 6, kinds: Collection[Kind] = EVERY_KIND) -> list[Contact]:
    """Several contacts, numbered from 1 on."""
    return [draw(contacts(number, kinds)) for number in range(1, draw(st.integers(1, most)) + 1)]


def swap_case(text: str) -> str:
    """Write text in other cases, where it then means the same: ı and İ have none."""
    return "".join(c.swapcase() if fold(c.swapcase()) == fold(c) else c for c in text)


@st.composite
def respelled(draw: st.DrawFn, text: str) -> str:
    """Write text in other cases, another normal form, or with other blanks, so that it means the same."""
    text = draw(
        st.sampled_from([text, swap_case(text), text.upper(), text.casefold(), fold(text)]).filter(
            lambda other: fold(other) == fold(text)
        )
    )
    text = normalize(draw(st.sampled_from(["NFC", "NFD"])), text)
    return draw(st.sampled_from([text, *(text.replace(" ", blank) for blank in ("  ", "\u00a0", "\t\n", "\u2009"))]))


# -- rules -------------------------------------------------------------------------------------------------------------

_OFFSETS = ("Z", "+00:00", "-00:00", "+05:30", "-03:00", "+14:00", "-1200", "z")


@st.composite
def _instant_texts(draw: st.DrawFn) -> str:
    local_time = draw(local_times)
    spec = draw(st.sampled_from(["minutes", "seconds", "auto", "microseconds"]))
    return local_time.isoformat(draw(st.sampled_from("T ")), spec) + draw(st.sampled_from(("", "", *_OFFSETS)))


OPERAND_TEXTS: dict[Kind, st.SearchStrategy[str]] = {
    Kind.TEXT: texts.flatmap(
        lambda text: st.one_of(respelled(text), st.sampled_from([fold(text), f"  {text}\t", text[:2]]))
    ),
    Kind.NUMBER: numbers.map(format_value),
    Kind.DATE: dates.map(str),
    Kind.DATETIME: st.one_of(dates.map(str), _instant_texts(), instants.map(format_value)),
    Kind.BOOLEAN: st.sampled_from(["true", "false", "Yes", "NO", "1", "0"]),
    Kind.CHOICE: st.sampled_from([*PLANS, *map(fold, PLANS)]),
    Kind.CHOICES: st.sampled_from([*INTERESTS, *map(fold, INTERESTS)]),
}


@st.composite
def duration_texts(draw: st.DrawFn, hours: bool) -> str:
    """Text that is a duration, in hours only where that is allowed."""
    unit = draw(st.sampled_from([unit for unit in Unit if hours or unit is not Unit.HOUR]))
    counts = st.sampled_from([0, 1, 2, 3, 7, 11, 12, 13, 23, 24, 28, 30, 31, 51, 52, 53, 363, 364, 365, 366, 999_999])
    count = draw(st.one_of(counts, st.integers(0, 999_999))) or int(unit is Unit.HOUR)
    written = [f"{count} {unit}", f"{count} {unit}s", f"  {count} {unit.upper()}S"]
    return draw(st.sampled_from([*written, str(count)] if unit is Unit.DAY else written))


def _in_any_case(words: Iterable[str]) -> st.SearchStrategy[str]:
    return st.sampled_from([form for word in words for form in (word, word.capitalize(), f" {word.upper()} ")])


_ages = st.one_of(st.integers(0, 3), st.sampled_from([17, 18, 29, 100, 999]), st.integers(0, 999)).map(str)
CALENDAR_TEXTS = {
    ValueType.PERIOD: _in_any_case(Period),
    ValueType.MONTH: st.one_of(_in_any_case(month.name.lower() for month in Month), st.integers(1, 12).map(str)),
    ValueType.WEEKDAY: _in_any_case([*(day.name.lower() for day in Weekday), "sun", "Tue.", "montag"]),
    ValueType.DAY: st.integers(1, 31).map(str),
    ValueType.AGE: _ages,
}


def others_of(field: Field, fields: FieldSet) -> list[Field]:
    """List the fields that a field can be compared with."""
    return [other for other in fields.fields if other.kind is field.kind and other != field]


def operand_texts(field: Field, operator: Operator, fields: FieldSet = FIELDS) -> st.SearchStrategy[str]:
    """Text that is a value of a condition."""
    relative = positive_form(operator)[0].relative
    if operator.values is ValueType.DURATION:
        return duration_texts(hours=field.kind is Kind.DATETIME and relative is not Relative.ANNIVERSARY)
    if operator.values is ValueType.FIELD:
        others = others_of(field, fields)
        return st.sampled_from([form for other in others for form in (str(other.id), f"`{other.key}`", other.name)])
    if operator.values in CALENDAR_TEXTS:
        return CALENDAR_TEXTS[operator.values]
    if operator.takes_parts:
        parts = OPERAND_TEXTS[Kind.TEXT].flatmap(lambda text: st.sampled_from([text, f" {text}", f"{text}\u00a0", " "]))
        return parts.filter(lambda written: operator.takes_blanks or bool(written.strip()))
    return OPERAND_TEXTS[field.kind].filter(lambda written: bool(written.strip()))


def value_counts(takes: Takes) -> st.SearchStrategy[int]:
    """How many values an operator may have."""
    return (
        st.one_of(st.integers(1, 4), st.integers(1, 12))
        if takes is Takes.MANY
        else st.just({"none": 0, "one": 1, "two": 2}[takes])
    )


@st.composite
def draft_conditions(
    draw: st.DrawFn, operator: Operator | None = None, fields: Callable[[Field], bool] = lambda field: True
) -> DraftCondition:
    """A condition that `build` accepts."""
    op = operator or draw(
        st.sampled_from([o for o in OPERATORS if any(fields(f) and f.kind in o.kinds for f in FIELDS.fields)])
    )
    field = draw(st.sampled_from([field for field in FIELDS.fields if field.kind in op.kinds and fields(field)]))
    count = draw(value_counts(op.takes))
    values = tuple(draw(operand_texts(field, op)) for _ in range(count))
    spelling = draw(st.sampled_from((op.name, op.name.upper(), *op.aliases)))
    references: list[str | int] = [field.id, field.key, field.name]
    reference = draw(st.sampled_from(references))
    draft = DraftCondition(reference, spelling, values, "here")
    if op.takes is Takes.TWO:
        try:
            build(draft, FIELDS)
        except Invalid:  # the bounds stand in the wrong order
            return DraftCondition(draft.field, draft.operator, values[::-1], "here")
    return draft


@st.composite
def _groups(draw: st.DrawFn, parts: st.SearchStrategy[Draft]) -> DraftGroup:
    join: Literal["all", "any"] = draw(st.sampled_from(["all", "any"]))
    return DraftGroup(join, tuple(draw(st.lists(parts, min_size=1, max_size=4))), "here")


SEGMENTS = SegmentRefs(
    (
        SegmentRef(3, "Customers in India"),
        SegmentRef(4, '"Quoted" \\ and\u00a0named'),
        SegmentRef(5, "7"),  # which is the id of another one
        SegmentRef(7, "true"),
        SegmentRef(123_456, "ΟΔΟΣ"),
    )
)
"""The segments of the type of every random contact."""


@st.composite
def draft_segments(draw: st.DrawFn) -> DraftCondition:
    """A condition about another segment that `build` accepts."""
    operator = draw(st.sampled_from([o for o in OPERATORS if o.names_segment]))
    segment = draw(st.sampled_from(SEGMENTS.refs))
    reference = draw(st.sampled_from([str(segment.id), segment.name, f" {swap_case(segment.name)} "]))
    return DraftCondition(None, draw(st.sampled_from([operator.name, operator.name.upper()])), (reference,), "here")


@st.composite
def draft_shares(draw: st.DrawFn) -> DraftCondition:
    """A condition about a random share that `build` accepts."""
    operator = draw(st.sampled_from([o for o in OPERATORS if o.values is ValueType.SHARE]))
    percentage = draw(st.sampled_from(["50%", "10", "100.0 %", "33.3333%", "0.0001%", " 5%"]))
    name = draw(st.one_of(st.sampled_from(["autumn test", "Autumn  TEST", 'a "b" \\']), texts.filter(is_share_name)))
    return DraftCondition(None, operator.name, (percentage, name), "here")


def is_share_name(text: str) -> bool:
    """Return whether a text can be the name of a random share."""
    try:
        return bool(parse_share_name(text))
    except ValueProblem:
        return False


draft_suppressions: st.SearchStrategy[DraftCondition] = st.builds(
    DraftCondition,
    st.none(),
    st.sampled_from([name for o in OPERATORS if o.values is ValueType.NOTHING for name in (o.name, *o.aliases)]),
    st.just(()),
    st.just("here"),
)
"""A condition about who may be mailed."""


@st.composite
def draft_subscriptions(draw: st.DrawFn) -> DraftCondition:
    """A condition about a topic that `build` accepts."""
    operator = draw(st.sampled_from([o for o in OPERATORS if o.names_topic]))
    topic = draw(st.sampled_from(FIELDS.topics))
    references = [str(topic_id_of(topic)), *([] if topic.name.isdigit() else [topic.name, swap_case(topic.name)])]
    return DraftCondition(None, operator.name, (draw(st.sampled_from(references)),), "here")


leaves = st.one_of(
    draft_conditions(),
    draft_conditions(),
    draft_segments(),
    draft_shares(),
    draft_suppressions,
    draft_subscriptions(),
)
drafts: st.SearchStrategy[Draft] = st.recursive(
    leaves,
    lambda parts: st.one_of(_groups(parts), st.builds(DraftNot, parts, st.just("here"))),
    max_leaves=8,
)
"""Drafts that `build` accepts, nested by all, any and not."""


def built(draft: Draft) -> Node:
    """Build a draft that is known to be right."""
    rule = build(draft, FIELDS, SEGMENTS)
    assert rule is not None
    return rule


def built_condition(draft: DraftCondition) -> Condition:
    """Build a condition that is known to be right."""
    rule = built(draft)
    assert isinstance(rule, Condition)
    return rule


rules = drafts.map(built)
"""Rules of any shape."""
