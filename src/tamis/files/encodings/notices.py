"""Messages for people on the encoding of a file: notices, the question where it is ambiguous, decoded samples."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tamis.domain.errors import Message
from tamis.domain.files.encodings import BY_NAME, UTF8, KnownEncoding, label_of
from tamis.domain.values.text import CONTROL, pluralize, shorten
from tamis.files.encodings.detection import Detected
from tamis.files.encodings.line_survey import NumberedLine, Survey

_LINES_NAMED = 10
_LONGEST_SAMPLE, _AROUND = 120, 30


class DecodedLine(NamedTuple):
    """A decoded line of a file that is not all ASCII."""

    line: int
    text: str


def stray_notices(
    found: Survey, known: KnownEncoding, missing: int, *, name: str, keeps_utf8: bool, rejected: bool
) -> Iterator[str]:
    """Say how the lines that are not UTF-8 were decoded, and that some of their bytes are `missing`."""
    if name != UTF8:
        yield f"Read as {known.label} because it is not UTF-8."
        if keeps_utf8:
            yield "Lines that are UTF-8 were read as UTF-8."
    else:
        lines = f"{pluralize(found.strays, 'line')} {'is' if found.strays == 1 else 'are'} not UTF-8"
        where = _numbers(found)
        if rejected:
            yield f"{lines} and can be read in two ways ({where}): the rows are rejected."
        else:
            yield f"{lines} and {'was' if found.strays == 1 else 'were'} read as {known.label} ({where})."
    if missing:
        yield (
            f"Bytes that have no meaning in {known.label} became control characters ({missing:,} of them): "
            "if names look wrong, save the file as UTF-8 and import again."
        )


def _numbers(found: Survey) -> str:
    shown = ", ".join(f"{number:,}" for number in found.numbers[:_LINES_NAMED])
    more = found.strays - _LINES_NAMED
    return f"line{'s' if found.strays > 1 else ''} {shown}" + (f" and {more:,} more" if more > 0 else "")


def question(found: Survey, detected: Detected) -> Message:
    """Return the question for the encoding of an ambiguous file."""
    number, one, other = _readings(found, detected)
    assert detected.rival
    return Message(
        "encoding_unclear",
        line=number,
        one=one,
        label=label_of(detected.name),
        other=other,
        other_label=label_of(detected.rival),
        encodings=(detected.name, detected.rival),
    )


def ambiguity_reason(detected: Detected) -> str:
    """Say why a line that is not UTF-8 is rejected."""
    assert detected.rival
    return (
        f"the line is not UTF-8, and it is not clear whether it is {label_of(detected.name)} or "
        f"{label_of(detected.rival)}: correct the letters that are not ASCII"
    )


def _readings(found: Survey, detected: Detected) -> tuple[int, str, str]:
    """Decode a line in both encodings, from where they start to differ."""
    assert detected.rival
    codecs_ = (BY_NAME[detected.name].codec, BY_NAME[detected.rival].codec)
    for line in found.stray_lines:
        one, other = (line.text.decode(codec, "replace") for codec in codecs_)
        if one != other:
            pairs = zip(one, other, strict=False)
            at = next((n for n, (a, b) in enumerate(pairs) if a != b), 0)
            start = max(0, at - _AROUND)
            return line.number, _shown(one[start : at + _AROUND]), _shown(other[start : at + _AROUND])
    return found.stray_lines[0].number, "", ""


def samples(lines: Iterable[NumberedLine]) -> list[DecodedLine]:
    """Return the lines in UTF-8 that are not all ASCII, shortened."""
    return [
        DecodedLine(n, _shown(_from_first(text.decode(errors="replace")))) for n, text in lines if not text.isascii()
    ]


def _from_first(text: str) -> str:
    """Shorten a long line so that its first character outside ASCII is visible."""
    first = next((n for n, character in enumerate(text) if not character.isascii()), 0)
    start = first - _AROUND if first > _LONGEST_SAMPLE - _AROUND else 0
    return ("…" if start else "") + shorten(text[start:], _LONGEST_SAMPLE)


def _shown(text: str) -> str:
    return CONTROL.sub(" ", text).strip()
