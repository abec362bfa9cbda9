"""Fields: parsing values, inferring kinds, deriving keys from names."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from tamis.domain.values.fields import (
    RESERVED,
    Field,
    FieldSet,
    Kind,
    Value,
    ValueProblem,
    format_value,
    key_from_name,
    parse_operand,
    parse_value,
)

BERLIN = ZoneInfo("Europe/Berlin")
FIELD = {kind: Field(101, "some", "Some", kind) for kind in Kind} | {
    Kind.CHOICE: Field(101, "plan", "Plan", Kind.CHOICE, ("Free", "Straße", "Free trial")),
    Kind.CHOICES: Field(101, "likes", "Likes", Kind.CHOICES, ("Music", "Straße", "Art, old", "Art")),
}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.TEXT, "  Ada \n", "Ada"),
        (Kind.TEXT, "two\nlines\tand more", "two\nlines\tand more"),
        (Kind.TEXT, "x" * 65_535, "x" * 65_535),
        (Kind.NUMBER, "12.5", 12.5),
        (Kind.NUMBER, "-0.70 ", -0.7),
        (Kind.NUMBER, ".5e-3", 0.0005),
        (Kind.NUMBER, "1e+22", 1e22),
        (Kind.NUMBER, "1.", 1.0),
        (Kind.NUMBER, "-0", 0.0),
        (Kind.NUMBER, "9007199254740993.0", 9007199254740992.0),
        (Kind.NUMBER, "9007199254740994", 9007199254740994.0),
        (Kind.NUMBER, "-9007199254740994", -9007199254740994.0),
        (Kind.NUMBER, "100000000000000000000", 1e20),
        (Kind.NUMBER, "1e-400", 0.0),
        (Kind.DATE, "2024-02-29", date(2024, 2, 29)),
        (Kind.DATE, "0001-01-01", date.min),
        (Kind.DATE, "9999-12-31", date.max),
        (Kind.DATETIME, "2024-07-01 12:00", utc("2024-07-01 10:00")),
        (Kind.DATETIME, "2024-07-01T12:00:30.5Z", utc("2024-07-01 12:00:30.500000")),
        (Kind.DATETIME, "2024-07-01 12:00z", utc("2024-07-01 12:00")),
        (Kind.DATETIME, "2024-07-01 12:00 +02:00", utc("2024-07-01 10:00")),
        (Kind.DATETIME, "2024-07-01 12:00+0530", utc("2024-07-01 06:30")),
        (Kind.DATETIME, "2024-07-01", utc("2024-06-30 22:00")),
        (Kind.BOOLEAN, "TRUE", True),
        (Kind.BOOLEAN, "y", True),
        (Kind.BOOLEAN, "0", False),
        (Kind.BOOLEAN, "No", False),
        (Kind.CHOICE, "free", "Free"),
        (Kind.CHOICE, " FREE TRIAL ", "Free trial"),
        (Kind.CHOICE, "STRAßE", "Straße"),
        (Kind.CHOICES, " music ", ("Music",)),
        (Kind.CHOICES, "art; MUSIC;art ;", ("Music", "Art")),
        (Kind.CHOICES, "Art,straße", ("Straße", "Art")),
        (Kind.CHOICES, "Art, old", ("Art, old",)),
        (Kind.CHOICES, "Art, old; Music", ("Music", "Art, old")),
        (Kind.CHOICES, "Art, Music", ("Music", "Art")),
    ],
)
def test_a_value_is_read(kind: Kind, text: str, value: Value) -> None:
    found = parse_value(text, FIELD[kind], BERLIN)
    assert found == value
    assert type(found) is type(value)


def test_minus_zero_is_zero() -> None:
    assert str(parse_value("-0.0", FIELD[Kind.NUMBER], BERLIN)) == "0.0"


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("text", ["", " ", "\t\n", "\u00a0\u2003\u3000"])
def test_a_blank_is_a_missing_value_but_not_an_operand(kind: Kind, text: str) -> None:
    assert parse_value(text, FIELD[kind], BERLIN) is None
    with pytest.raises(ValueProblem, match="must not be blank"):
        parse_operand(text, FIELD[kind])


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        (Kind.TEXT, "a\0b", "control characters"),
        (Kind.TEXT, "a\x85b", "control characters"),
        (Kind.TEXT, "a\ud800b", "control characters"),
        (Kind.TEXT, "x" * 65_536, "longer than 65,535"),
        (Kind.NUMBER, "many", 'a number such as 12.5, not "many"'),
        (Kind.NUMBER, "1,5", "a number such as"),
        (Kind.NUMBER, "1 000", "a number such as"),
        (Kind.NUMBER, "0x10", "a number such as"),
        (Kind.NUMBER, "1_000", "a number such as"),
        (Kind.NUMBER, "٣", "a number such as"),
        (Kind.NUMBER, "nan", "a number such as"),
        (Kind.NUMBER, "inf", "a number such as"),
        (Kind.NUMBER, "1e400", "too large"),
        (Kind.NUMBER, "-1e400", "too large"),
        (Kind.NUMBER, "9007199254740993", "more digits than a number can keep"),
        (Kind.NUMBER, "-9007199254740993", "more digits than a number can keep"),
        (Kind.NUMBER, "0" * 5_000 + "9" * 20, "more digits than a number can keep"),
        (Kind.DATE, "2023-02-29", "not a calendar date"),
        (Kind.DATE, "0000-01-01", "not a calendar date"),
        (Kind.DATE, "31.12.2024", "a date such as"),
        (Kind.DATE, "2024-1-1", "a date such as"),
        (Kind.DATE, "20240101", "a date such as"),
        (Kind.DATE, "2024-01-01 10:00", "a date such as"),
        (Kind.DATE, "２０２４-01-01", "a date such as"),
        (Kind.DATETIME, "2024-01-01 24:00", "not a valid date and time"),
        (Kind.DATETIME, "2024-01-01 10:60", "not a valid date and time"),
        (Kind.DATETIME, "2024-01-01 10:00+25:00", "not a valid date and time"),
        (Kind.DATETIME, "2024-13-01", "not a valid date and time"),
        (Kind.DATETIME, "yesterday", "a date and time such as"),
        (Kind.DATETIME, "10:00", "a date and time such as"),
        (Kind.BOOLEAN, "2", "must be yes or no"),
        (Kind.BOOLEAN, "on", "must be yes or no"),
        (Kind.CHOICE, "Strase", 'must be one of "Free", "Straße", "Free trial"'),
        (Kind.CHOICE, "Fre", "must be one of"),
        (Kind.CHOICES, "Music; Strase", 'must be one of "Music", "Straße", "Art, old", "Art", not "Strase"'),
        (Kind.CHOICES, "Music, old", "must be one of"),
    ],
)
def test_invalid_values_are_refused(kind: Kind, text: str, message: str) -> None:
    with pytest.raises(ValueProblem, match=message):
        parse_value(text, FIELD[kind], BERLIN)
    with pytest.raises(ValueProblem, match=r"^(must|has|is) "):
        parse_operand(text, FIELD[kind])


@pytest.mark.parametrize("text", ["0001-01-01 00:00", "9999-12-31 23:59:59.999999-12:00"])
def test_instants_in_no_year_of_utc_are_refused_in_values_but_not_in_rules(text: str) -> None:
    with pytest.raises(ValueProblem, match="before the year 1 or after the year 9999 in UTC"):
        parse_value(text, FIELD[Kind.DATETIME], BERLIN)
    parse_operand(text, FIELD[Kind.DATETIME])


@pytest.mark.parametrize(
    ("text", "lost", "operand"),
    [
        ("02138", "a leading zero", 2138.0),
        ("00", "a leading zero", 0.0),
        (" -007 ", "a leading zero", -7.0),
        ("02138.0", "a leading zero", 2138.0),
        ("+41790000001", "a leading plus sign", 41790000001.0),
        ("+.5", "a leading plus sign", 0.5),
        ("0" * 5_000 + "12", "a leading zero", 12.0),
    ],
)
def test_digits_a_number_would_lose_are_refused_in_values_but_not_in_rules(
    text: str, lost: str, operand: float
) -> None:
    with pytest.raises(ValueProblem, match=f"^has {lost}, which a number would lose; make .* a text field"):
        parse_value(text, FIELD[Kind.NUMBER], BERLIN)
    assert parse_operand(text, FIELD[Kind.NUMBER]) == operand


def test_a_message_does_not_repeat_a_long_text() -> None:
    with pytest.raises(ValueProblem) as problem:
        parse_value("x" * 10_000, FIELD[Kind.NUMBER], BERLIN)
    assert len(str(problem.value)) < 150


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024-07-01", date(2024, 7, 1)),
        ("2024-07-01 00:00", datetime.fromisoformat("2024-07-01T00:00")),
        ("2024-07-01T00:00Z", utc("2024-07-01")),
    ],
)
def test_an_operand_for_an_instant_keeps_its_form(text: str, value: Value) -> None:
    found = parse_operand(text, FIELD[Kind.DATETIME])
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", [";", " ;\t;", ", ,"])
def test_an_empty_choice_is_a_missing_value(text: str) -> None:
    assert parse_value(text, FIELD[Kind.CHOICES], BERLIN) is None


def test_an_operand_for_several_choices_is_one_option() -> None:
    assert parse_operand(" art, OLD", FIELD[Kind.CHOICES]) == "Art, old"
    with pytest.raises(ValueProblem, match="must be one of"):
        parse_operand("Art; Music", FIELD[Kind.CHOICES])


def test_an_operand_for_a_choice_is_an_option_or_a_part_of_one() -> None:
    assert parse_operand("FREE", FIELD[Kind.CHOICE]) == "Free"
    assert parse_operand("fre", FIELD[Kind.CHOICE], part=True) == "fre"
    assert parse_operand(" tri", FIELD[Kind.CHOICE], part=True) == " tri"
    assert parse_operand(" of ", FIELD[Kind.TEXT], part=True) == " of "
    assert parse_operand(" of ", FIELD[Kind.TEXT]) == "of"
    with pytest.raises(ValueProblem, match="must be one of"):
        parse_operand("fre", FIELD[Kind.CHOICE])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (False, "false"),
        (5.0, "5"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (1e15, "1000000000000000"),
        (1e16, "1e+16"),
        (5e-324, "5e-324"),
        (date(1, 1, 1), "0001-01-01"),
        (utc("2024-01-01 10:00"), "2024-01-01T10:00Z"),
        (utc("2024-01-01 10:00:05"), "2024-01-01T10:00:05Z"),
        (utc("2024-01-01 10:00:00.000001"), "2024-01-01T10:00:00.000001Z"),
        (datetime.fromisoformat("2024-01-01T10:00"), "2024-01-01T10:00"),
        (datetime.fromisoformat("2024-01-01T10:00+05:30"), "2024-01-01T10:00+05:30"),
        (" as it is ", " as it is "),
        (("Music",), "Music"),
        (("Music", "Art, old"), "Music; Art, old"),
    ],
)
def test_a_value_is_written(value: Value, text: str) -> None:
    assert format_value(value) == text


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Birth date", "birth_date"),
        (" e-mail (work) ", "e_mail_work"),
        ("ÜBER Größe", "über_größe"),
        ("İstanbul", "istanbul"),
        ("__x__", "x"),
        ("1st seen", "1st_seen"),
        ("年齢", "年齢"),
        ("!?", ""),
    ],
)
def test_a_name_becomes_a_key(name: str, key: str) -> None:
    assert key_from_name(name) == key
    assert key_from_name(key) == key


def test_a_field_is_found_by_id_key_or_name() -> None:
    fields = FieldSet((*RESERVED, Field(101, "address_line_2", "Address-line 2", Kind.TEXT)))
    for field in RESERVED:
        assert fields.find(field.id) is field
        assert fields.find(field.key.upper()) is field
    assert [fields.find(f.name) for f in RESERVED if f.key != "address_line2"] == [
        f for f in RESERVED if f.key != "address_line2"
    ]
    assert fields.find("Address line 1") == fields.find("address_line1")
    assert fields.find("Address line 2") is fields.by_id[101]  # a key goes before a name
    assert fields.find("shoe size") is None
    assert fields.find(999) is None
    assert fields.find("1") is None
