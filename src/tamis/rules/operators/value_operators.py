"""The operators that compare a value of the field, which are the same at any time."""

from tamis.domain.values.fields import Kind
from tamis.rules.operators import predicates
from tamis.rules.operators.operator import Operator, Takes, ValueType

_TEXT = frozenset({Kind.TEXT, Kind.CHOICE})
_NUMBER = frozenset({Kind.NUMBER})
_DATES = frozenset({Kind.DATE, Kind.DATETIME})
_BOOLEAN = frozenset({Kind.BOOLEAN})
_ORDERED = _NUMBER | _DATES
_LISTABLE = _TEXT | _ORDERED
_ALL = _LISTABLE | _BOOLEAN
_CHOICES = frozenset({Kind.CHOICES})

VALUE_OPERATORS: tuple[Operator, ...] = (
    Operator(
        "is", _ALL, Takes.ONE, "is {0}",
        ("=", "==", "equals", "is equal to", "is exactly", "is on"),
        for_several="is one of",
        holds=predicates.is_within,
    ),
    Operator(
        "is not", _ALL, Takes.ONE, "is not {0}",
        ("!=", "<>", "≠", "does not equal", "is not equal to", "is different from", "is not on"),
        negates="is", for_several="is none of",
    ),
    Operator(
        "is one of", _LISTABLE, Takes.MANY, "is one of {0}",
        ("in", "is in", "is any of", "one of", "any of"),
        sentence="is {0}",
        holds=predicates.is_within_any,
    ),
    Operator(
        "is none of", _LISTABLE, Takes.MANY, "is none of {0}",
        ("not in", "is not in", "is not one of", "is not any of", "none of"),
        negates="is one of",
    ),
    Operator(
        "is not blank", _ALL | _CHOICES, Takes.NONE, "has any value",
        (
            "is known", "is not empty", "is not null", "is not missing", "is not unknown", "has a value",
            "has any value", "is set", "is present", "exists",
        ),
        holds=lambda v, o: True,
    ),
    Operator(
        "is blank", _ALL | _CHOICES, Takes.NONE, "is blank",
        (
            "is empty", "is unknown", "is null", "is missing", "is not known", "has no value",
            "does not have a value", "does not have any value", "is not set", "is not present", "does not exist",
        ),
        negates="is not blank", also="",
    ),
    Operator(
        "contains", _TEXT, Takes.ONE, "contains {0}",
        ("includes",),
        values=ValueType.PART, takes_blanks=True,
        holds=predicates.contains,
    ),
    Operator(
        "does not contain", _TEXT, Takes.ONE, "does not contain {0}",
        ("does not include",),
        negates="contains", values=ValueType.PART,
        takes_blanks=True,
    ),
    Operator(
        "starts with", _TEXT, Takes.ONE, "starts with {0}",
        ("begins with",),
        values=ValueType.PART,
        holds=predicates.starts_with,
    ),
    Operator(
        "does not start with", _TEXT, Takes.ONE, "does not start with {0}",
        ("does not begin with",),
        negates="starts with", values=ValueType.PART,
    ),
    Operator(
        "ends with", _TEXT, Takes.ONE, "ends with {0}",
        ("ends in",),
        values=ValueType.PART,
        holds=predicates.ends_with,
    ),
    Operator(
        "does not end with", _TEXT, Takes.ONE, "does not end with {0}",
        ("does not end in",),
        negates="ends with", values=ValueType.PART,
    ),
    Operator(
        "is greater than", _NUMBER, Takes.ONE, "is greater than {0}",
        (">", "is more than", "is above", "is over", "is larger than", "is higher than", "greater than", "more than"),
        holds=predicates.is_after,
    ),
    Operator(
        "is less than", _NUMBER, Takes.ONE, "is less than {0}",
        ("<", "is below", "is under", "is fewer than", "is smaller than", "is lower than", "less than"),
        holds=predicates.is_before,
    ),
    Operator(
        "is equal or greater than", _NUMBER, Takes.ONE, "is at least {0}",
        (
            ">=", "≥", "=>", "is … or more", "is at least", "is greater than or equal to", "is more than or equal to",
            "is equal to or greater than", "at least",
        ),
        holds=predicates.is_at_or_after,
    ),
    Operator(
        "is equal or less than", _NUMBER, Takes.ONE, "is at most {0}",
        (
            "<=", "≤", "=<", "is … or less", "is … or fewer", "is at most", "is less than or equal to",
            "is equal to or less than", "at most",
        ),
        holds=predicates.is_at_or_before,
    ),
    Operator(
        "is between", _ORDERED, Takes.TWO, "is between {0} and {1}",
        ("between",),
        holds=predicates.is_between,
    ),
    Operator(
        "is not between", _ORDERED, Takes.TWO, "is not between {0} and {1}",
        ("not between",),
        negates="is between",
    ),
    Operator(
        "is after", _DATES, Takes.ONE, "is after {0}",
        (">", "after", "is later than", "is newer than", "is more recent than"),
        holds=predicates.is_after,
    ),
    Operator(
        "is before", _DATES, Takes.ONE, "is before {0}",
        ("<", "before", "is earlier than"),
        holds=predicates.is_before,
    ),
    Operator(
        "is at or after", _DATES, Takes.ONE, "is on or after {0}",
        (">=", "≥", "=>", "is … or later", "is … or after", "is on or after", "is since", "since"),
        holds=predicates.is_at_or_after,
    ),
    Operator(
        "is at or before", _DATES, Takes.ONE, "is on or before {0}",
        ("<=", "≤", "=<", "is … or earlier", "is … or before", "is on or before", "is up to"),
        holds=predicates.is_at_or_before,
    ),
    Operator(
        "includes any of", _CHOICES, Takes.MANY, "includes any of {0}",
        ("contains any of", "has any of", "includes one of", "includes at least one of"),
        holds=predicates.includes_any,
    ),
    Operator(
        "includes none of", _CHOICES, Takes.MANY, "includes none of {0}",
        ("contains none of", "has none of", "does not include any of", "does not contain any of"),
        negates="includes any of",
    ),
    Operator(
        "includes all of", _CHOICES, Takes.MANY, "includes all of {0}",
        ("contains all of", "has all of"),
        joins="and",
        holds=predicates.includes_all,
    ),
    Operator(
        "is true", _BOOLEAN, Takes.NONE, "is yes",
        ("is yes",),
        holds=lambda v, o: bool(v),
    ),
    Operator(
        "is false", _BOOLEAN, Takes.NONE, "is no",
        ("is no",),
        holds=lambda v, o: not v,
    ),
)  # fmt: skip
