"""The table of operators, which all syntaxes and evaluators of rules use.

Each engine has its own table of their SQL (see `rules.sql.dialect`).
"""

from tamis.rules.operators.date_operators import DATE_OPERATORS
from tamis.rules.operators.field_operators import FIELD_OPERATORS
from tamis.rules.operators.operator import Operator, Takes, ValueType
from tamis.rules.operators.value_operators import VALUE_OPERATORS

_CONTACT_OPERATORS: tuple[Operator, ...] = (
    Operator(
        "is in segment", frozenset(), Takes.ONE, "are in the segment {0}",
        ("are in the segment", "is in the segment", "are in segment", "in segment", "is a member of"),
        values=ValueType.SEGMENT, sentence="are in {0}",
    ),
    Operator(
        "is not in segment", frozenset(), Takes.ONE, "are not in the segment {0}",
        (
            "are not in the segment", "is not in the segment", "are not in segment", "not in segment",
            "is not a member of",
        ),
        values=ValueType.SEGMENT, sentence="are not in {0}",
        negates="is in segment",
    ),
    Operator(
        "is in random", frozenset(), Takes.TWO, "are in the random {0} {1}",
        ("are in random", "are in the random", "is in the random", "is in a random", "are in a random", "in random"),
        values=ValueType.SHARE,
    ),
    Operator(
        "is not in random", frozenset(), Takes.TWO, "are not in the random {0} {1}",
        (
            "are not in random", "are not in the random", "is not in the random", "is not in a random",
            "are not in a random", "not in random",
        ),
        values=ValueType.SHARE, negates="is in random",
    ),
    Operator(
        "is suppressed", frozenset(), Takes.NONE, "may not be mailed",
        ("are suppressed", "cannot be mailed", "may not be mailed", "can not be mailed"), values=ValueType.NOTHING,
    ),
    Operator(
        "can be mailed", frozenset(), Takes.NONE, "can be mailed",
        ("may be mailed", "is not suppressed", "are not suppressed"), values=ValueType.NOTHING, negates="is suppressed",
    ),
    Operator(
        "is subscribed to", frozenset(), Takes.ONE, "are subscribed to {0}",
        ("are subscribed to", "is subscribed to the topic", "are subscribed to the topic", "subscribed to"),
        values=ValueType.TOPIC,
    ),
    Operator(
        "is not subscribed to", frozenset(), Takes.ONE, "are not subscribed to {0}",
        (
            "are not subscribed to", "is not subscribed to the topic", "are not subscribed to the topic",
            "not subscribed to",
        ),
        values=ValueType.TOPIC, negates="is subscribed to",
    ),
)  # fmt: skip

OPERATORS = (*VALUE_OPERATORS, *DATE_OPERATORS, *FIELD_OPERATORS, *_CONTACT_OPERATORS)
