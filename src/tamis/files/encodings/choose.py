"""How the text of a file is encoded, decided from all of it; whatever it is, it becomes UTF-8."""

import codecs
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from tamis.domain.encodings import (
    BY_NAME,
    ISO_2022_JP,
    USUAL,
    UTF8,
    UTF16_BE,
    UTF16_LE,
    WINDOWS_1252,
    KnownEncoding,
    find_encoding_named,
    label_of,
)
from tamis.domain.errors import AmbiguousEncoding, Problem
from tamis.domain.text import CONTROL, shorten
from tamis.files.encodings.binary import what_it_is
from tamis.files.encodings.decode import blocks_as_utf8, first_undecodable, lines_as_utf8, unreadable_bytes
from tamis.files.encodings.describe import Sample, not_clear, notices_on_strays, question, samples
from tamis.files.encodings.detect import detect
from tamis.files.encodings.survey import MOST_NUMBERS, Line, Survey, survey
from tamis.files.lines import ends_with_returns
from tamis.files.source import Source

_START = 64 * 1024
_MARKS = {codecs.BOM_UTF8: UTF8, codecs.BOM_UTF16_LE: UTF16_LE, codecs.BOM_UTF16_BE: UTF16_BE}
_NUL_SHARE = 20
_SAMPLES = 5
_WIDE = 0x800


@dataclass(frozen=True, slots=True)
class Encoding:
    """The encoding of a file, the length of its byte order mark, its length unpacked, and what people should know.

    `codec` reads what is not UTF-8: all lines, or those that are not where it `keeps_utf8`. Lines, which end with
    `end`, are `unreadable` where they can be read in two ways: by number, with the reason.
    """

    name: str
    mark: int
    length: int
    notices: tuple[str, ...]
    codec: str | None = None
    keeps_utf8: bool = True
    end: bytes = b"\n"
    unreadable: Mapping[int, str] = field(default_factory=dict)
    sample: tuple[Sample, ...] = ()


def find_encoding(source: Source, wanted: str | None = None) -> Encoding:
    """Read a file to decide its encoding, or to see whether it is the one that is `wanted`; raises Invalid when it is
    no text, is not in that encoding, or can be read in two ways."""
    known = _named(source, wanted) if wanted else None
    start = _start(source)
    mark, name = next(((mark, name) for mark, name in _MARKS.items() if start.startswith(mark)), (b"", None))
    if reason := what_it_is(start):
        raise source.refuse(reason)
    if known and name and known.name[:6] != name[:6]:
        raise source.refuse("encoding_mark_differs", mark=label_of(name), encoding=known.name)
    name = name or (known.name if known else None) or _utf16(source, start)
    if name in (UTF16_LE, UTF16_BE):
        return _of_utf16(source, name, len(mark), strict=known is not None)
    if name == ISO_2022_JP:
        return _of_japanese_escapes(source, len(mark), wanted=True)
    end = b"\r" if ends_with_returns(start.decode("latin-1")) else b"\n"
    if known:
        return _as_wanted(source, known, len(mark), end)
    found = survey(_after(source, len(mark)), end)
    if found.has_japanese_escapes and not mark:
        return _of_japanese_escapes(source, 0)
    whole = Encoding(UTF8, len(mark), found.length + len(mark), tuple(dict.fromkeys(source.notices)), end=end)
    return _with_strays(source, found, whole) if found.strays else _sampled(whole, found.good_lines)


def as_utf8(source: Source, encoding: Encoding) -> Iterator[bytes]:
    """Read a file as UTF-8 without a byte order mark, its line ends as they are; raises Invalid when it has changed."""
    blocks = _unchanged(source, encoding)
    if encoding.codec is None:
        return blocks
    if encoding.name in (UTF16_LE, UTF16_BE, ISO_2022_JP):
        return blocks_as_utf8(blocks, encoding.codec)
    return lines_as_utf8(blocks, encoding.codec, encoding.end, keeps_utf8=encoding.keeps_utf8)


def _named(source: Source, wanted: str) -> KnownEncoding:
    known = find_encoding_named(wanted)
    if known is None:
        raise source.refuse("encoding_unknown", encoding=shorten(wanted), usual=USUAL)
    return known


def _start(source: Source) -> bytes:
    start = b""
    for block in source.blocks():
        start += block
        if len(start) >= _START:
            break
    return start[:_START]


def _after(source: Source, skip: int) -> Iterator[bytes]:
    for block in source.blocks():
        yield block[skip:] if skip else block
        skip = max(0, skip - len(block))


def _unchanged(source: Source, encoding: Encoding) -> Iterator[bytes]:
    length = encoding.mark
    for block in _after(source, encoding.mark):
        length += len(block)
        yield block
    if length != encoding.length:
        raise source.refuse("file_changed_meanwhile")


def _utf16(source: Source, start: bytes) -> str | None:
    """Find UTF-16 without a mark, which ASCII with a zero beside each byte shows; raises Invalid for no text."""
    if start.count(0) * _NUL_SHARE < len(start) or not start:
        return None
    even, odd = start[0::2].count(0), start[1::2].count(0)
    name = UTF16_LE if not even else UTF16_BE if not odd else None
    if name:
        text = start[: len(start) & ~1].decode(name, "ignore")
        if not CONTROL.search(text.replace("\n", "").replace("\r", "").replace("\t", "")):
            return name
    raise source.refuse("not_text")


def _of_utf16(source: Source, name: str, mark: int, *, strict: bool) -> Encoding:
    check, length, sound = codecs.getincrementaldecoder(name)(), mark, True
    sample: list[Sample] = []
    number = 1
    for block in _after(source, mark):
        length += len(block)
        if sound:
            try:
                text = check.decode(block)
            except UnicodeDecodeError:
                sound = False
                continue
            if len(sample) < _SAMPLES:
                sample += samples(Line(n, line.encode()) for n, line in enumerate(text.split("\n"), number))
                number += text.count("\n")
    try:
        check.decode(b"", final=True)
    except UnicodeDecodeError:
        sound = False
    if strict and not sound:
        raise source.refuse("not_in_encoding", encoding=label_of(name))
    notices = tuple(dict.fromkeys(source.notices))
    if not mark:
        notices += ("Read as UTF-16, which its bytes show.",)
    if not sound:
        notices += ("Characters that are not valid UTF-16 were replaced by \N{REPLACEMENT CHARACTER}.",)
    return Encoding(name, mark, length, notices, name, sample=tuple(sample[:_SAMPLES]))


def _of_japanese_escapes(source: Source, mark: int, *, wanted: bool = False) -> Encoding:
    """Read ISO-2022-JP, in which a character means what the escape sequence before it says."""
    known = BY_NAME[ISO_2022_JP]
    decoder, length, start = codecs.getincrementaldecoder(known.codec)(), mark, ""
    try:
        for block in _after(source, mark):
            length += len(block)
            text = decoder.decode(block)
            start += text[: _START - len(start)]
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise source.refuse("encoding_does_not_fit" if wanted else "encoding_damaged", encoding=known.label) from None
    lines = (Line(number, line.encode()) for number, line in enumerate(start.splitlines(), 1) if not line.isascii())
    notices = (*dict.fromkeys(source.notices), f"Read as {known.label}, which its escape sequences show.")
    return Encoding(ISO_2022_JP, mark, length, notices, known.codec, sample=tuple(samples(lines))[:_SAMPLES])


def _as_wanted(source: Source, known: KnownEncoding, mark: int, end: bytes) -> Encoding:
    wrong = first_undecodable(_after(source, mark), known.codec, end)
    if wrong is not None:
        raise source.refuse(
            "encoding_does_not_fit",
            wrong,
            encoding=known.label,
        )
    found = survey(_after(source, mark), end)
    codec = None if known.name == UTF8 else known.codec
    read = Encoding(
        known.name, mark, found.length + mark, tuple(dict.fromkeys(source.notices)), codec, keeps_utf8=False, end=end
    )
    return _sampled(read, sorted([*found.good_lines, *found.stray_lines]))


def _with_strays(source: Source, found: Survey, whole: Encoding) -> Encoding:
    """Decide how the lines that are not UTF-8 are read."""
    detected = detect(found)
    known = BY_NAME[detected.name]
    keeps = _keeps_utf8(found, known)
    name = UTF8 if keeps and found.good >= found.stray else known.name
    unreadable: dict[int, str] = {}
    if detected.rival and (name != UTF8 or known.name != WINDOWS_1252):
        if name != UTF8 or found.strays > MOST_NUMBERS:
            raise AmbiguousEncoding([Problem.of(source.name, question(found, detected))])
        unreadable = dict.fromkeys(found.numbers, not_clear(detected))
    missing = unreadable_bytes(_after(source, whole.mark), known.codec, whole.end, keeps_utf8=keeps)
    notices = notices_on_strays(found, known, missing, name=name, keeps_utf8=keeps, rejected=bool(unreadable))
    read = replace(
        whole,
        name=name,
        notices=(*whole.notices, *notices),
        codec=known.codec,
        keeps_utf8=keeps,
        unreadable=unreadable,
    )
    lines = [*found.stray_lines, *found.good_lines]
    return _sampled(read, lines if name == UTF8 else sorted(lines))


def _keeps_utf8(found: Survey, known: KnownEncoding) -> bool:
    """Return whether the lines that are UTF-8 are so on purpose. Lines of few characters of East Asia can be UTF-8 by
    chance, but hardly with one of three bytes."""
    if not found.good_lines:
        return False
    if known.name not in ("shift_jis", "euc-jp", "gb18030", "big5", "euc-kr"):
        return True
    texts = [line.text.decode(errors="ignore") for line in found.good_lines]
    return any(ord(character) >= _WIDE for text in texts for character in text)


def _sampled(read: Encoding, lines: list[Line]) -> Encoding:
    """Add a sample of lines as they were understood."""
    shown = []
    for number, text in lines[:_SAMPLES]:
        pieces = lines_as_utf8([text], read.codec, read.end, keeps_utf8=read.keeps_utf8) if read.codec else [text]
        shown.append(Line(number, b"".join(pieces)))
    return replace(read, sample=tuple(samples(shown)))
