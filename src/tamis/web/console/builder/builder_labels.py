"""The phrases of operators as entries of the builder's lists."""

from tamis.actions.segments.rule_syntax import Operator, Takes


def operator_label(operator: Operator) -> str:
    """Return the phrase of an operator as a list entry; its values are entered in controls."""
    if operator.takes is Takes.TWO:
        return operator.phrase.split(" {0}")[0]
    return operator.phrase.format("…").removesuffix(" …")
