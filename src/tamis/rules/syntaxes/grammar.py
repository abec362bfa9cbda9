"""The grammar of the text language: `grammar.lark`, and the part generated from the table of operators."""

import re
from collections.abc import Collection
from importlib.resources import files

from tamis.domain.values.calendar import Period
from tamis.rules.operators import SPELLINGS, Operator, Takes, ValueType

SEGMENT_OPERATOR = "OPS"
"""The prefix of the terminals of operators without a field."""
_TERMINALS = {Takes.NONE: "OP0", Takes.ONE: "OP1", Takes.TWO: "OP2", Takes.MANY: "OPN"}
_OF_CALENDAR = "OPC"
"""The prefix of the terminals of operators that take one value without parentheses, or a list."""
_OF_SHARES = f"{SEGMENT_OPERATOR}R"
"""The prefix of the terminals of operators about random shares."""
_WITHOUT_VALUE = f"{SEGMENT_OPERATOR}0"
"""The prefix of the terminals of operators that are a whole condition."""
_OF_FIELDS = "OPF"
"""The prefix of the terminals of operators that compare with another field."""
_CONDITION_END = r"(?=\s*(?:\Z|\)|(?:and|or|where)(?!\w)|&&|\|\|))"
"""Lookahead for the end of a condition: "or more" cannot begin another one there."""
_QUOTE = "[\"'“”„«»‘‚`]"
_VALUE_START = r"(?=\s*(?:[\"'“”„«»‘‚(\[$€£¥₹]|[-+‐‑–−]?\.?\d))"
_WORD = r"[^\W\d]\w*+(?:['’][^\W\d]\w*+)?"
_SIGNS = r"[=<>!~:≈≠≤≥^]"


def grammar() -> str:
    """Return the whole grammar in the notation of Lark.

    Operators with more words take precedence: "is in the next" over "is in" over "is".
    """
    groups: dict[str, dict[int, set[str]]] = {}
    behind = set()
    for spelling, meanings in SPELLINGS.items():
        before, _, after = spelling.partition(" …")
        name = _terminal(meanings[0])
        groups.setdefault(name, {}).setdefault(len(before.split()), set()).add(before)
        behind |= {after.strip()} - {""}
    lines = [files("tamis.rules.syntaxes").joinpath("grammar.lark").read_text(encoding="utf-8")]
    choices = {words for words in behind if words.startswith("or ")}
    lines.append(f"AFTER.3: /(?:{_pattern(choices)}){_CONDITION_END}|(?:{_pattern(behind - choices)})/i")
    for name, by_length in groups.items():
        lines.append(f"{name.lower()}: {' | '.join(f'{name}_{length}' for length in by_length)}")
        lines += [f"{name}_{length}.{length}: /{_pattern(found)}/i" for length, found in by_length.items()]
    of_fields = {
        name: set().union(*found.values()) for name, found in groups.items() if not name.startswith(SEGMENT_OPERATOR)
    }
    known = set().union(*of_fields.values())
    lines += [*_unknown(known, of_fields[_TERMINALS[Takes.NONE]]), *_before_events(known)]
    return "\n".join(lines)


def _terminal(operator: Operator) -> str:
    if operator.takes_no_field:
        if operator.takes is Takes.NONE:
            return _WITHOUT_VALUE
        return SEGMENT_OPERATOR if operator.takes is Takes.ONE else _OF_SHARES
    if operator.values is ValueType.FIELD:
        return _OF_FIELDS
    return _OF_CALENDAR if operator.values.is_of_calendar else _TERMINALS[operator.takes]


def _unknown(known: Collection[str], without_value: Collection[str]) -> list[str]:
    """Return terminals for unknown operators: words before a value that form no operator, words with a sign, an unknown
    sign, and words without a value."""
    words, signs = ({s for s in known if s[0].isalpha() is letters} for letters in (True, False))
    words_with_sign = {s for s in words if not s[-1].isalpha()}
    run = rf"{_WORD}(?:\s+(?!(?:and|or)(?!\w)){_WORD})*"
    return [
        rf"UNKNOWN.100: /(?!(?:{_pattern(words)}){_VALUE_START})(?!{_pattern(without_value)})"
        rf"{run}(?!['’]t\b){_VALUE_START}"
        rf"|(?!(?:{_pattern(words_with_sign)})(?!{_SIGNS})){run}\s*{_SIGNS}+|(?!(?:{_pattern(signs)})(?!{_SIGNS})){_SIGNS}+/i",
        rf"UNKNOWN_WORDS.-5: /{run}{_CONDITION_END}/i",
    ]


def _before_events(operators: Collection[str]) -> list[str]:
    """Return terminals for words that an event name follows, rather than an operator: so fields can have the names
    "did", "first" and "last"; and for periods of a window that an operator follows."""
    words = _pattern({spelling for spelling in operators if spelling[0].isalpha()})
    name = rf"(?=\s*{_QUOTE}|\s+(?!(?:{words}))[^\W\d])"
    return [
        rf"DID: /did(?:\s+not|n['’]t)?(?!\w){name}/i",
        rf"FIRST_OR_LAST: /(?:first|last)(?!\w){name}/i",
        rf"PERIOD: /(?:{'|'.join(Period)})(?!\w)(?=\s*(?:{_SIGNS}|exactly|once|twice|{words}|{_pattern(['where'])}))/i",
    ]


def _pattern(spellings: Collection[str]) -> str:
    longest_first = sorted(spellings, key=lambda spelling: (-len(spelling), spelling))
    endings = ((s, r"(?!\w)" if s[-1].isalpha() else "") for s in longest_first)
    return "|".join(_words(spelling) + ending for spelling, ending in endings)


def _words(spelling: str) -> str:
    pattern = re.sub(r"\\s\+(?!\\?\w)", r"\\s*", r"\s+".join(map(re.escape, spelling.split())))  # none before a sign
    return re.sub(r"\b(is|are|does)\\s\+not\b", r"\1(?:\\s+not|n['’]t)", pattern)
