"""The format of a column is inferred from all of its texts, in any order."""

import random
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tamis.cli.messages import WORDS
from tamis.domain.inference.column_inference import FileHints, infer_formats
from tamis.domain.inference.column_profiler import ColumnHints, ColumnProfiler
from tamis.domain.parsing.column_format import Ambiguous, AmbiguousDates, AmbiguousNumbers, ColumnFormat
from tamis.domain.parsing.number_parser import DecimalMark
from tamis.domain.values.dates import DateOrder
from tamis.domain.values.fields import Field, Kind, ValueProblem, parser

UTC = ZoneInfo("UTC")
JOINED = Field(101, "joined", "Joined", Kind.DATE)
NUMBER = st.integers(1, 13)
LATE = st.builds("{}/{}/2024".format, NUMBER, NUMBER)
TEXTS = st.lists(
    st.one_of(LATE, st.sampled_from(["2024-01-31", "03/04/2024 14:30", "yes", "1", "007", "Pro", "pro", "a;b", " "])),
    max_size=8,
)


def decided(
    texts: list[str], known: Field | None = None, order: DateOrder | None = None, header: str = "", **output: Any
) -> ColumnFormat | Ambiguous:
    return decided_file({header: texts}, known, order=order, **output)[header]


def decided_file(
    columns: dict[str, list[str]], known: Field | None = None, delimiter: str | None = ",", **output: Any
) -> dict[str, ColumnFormat | Ambiguous]:
    """Decide about the columns of a file by their names."""
    profilers = []
    for header, texts in columns.items():
        profiler = ColumnProfiler(ColumnHints(header, known.kind if known else None))
        profiler.reset(sum(1 for text in texts if text.strip()))
        profiler.add((text, 1) for text in texts)
        profilers.append(profiler)
    found = infer_formats(dict(enumerate(profilers)), FileHints(delimiter, **output))
    return {header: found[place] for place, header in enumerate(columns)}


def readings(text: str, kind: Kind, order: DateOrder) -> object:
    try:
        return parser(Field(0, "", "", kind), UTC, order)(text)
    except ValueProblem:
        return None


@given(texts=st.one_of(TEXTS, st.lists(LATE, max_size=4)), copies=st.sampled_from([1, 20]), seed=st.integers())
def test_inference_ignores_row_order_and_fits_every_value(texts: list[str], copies: int, seed: int) -> None:
    cells = texts * copies
    found = decided(cells)
    random.Random(seed).shuffle(cells)
    assert decided(cells) == found
    if isinstance(found, ColumnFormat):
        read = parser(Field(0, "", "", found.kind, found.options), UTC, found.order)
        assert all(read(text) is not None for text in cells if text.strip())


@given(texts=st.lists(st.one_of(LATE, st.just("2024-01-31")), min_size=1, max_size=4))
def test_the_date_order_is_asked_for_only_if_both_readings_fit_and_differ(texts: list[str]) -> None:
    dmy, mdy = ([readings(text, Kind.DATE, order) for text in texts] for order in (DateOrder.DMY, DateOrder.MDY))
    ambiguous = None not in dmy and None not in mdy and dmy != mdy
    found = decided(texts)
    assert isinstance(found, Ambiguous) == ambiguous
    if isinstance(found, ColumnFormat):
        assert (found.kind is Kind.DATE) == (None not in dmy or None not in mdy)


def test_the_question_explains_what_to_do() -> None:
    found = decided(["03/04/2024", "05/05/2024"])
    assert isinstance(found, Ambiguous)
    assert WORDS.render(found.question("joined")) == (
        'the dates in the column "joined" can be read in two ways: 03/04/2024 could be 3 April or 4 March: '
        "add --date-order dmy or --date-order mdy"
    )


@pytest.mark.parametrize(
    ("texts", "order", "found"),
    [
        (["03/04/2024", "31/12/2024"], None, ColumnFormat(Kind.DATE, order=DateOrder.DMY)),
        (["03/04/2024", "12/31/2024"], None, ColumnFormat(Kind.DATE, order=DateOrder.MDY)),
        (["31/12/2024", "12/31/2024"], None, ColumnFormat(Kind.TEXT)),
        (["03/04/2024"], DateOrder.MDY, ColumnFormat(Kind.DATE, order=DateOrder.MDY)),
        (["03/04/2024"], DateOrder.YMD, ColumnFormat(Kind.TEXT)),
        (["2024/12/31", "2024-12-31"], None, ColumnFormat(Kind.DATE)),
        (["2024-12-31", "31.12.2024 14:30"], None, ColumnFormat(Kind.DATETIME, order=DateOrder.DMY)),
    ],
)
def test_one_date_decides_the_order_of_all(texts: list[str], order: DateOrder | None, found: ColumnFormat) -> None:
    assert decided(texts, order=order) == found


def test_only_the_date_order_is_asked_for_a_known_field() -> None:
    assert decided(["soon", "31/12/2024"], JOINED) == ColumnFormat(Kind.DATE, order=DateOrder.DMY)
    assert isinstance(decided(["soon", "03/04/2024"], JOINED), Ambiguous)
    assert decided(["03/04/2024"], JOINED, DateOrder.DMY) == ColumnFormat(Kind.DATE, order=DateOrder.DMY)
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
def test_few_frequent_texts_are_a_choice(texts: list[str], options: tuple[str, ...]) -> None:
    assert decided(texts) == (ColumnFormat(Kind.CHOICE, options) if options else ColumnFormat(Kind.TEXT))


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["1", "2.5", "", " "], Kind.NUMBER),
        (["-1", "0", "0.5"], Kind.NUMBER),
        (["1", "2.5", "many"], Kind.TEXT),
        (["0171 555"], Kind.TEXT),
        (["00123", "4"], Kind.TEXT),
        (["+49171555"], Kind.TEXT),
        (["-05"], Kind.TEXT),
        (["12345678901234567890"], Kind.TEXT),
        (["0", "1"], Kind.NUMBER),
        (["yes", "NO", ""], Kind.BOOLEAN),
        (["yes", "1"], Kind.TEXT),
        (["2024-01-01", "2023-12-31"], Kind.DATE),
        (["2024-01-01", "2024-01-01 10:00"], Kind.DATETIME),
        (["2024-01-01", "2024-02-30"], Kind.TEXT),
        (["2024-01-01T10:00:00Z"], Kind.DATETIME),
    ],
)
def test_the_kind_of_a_column_is_inferred_from_its_values(texts: list[str], kind: Kind) -> None:
    assert decided(texts).kind is kind


def a_number(**written: Any) -> ColumnFormat:
    return ColumnFormat(Kind.NUMBER, **written)


def test_the_file_decides_the_decimal_mark_of_an_ambiguous_column() -> None:
    comma = {"sum": ["1.234,50", "2,5"], "visits": ["1.500", "24.500"]}
    assert decided_file(comma, delimiter=";")["visits"] == a_number(decimal=DecimalMark.COMMA)
    point = {"sum": ["1,234.50"], "visits": ["1,500", "24,500"]}
    assert decided_file(point)["visits"] == a_number()
    alone = decided_file({"visits": ["1.000", "2"]}, delimiter=";")["visits"]
    assert isinstance(alone, AmbiguousNumbers)
    assert WORDS.render(alone.question("visits")) == (
        'the numbers in the column "visits" can be read in two ways: 1.000 could be 1 or 1000: '
        "add --decimal point or --decimal comma"
    )
    assert isinstance(decided(["1,234"]), AmbiguousNumbers)
    assert decided(["1.234"]) == a_number()
    assert decided(["1.234"], decimal=DecimalMark.COMMA) == a_number(decimal=DecimalMark.COMMA)
    assert decided(["1.5", "1.234"], decimal=DecimalMark.COMMA) == a_number()
    places = {"Latitude": ["52.52", "48.1"], "visits": ["1.500"]}
    assert isinstance(decided_file(places, delimiter=";")["visits"], AmbiguousNumbers)


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["$1", "$2.50", "0"], a_number(unit="$")),
        (["1 €", "2 EUR"], a_number(unit="EUR")),
        (["$1", "€2"], ColumnFormat(Kind.TEXT)),
        (["12 %", "0,5 %"], a_number(unit="%", decimal=DecimalMark.COMMA)),
        (["12 %", "0.5"], ColumnFormat(Kind.TEXT)),
        (["732 829 320", "404 833 048"], ColumnFormat(Kind.TEXT)),
        (["1 234", "1 234 567"], a_number()),
        (["1E5", "2E5"], ColumnFormat(Kind.TEXT)),
        (["1,250", "1,209", "56"], a_number()),
        (["1e-3", "7.7E-05", "2"], a_number()),
        (["10.0.0.1", *map(str, range(99))], ColumnFormat(Kind.TEXT)),
        (["02138", *map(str, range(90210, 90310))], ColumnFormat(Kind.TEXT)),
        (["9007199254740993", *map(str, range(99))], ColumnFormat(Kind.TEXT)),
    ],
)
def test_numbers_keep_their_written_digits(texts: list[str], found: ColumnFormat) -> None:
    assert decided(texts) == found


@pytest.mark.parametrize(
    "header", ["Phone", "ZIP code", "PLZ", "customerId", "Customer No", "SKU", "Téléphone", "郵便番号", "Kundennummer"]
)
def test_columns_called_after_codes_are_text(header: str) -> None:
    assert decided(["90210", "33611111101"] * 40, header=header) == ColumnFormat(Kind.TEXT)


@pytest.mark.parametrize("header", ["Orders", "Total number of calls", "SMS count", "Valid days", "Amount"])
def test_columns_called_after_counts_are_numbers(header: str) -> None:
    assert decided(["1", "2"], header=header).kind is Kind.NUMBER


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1"] * 4977 + ["n/a"] * 23, Kind.NUMBER),
        (["1"] * 23 + ["soon"], Kind.NUMBER),
        (["2024-01-31"] * 23 + ["soon"], Kind.DATE),
        (["1", "2", "soon"], Kind.TEXT),
        (["1"] * 18 + ["soon"], Kind.TEXT),
        (["1"] * 9 + ["n/a"], Kind.NUMBER),
        (["1"] * 2000 + [f"note {n}" for n in range(60)], Kind.TEXT),
        (["1", "NULL", "\\N", "NULL"], Kind.NUMBER),
        (["2024-01-31", "0000-00-00"], Kind.DATE),
        (["Ann", "NULL"], Kind.TEXT),
        (["yes", "no"] * 20 + ["maybe"], Kind.BOOLEAN),
        (["yes", "no"] * 200 + ["maybe"] * 10, Kind.CHOICE),
    ],
)
def test_the_large_majority_decides(cells: list[str], kind: Kind) -> None:
    assert decided(cells).kind is kind


@pytest.mark.parametrize(
    "pair",
    [
        "TRUE FALSE", "Yes No", "t f", "y n", "ja nein", "oui non", "sí no", "tak nie", "on off", "да нет",
        "はい いいえ", "TRUE 0",
    ],
)  # fmt: skip
def test_both_sides_of_a_pair_are_a_boolean(pair: str) -> None:
    assert decided(pair.split()).kind is Kind.BOOLEAN
    for side in pair.split():
        assert decided([side] * 3).kind is not Kind.BOOLEAN


@pytest.mark.parametrize(
    ("header", "texts"),
    [("gender", ["f", "m"]), ("Country", ["NO", "SI"]), ("size", ["S", "N"]), ("middle", ["T", "F"]), ("", ["0", "1"])],
)
def test_texts_that_are_not_answers_are_not_boolean(header: str, texts: list[str]) -> None:
    assert decided(texts * 20, header=header).kind is not Kind.BOOLEAN


def test_one_sided_values_are_boolean_where_they_answer_a_question() -> None:
    file = {"Accepts mail": ["yes", "no"], "Tax exempt": ["no"], "Country": ["NO"], "Land": ["no"], "Note": ["no"]}
    kinds = {header: found.kind for header, found in decided_file(file).items()}
    assert [header for header, kind in kinds.items() if kind is Kind.BOOLEAN] == ["Accepts mail", "Tax exempt"]


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        ([f"{day}.11.23" for day in range(14, 29)], DateOrder.DMY),
        ([f"11/{day}/23" for day in range(14, 29)], DateOrder.MDY),
        ([f"23-11-{day:02}" for day in range(1, 29)], DateOrder.YMD),
        (["01.02.85", "03.04.99"], None),
        (["01/02/03"], None),
        (["14.11.35"], DateOrder.YMD),
    ],
)
def test_two_digit_years_are_read_where_the_column_is_unambiguous(texts: list[str], order: DateOrder | None) -> None:
    found = decided(texts)
    if order is None:
        assert isinstance(found, AmbiguousDates)
    else:
        assert isinstance(found, ColumnFormat)
        assert found.order is order


def test_the_account_decides_an_ambiguous_date_order() -> None:
    found = decided(["03/04/2024"], usual_order=DateOrder.MDY)
    assert found == ColumnFormat(Kind.DATE, order=DateOrder.MDY)
    assert isinstance(found, ColumnFormat)
    assert found.notes
    reported = decided(["03/04/2024", "31/12/2024"], usual_order=DateOrder.MDY)
    assert reported == ColumnFormat(Kind.DATE, order=DateOrder.DMY)
