"""Words for yes and no in many languages, and their one-letter forms."""

from collections.abc import Mapping
from dataclasses import dataclass

from tamis.domain.values.text import fold


@dataclass(frozen=True, slots=True)
class BooleanPair:
    """The words for yes and no of one language; `true` and `false` hold folded words, one-letter forms among them."""

    true: frozenset[str]
    false: frozenset[str]


def _pair(true: str, false: str) -> BooleanPair:
    return BooleanPair(
        frozenset(fold(word) for word in true.split()) | {"1"}, frozenset(fold(word) for word in false.split()) | {"0"}
    )


ENGLISH = _pair("true yes t y", "false no f n")
PAIRS = (
    ENGLISH,
    _pair("on", "off"),
    _pair("ja wahr j", "nein falsch n"),
    _pair("oui vrai o", "non faux n"),
    _pair("sí si verdadero s", "no falso n"),
    _pair("sì si vero s", "no falso n"),
    _pair("sim verdadeiro s", "não nao falso n"),
    _pair("ja waar j", "nee onwaar n"),
    _pair("ja sant sann sand j", "nej nei falskt usann falsk n"),
    _pair("kyllä tosi", "ei epätosi"),
    _pair("jah", "ei"),
    _pair("jā", "nē"),
    _pair("taip", "ne"),
    _pair("tak prawda", "nie fałsz"),
    _pair("ano áno pravda", "ne nie nepravda"),
    _pair("igen igaz", "nem hamis"),
    _pair("da adevărat", "nu fals"),
    _pair("da točno", "ne netočno"),
    _pair("да истина", "нет ложь не лъжа"),
    _pair("так істина", "ні хибність"),
    _pair("ναι", "όχι οχι"),
    _pair("evet doğru", "hayır hayir yanlış"),
    _pair("ya benar", "tidak salah"),
    _pair("はい", "いいえ"),
    _pair("是 真", "否 假"),
    _pair("有", "無 无"),
    _pair("예 네", "아니요 아니오"),
    _pair("نعم", "لا"),
    _pair("כן", "לא"),
)
_TRUE = frozenset().union(*(pair.true for pair in PAIRS))
_FALSE = frozenset().union(*(pair.false for pair in PAIRS))


def parse_boolean_word(text: str) -> bool | None:
    """Parse a word for yes or no in any language, or return None."""
    folded = fold(text)
    return True if folded in _TRUE else False if folded in _FALSE else None


def find_boolean_pairs(counts: Mapping[str, int]) -> list[BooleanPair]:
    """List the pairs with both sides among the folded words of cells, the pair of most cells first.

    0 and 1 alone are numbers; one of them with a word of the other side is a pair."""
    found = [pair for pair in PAIRS if _has_both(pair, counts)]
    return sorted(found, key=lambda pair: -count_pair_cells(pair, counts))


def count_pair_cells(pair: BooleanPair, counts: Mapping[str, int]) -> int:
    """Count the cells with a word of a pair."""
    return sum(count for word, count in counts.items() if word in pair.true or word in pair.false)


def _has_both(pair: BooleanPair, counts: Mapping[str, int]) -> bool:
    present = {word for word in counts if word in pair.true or word in pair.false}
    return bool(present & pair.true and present & pair.false and present - {"0", "1"})
