"""The operators of dates and date-times that count from now, or ask for a part of the date."""

from tamis.domain.values.fields import Kind
from tamis.rules.operators import predicates
from tamis.rules.operators.operator import Operator, Relative, Takes, ValueType
from tamis.rules.time.ages import AgeRange

_DATES = frozenset({Kind.DATE, Kind.DATETIME})
_NO_AGE = "is blank or in the future"

DATE_OPERATORS: tuple[Operator, ...] = (
    Operator(
        "is within", _DATES, Takes.ONE, "is within the last {0}",
        (
            "within", "is within the last", "is within the past", "is in the last", "is in the past",
            "within the last", "in the last",
        ),
        values=ValueType.DURATION, relative=Relative.LAST,
        holds=predicates.is_within,
    ),
    Operator(
        "is not within", _DATES, Takes.ONE, "is not within the last {0}",
        (
            "not within", "is not within the last", "is not within the past", "is not in the last",
            "is not in the past", "not within the last", "not in the last",
        ),
        values=ValueType.DURATION, negates="is within",
        also="is blank or in the future",
    ),
    Operator(
        "is more than ago", _DATES, Takes.ONE, "is more than {0} ago",
        ("is more than … ago", "more than … ago", "is over … ago", "is older than"),
        values=ValueType.DURATION, relative=Relative.BEFORE, text="is more than … ago",
        holds=predicates.is_within,
    ),
    Operator(
        "is not more than ago", _DATES, Takes.ONE, "is not more than {0} ago",
        ("is not more than … ago", "is not over … ago", "is not older than"),
        values=ValueType.DURATION, negates="is more than ago", text="is not more than … ago",
        also="is blank or in the future",
    ),
    Operator(
        "is in the next", _DATES, Takes.ONE, "is in the next {0}",
        ("in the next", "is within the next", "within the next"),
        values=ValueType.DURATION, relative=Relative.NEXT,
        holds=predicates.is_within,
    ),
    Operator(
        "is not in the next", _DATES, Takes.ONE, "is not in the next {0}",
        ("not in the next", "is not within the next", "not within the next"),
        values=ValueType.DURATION, negates="is in the next",
        also="is blank or in the past",
    ),
    Operator(
        "is anniversary within", _DATES, Takes.ONE, "has its anniversary within the next {0}",
        (
            "has its anniversary within the next", "has its anniversary within", "has its anniversary in the next",
            "has an anniversary within the next", "has an anniversary within", "anniversary within",
        ),
        values=ValueType.DURATION, relative=Relative.ANNIVERSARY,
        holds=predicates.is_anniversary,
    ),
    Operator(
        "is not anniversary within", _DATES, Takes.ONE, "does not have its anniversary within the next {0}",
        (
            "does not have its anniversary within the next", "does not have its anniversary within",
            "does not have its anniversary in the next", "does not have an anniversary within the next",
            "does not have an anniversary within",
        ),
        values=ValueType.DURATION, negates="is anniversary within", also="is blank or has no anniversary yet",
    ),
    Operator(
        "is today", _DATES, Takes.NONE, "is today",
        ("today",),
        relative=Relative.THIS_PERIOD,
        holds=predicates.is_within,
    ),
    Operator(
        "is not today", _DATES, Takes.NONE, "is not today",
        negates="is today",
    ),
    Operator(
        "is in this", _DATES, Takes.ONE, "is in this {0}",
        ("in this", "is this", "is in the current", "is during this"),
        values=ValueType.PERIOD, relative=Relative.THIS_PERIOD,
        holds=predicates.is_within,
    ),
    Operator(
        "is not in this", _DATES, Takes.ONE, "is not in this {0}",
        ("not in this", "is not this", "is not in the current", "is not during this"),
        values=ValueType.PERIOD, negates="is in this",
    ),
    Operator(
        "is in last", _DATES, Takes.ONE, "is in last {0}",
        ("in last", "is last", "is in the previous", "is during last"),
        values=ValueType.PERIOD, relative=Relative.LAST_PERIOD,
        holds=predicates.is_within,
    ),
    Operator(
        "is not in last", _DATES, Takes.ONE, "is not in last {0}",
        ("not in last", "is not last", "is not in the previous", "is not during last"),
        values=ValueType.PERIOD, negates="is in last",
    ),
    Operator(
        "is in next", _DATES, Takes.ONE, "is in next {0}",
        ("in next", "is next", "is in the coming", "is during next"),
        values=ValueType.PERIOD, relative=Relative.NEXT_PERIOD,
        holds=predicates.is_within,
    ),
    Operator(
        "is not in next", _DATES, Takes.ONE, "is not in next {0}",
        ("not in next", "is not next", "is not in the coming", "is not during next"),
        values=ValueType.PERIOD, negates="is in next",
    ),
    Operator(
        "month is", _DATES, Takes.MANY, "month is {0}",
        ("month =", "month is one of", "month in", "month is in"),
        values=ValueType.MONTH, sentence="is in {0} of any year",
        holds=predicates.is_part_of_calendar,
    ),
    Operator(
        "month is not", _DATES, Takes.MANY, "month is not {0}",
        ("month !=", "month is none of", "month is not one of", "month not in", "month is not in"),
        values=ValueType.MONTH, negates="month is", sentence="is not in {0} of any year",
    ),
    Operator(
        "weekday is", _DATES, Takes.MANY, "weekday is {0}",
        ("weekday =", "weekday is one of", "weekday in", "weekday is in", "day of the week is", "day of week is"),
        values=ValueType.WEEKDAY, sentence="is on a {0}",
        holds=predicates.is_part_of_calendar,
    ),
    Operator(
        "weekday is not", _DATES, Takes.MANY, "weekday is not {0}",
        (
            "weekday !=", "weekday is none of", "weekday is not one of", "weekday not in", "weekday is not in",
            "day of the week is not", "day of week is not",
        ),
        values=ValueType.WEEKDAY, negates="weekday is", sentence="is not on a {0}",
    ),
    Operator(
        "day is", _DATES, Takes.MANY, "day is {0}",
        ("day =", "day is one of", "day in", "day is in", "day of the month is", "day of month is"),
        values=ValueType.DAY, sentence="is on day {0} of a month",
        holds=predicates.is_part_of_calendar,
    ),
    Operator(
        "day is not", _DATES, Takes.MANY, "day is not {0}",
        (
            "day !=", "day is none of", "day is not one of", "day not in", "day is not in", "day of the month is not",
            "day of month is not",
        ),
        values=ValueType.DAY, negates="day is", sentence="is not on day {0} of a month",
    ),
    Operator(
        "age is", _DATES, Takes.ONE, "age is {0}",
        ("age =",),
        values=ValueType.AGE, sentence="gives an age of {0}",
        relative=Relative.AGE, ages=lambda age: AgeRange(age, age),
        holds=predicates.is_within, also=_NO_AGE,
    ),
    Operator(
        "age is not", _DATES, Takes.ONE, "age is not {0}",
        ("age !=",),
        values=ValueType.AGE, sentence="does not give an age of {0}",
        negates="age is", also=_NO_AGE,
    ),
    Operator(
        "age is greater than", _DATES, Takes.ONE, "age is greater than {0}",
        ("age >", "age is more than", "age is above", "age is over"),
        values=ValueType.AGE, sentence="gives an age above {0}",
        relative=Relative.AGE, ages=lambda age: AgeRange(age + 1, None),
        holds=predicates.is_within, also=_NO_AGE,
    ),
    Operator(
        "age is less than", _DATES, Takes.ONE, "age is less than {0}",
        ("age <", "age is below", "age is under"),
        values=ValueType.AGE, sentence="gives an age below {0}",
        relative=Relative.AGE, ages=lambda age: AgeRange(0, age - 1),
        holds=predicates.is_within, also=_NO_AGE,
    ),
    Operator(
        "age is at least", _DATES, Takes.ONE, "age is at least {0}",
        ("age >=", "age is … or more", "age is … or older"),
        values=ValueType.AGE, sentence="gives an age of at least {0}",
        relative=Relative.AGE, ages=lambda age: AgeRange(age, None),
        holds=predicates.is_within, also=_NO_AGE,
    ),
    Operator(
        "age is at most", _DATES, Takes.ONE, "age is at most {0}",
        ("age <=", "age is … or less", "age is … or younger"),
        values=ValueType.AGE, sentence="gives an age of at most {0}",
        relative=Relative.AGE, ages=lambda age: AgeRange(0, age),
        holds=predicates.is_within, also=_NO_AGE,
    ),
    Operator(
        "age is between", _DATES, Takes.TWO, "age is between {0} and {1}",
        ("age between",),
        values=ValueType.AGE, sentence="gives an age from {0} to {1}",
        relative=Relative.AGE, ages=AgeRange,
        holds=predicates.is_within, also=_NO_AGE,
    ),
    Operator(
        "age is not between", _DATES, Takes.TWO, "age is not between {0} and {1}",
        ("age not between",),
        values=ValueType.AGE, sentence="does not give an age from {0} to {1}",
        negates="age is between", also=_NO_AGE,
    ),
)  # fmt: skip
