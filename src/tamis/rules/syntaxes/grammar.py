"""The grammar of the text language: `grammar.lark`, and what of it follows from the table of operators."""

import re
from collections.abc import Collection
from importlib.resources import files

from tamis.rules.operators import SPELLINGS, Takes

OF_NO_FIELD = "OPS"
"""How the terminals of operators without a field begin."""
_TERMINALS = {Takes.NONE: "OP0", Takes.ONE: "OP1", Takes.TWO: "OP2", Takes.MANY: "OPN"}
_OVER = r"(?=\s*(?:\Z|\)|(?:and|or)(?!\w)|&&|\|\|))"
"""Where a condition is over: "or more" cannot begin another one there."""
_VALUE_BEGINS = r"(?=\s*(?:[\"'“”„«»‘‚(\[$€£¥₹]|[-+‐‑–−]?\.?\d))"
_WORD = r"[^\W\d]\w*(?:['’][^\W\d]\w*)?"
_SIGNS = r"[=<>!~:≈≠≤≥^]"


def grammar() -> str:
    """Write the whole grammar in the notation of Lark.

    Operators of more words are looked for before those of fewer: "is in the next" before "is in" before "is".
    """
    groups: dict[str, dict[int, set[str]]] = {}
    behind = set()
    for spelling, meanings in SPELLINGS.items():
        before, _, after = spelling.partition(" …")
        name = OF_NO_FIELD if meanings[0].names_segment else _TERMINALS[meanings[0].takes]
        groups.setdefault(name, {}).setdefault(len(before.split()), set()).add(before)
        behind |= {after.strip()} - {""}
    lines = [files("tamis.rules.syntaxes").joinpath("grammar.lark").read_text(encoding="utf-8")]
    lines.append(f"AFTER.3: /(?:{_pattern(behind)}){_OVER}/i")
    for name, by_length in groups.items():
        lines.append(f"{name.lower()}: {' | '.join(f'{name}_{length}' for length in by_length)}")
        lines += [f"{name}_{length}.{length}: /{_pattern(found)}/i" for length, found in by_length.items()]
    of_fields = {name: set().union(*found.values()) for name, found in groups.items() if name != OF_NO_FIELD}
    lines += _unknown(set().union(*of_fields.values()), of_fields[_TERMINALS[Takes.NONE]])
    return "\n".join(lines)


def _unknown(known: Collection[str], without_value: Collection[str]) -> list[str]:
    """Write what may stand in the place of an operator: words as far as a value that are none as a whole, words and a
    sign, a sign that is none, and words without any value."""
    words, signs = ({s for s in known if s[0].isalpha() is letters} for letters in (True, False))
    run = rf"{_WORD}(?:\s+(?!(?:and|or)(?!\w)){_WORD})*"
    return [
        rf"UNKNOWN.100: /(?!(?:{_pattern(words)}){_VALUE_BEGINS})(?!{_pattern(without_value)}){run}{_VALUE_BEGINS}"
        rf"|{run}\s*{_SIGNS}+|(?!(?:{_pattern(signs)})(?!{_SIGNS})){_SIGNS}+/i",
        rf"UNKNOWN_WORDS.-5: /{run}{_OVER}/i",
    ]


def _pattern(spellings: Collection[str]) -> str:
    longest_first = sorted(spellings, key=lambda spelling: (-len(spelling), spelling))
    endings = ((s, r"(?!\w)" if s[-1].isalpha() else "") for s in longest_first)
    return "|".join(_words(spelling) + ending for spelling, ending in endings)


def _words(spelling: str) -> str:
    pattern = r"\s+".join(map(re.escape, spelling.split()))
    return re.sub(r"\b(is|are|does)\\s\+not\b", r"\1(?:\\s+not|n['’]t)", pattern)
