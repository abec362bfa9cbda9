"""What a column holds: decided by all of its texts, whatever their order."""

import random
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tamis.domain.dates import DateOrder
from tamis.domain.fields import Field, Kind, ValueProblem, parser
from tamis.domain.reading.columns import Ambiguous, ColumnLearner, ColumnReading

UTC = ZoneInfo("UTC")
JOINED = Field(101, "joined", "Joined", Kind.DATE)
NUMBER = st.integers(1, 13)
LATE = st.builds("{}/{}/2024".format, NUMBER, NUMBER)
TEXTS = st.lists(
    st.one_of(LATE, st.sampled_from(["2024-01-31", "03/04/2024 14:30", "yes", "1", "007", "Pro", "pro", "a;b", " "])),
    max_size=8,
)


def decided(texts: list[str], known: Field | None = None, order: DateOrder | None = None) -> ColumnReading | Ambiguous:
    column = ColumnLearner(known, order)
    column.add(texts)
    return column.decide(sum(1 for text in texts if text.strip()))


def readings(text: str, kind: Kind, order: DateOrder) -> object:
    try:
        return parser(Field(0, "", "", kind), UTC, order)(text)
    except ValueProblem:
        return None


@given(texts=st.one_of(TEXTS, st.lists(LATE, max_size=4)), copies=st.sampled_from([1, 20]), seed=st.integers())
def test_the_order_of_rows_plays_no_part_and_every_value_fits(texts: list[str], copies: int, seed: int) -> None:
    cells = texts * copies
    found = decided(cells)
    random.Random(seed).shuffle(cells)
    assert decided(cells) == found
    if isinstance(found, ColumnReading):
        read = parser(Field(0, "", "", found.kind, found.options), UTC, found.order)
        assert all(read(text) is not None for text in cells if text.strip())


@given(texts=st.lists(st.one_of(LATE, st.just("2024-01-31")), min_size=1, max_size=4))
def test_a_question_is_asked_exactly_if_both_readings_fit_and_differ(texts: list[str]) -> None:
    dmy, mdy = ([readings(text, Kind.DATE, order) for text in texts] for order in (DateOrder.DMY, DateOrder.MDY))
    ambiguous = None not in dmy and None not in mdy and dmy != mdy
    found = decided(texts)
    assert isinstance(found, Ambiguous) == ambiguous
    if isinstance(found, ColumnReading):
        assert (found.kind is Kind.DATE) == (None not in dmy or None not in mdy)


def test_the_question_says_what_to_do() -> None:
    found = decided(["03/04/2024", "05/05/2024"])
    assert isinstance(found, Ambiguous)
    assert found.question("joined") == (
        'the column "joined" can be read in two ways: 03/04/2024 is 3 April or 4 March: '
        "say --date-order dmy or --date-order mdy"
    )


@pytest.mark.parametrize(
    ("texts", "order", "found"),
    [
        (["03/04/2024", "31/12/2024"], None, ColumnReading(Kind.DATE, order=DateOrder.DMY)),
        (["03/04/2024", "12/31/2024"], None, ColumnReading(Kind.DATE, order=DateOrder.MDY)),
        (["31/12/2024", "12/31/2024"], None, ColumnReading(Kind.TEXT)),
        (["03/04/2024"], DateOrder.MDY, ColumnReading(Kind.DATE, order=DateOrder.MDY)),
        (["03/04/2024"], DateOrder.YMD, ColumnReading(Kind.TEXT)),
        (["2024/12/31", "2024-12-31"], None, ColumnReading(Kind.DATE)),
        (["2024-12-31", "31.12.2024 14:30"], None, ColumnReading(Kind.DATETIME, order=DateOrder.DMY)),
    ],
)
def test_one_date_decides_the_order_of_all(texts: list[str], order: DateOrder | None, found: ColumnReading) -> None:
    assert decided(texts, order=order) == found


def test_of_a_known_field_only_the_order_is_asked() -> None:
    assert decided(["soon", "31/12/2024"], JOINED) == ColumnReading(Kind.DATE, order=DateOrder.DMY)
    assert isinstance(decided(["soon", "03/04/2024"], JOINED), Ambiguous)
    assert decided(["03/04/2024"], JOINED, DateOrder.DMY) == ColumnReading(Kind.DATE, order=DateOrder.DMY)
    assert ColumnLearner(Field(102, "name", "Name", Kind.TEXT)).settled
    assert parser(JOINED, UTC, DateOrder.DMY)("03/04/2024") == date(2024, 4, 3)


@pytest.mark.parametrize(
    ("texts", "options"),
    [
        (["pro", "Free", "Pro"] * 10, ("Free", "Pro")),
        (["Pro", "Free"] * 9 + ["Pro"], ()),
        (["Pro"] * 100, ()),
        ([f"Plan {number}" for number in range(20)] * 10, tuple(sorted(f"Plan {number}" for number in range(20)))),
        ([f"Plan {number}" for number in range(21)] * 100, ()),
        (["Pro", "Free; old"] * 50, ()),
        (["Pro", "x" * 101] * 50, ()),
        (["Pro", "two\nlines"] * 50, ()),
        ([], ()),
    ],
)
def test_few_texts_that_come_up_often_are_a_choice(texts: list[str], options: tuple[str, ...]) -> None:
    assert decided(texts) == (ColumnReading(Kind.CHOICE, options) if options else ColumnReading(Kind.TEXT))
