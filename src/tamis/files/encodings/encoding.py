"""The encoding of a file, decided from all of its text, and its conversion to UTF-8."""

import codecs
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from tamis.domain.errors import AmbiguousEncoding, Problem
from tamis.domain.files.encodings import (
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
from tamis.domain.values.text import CONTROL, shorten
from tamis.files.encodings.decoding import blocks_as_utf8, first_undecodable, lines_as_utf8, unreadable_bytes
from tamis.files.encodings.detection import detect
from tamis.files.encodings.file_signatures import identify_signature
from tamis.files.encodings.line_survey import MOST_NUMBERS, NumberedLine, Survey, survey
from tamis.files.encodings.notices import DecodedLine, ambiguity_reason, question, samples, stray_notices
from tamis.files.line_endings import has_carriage_returns
from tamis.files.source import SourceFile

_START = 64 * 1024
_MARKS = {codecs.BOM_UTF8: UTF8, codecs.BOM_UTF16_LE: UTF16_LE, codecs.BOM_UTF16_BE: UTF16_BE}
_NUL_SHARE = 20
_SAMPLES = 5
_WIDE = 0x800


@dataclass(frozen=True, slots=True)
class Encoding:
    """The encoding of a file, the lengths of its byte order mark and of its decompressed bytes, and notices for people.

    `codec` decodes what is not UTF-8: all lines, or where it `keeps_utf8` only the lines that are not UTF-8. Lines end
    with `end`; ambiguous ones are `unreadable`, by number with the reason."""

    name: str
    mark: int
    length: int
    notices: tuple[str, ...]
    codec: str | None = None
    keeps_utf8: bool = True
    end: bytes = b"\n"
    unreadable: Mapping[int, str] = field(default_factory=dict)
    sample: tuple[DecodedLine, ...] = ()


def find_encoding(source: SourceFile, wanted: str | None = None) -> Encoding:
    """Detect the encoding of a file by reading it, or check the `wanted` one.

    Raises Invalid when the file is no text, is not in the wanted encoding, or is ambiguous."""
    known = _named(source, wanted) if wanted else None
    start = _start(source)
    mark, name = next(((mark, name) for mark, name in _MARKS.items() if start.startswith(mark)), (b"", None))
    if reason := identify_signature(start):
        raise source.refuse(reason)
    if known and name and known.name[:6] != name[:6]:
        raise source.refuse("encoding_mark_differs", mark=label_of(name), encoding=known.name)
    name = name or (known.name if known else None) or _utf16(source, start)
    if name in (UTF16_LE, UTF16_BE):
        return _read_utf16(source, name, len(mark), strict=known is not None)
    if name == ISO_2022_JP:
        return _read_iso_2022_jp(source, len(mark), wanted=True)
    end = b"\r" if has_carriage_returns(start.decode("latin-1")) else b"\n"
    if known:
        return _read_wanted(source, known, len(mark), end)
    found = survey(_after(source, len(mark)), end)
    if found.has_japanese_escapes and not mark:
        return _read_iso_2022_jp(source, 0)
    whole = Encoding(UTF8, len(mark), found.length + len(mark), tuple(dict.fromkeys(source.notices)), end=end)
    return _resolve_strays(source, found, whole) if found.strays else _with_sample(whole, found.good_lines)


def as_utf8(source: SourceFile, encoding: Encoding) -> Iterator[bytes]:
    """Read a file as UTF-8 without a byte order mark, line endings unchanged; raises Invalid when it has changed."""
    blocks = _unchanged(source, encoding)
    if encoding.codec is None:
        return blocks
    if encoding.name in (UTF16_LE, UTF16_BE, ISO_2022_JP):
        return blocks_as_utf8(blocks, encoding.codec)
    return lines_as_utf8(blocks, encoding.codec, encoding.end, keeps_utf8=encoding.keeps_utf8)


def _named(source: SourceFile, wanted: str) -> KnownEncoding:
    known = find_encoding_named(wanted)
    if known is None:
        raise source.refuse("encoding_unknown", encoding=shorten(wanted), usual=USUAL)
    return known


def _start(source: SourceFile) -> bytes:
    start = b""
    for block in source.blocks():
        start += block
        if len(start) >= _START:
            break
    return start[:_START]


def _after(source: SourceFile, skip: int) -> Iterator[bytes]:
    for block in source.blocks():
        yield block[skip:] if skip else block
        skip = max(0, skip - len(block))


def _unchanged(source: SourceFile, encoding: Encoding) -> Iterator[bytes]:
    length = encoding.mark
    for block in _after(source, encoding.mark):
        length += len(block)
        yield block
    if length != encoding.length:
        raise source.refuse("file_changed_meanwhile")


def _utf16(source: SourceFile, start: bytes) -> str | None:
    """Detect UTF-16 without a mark by the zero next to each ASCII character; raises Invalid when it is no text."""
    if start.count(0) * _NUL_SHARE < len(start) or not start:
        return None
    even_zeros, odd_zeros = start[0::2].count(0), start[1::2].count(0)
    name = UTF16_LE if not even_zeros else UTF16_BE if not odd_zeros else None
    if name:
        text = start[: len(start) & ~1].decode(name, "ignore")
        if not CONTROL.search(text.replace("\n", "").replace("\r", "").replace("\t", "")):
            return name
    raise source.refuse("not_text")


def _read_utf16(source: SourceFile, name: str, mark: int, *, strict: bool) -> Encoding:
    check, length, sound = codecs.getincrementaldecoder(name)(), mark, True
    sample: list[DecodedLine] = []
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
                sample += samples(NumberedLine(n, line.encode()) for n, line in enumerate(text.split("\n"), number))
                number += text.count("\n")
    try:
        check.decode(b"", final=True)
    except UnicodeDecodeError:
        sound = False
    if strict and not sound:
        raise source.refuse("not_in_encoding", encoding=label_of(name))
    notices = tuple(dict.fromkeys(source.notices))
    if not mark:
        notices += ("Read as UTF-16 (detected by its bytes).",)
    if not sound:
        notices += ("Characters that are not valid UTF-16 were replaced by \N{REPLACEMENT CHARACTER}.",)
    return Encoding(name, mark, length, notices, name, sample=tuple(sample[:_SAMPLES]))


def _read_iso_2022_jp(source: SourceFile, mark: int, *, wanted: bool = False) -> Encoding:
    """Read ISO-2022-JP, in which escape sequences switch the meaning of characters."""
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
    lines = (
        NumberedLine(number, line.encode()) for number, line in enumerate(start.splitlines(), 1) if not line.isascii()
    )
    notices = (*dict.fromkeys(source.notices), f"Read as {known.label} (detected by its escape sequences).")
    return Encoding(ISO_2022_JP, mark, length, notices, known.codec, sample=tuple(samples(lines))[:_SAMPLES])


def _read_wanted(source: SourceFile, known: KnownEncoding, mark: int, end: bytes) -> Encoding:
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
    return _with_sample(read, sorted([*found.good_lines, *found.stray_lines]))


def _resolve_strays(source: SourceFile, found: Survey, whole: Encoding) -> Encoding:
    """Decide how the lines that are not UTF-8 are decoded."""
    detected = detect(found)
    known = BY_NAME[detected.name]
    keeps = _keeps_utf8(found, known)
    name = UTF8 if keeps and found.good >= found.stray else known.name
    unreadable: dict[int, str] = {}
    if detected.rival and (name != UTF8 or known.name != WINDOWS_1252):
        if name != UTF8 or found.strays > MOST_NUMBERS:
            raise AmbiguousEncoding([Problem.of(source.name, question(found, detected))])
        unreadable = dict.fromkeys(found.numbers, ambiguity_reason(detected))
    missing = unreadable_bytes(_after(source, whole.mark), known.codec, whole.end, keeps_utf8=keeps)
    notices = stray_notices(found, known, missing, name=name, keeps_utf8=keeps, rejected=bool(unreadable))
    read = replace(
        whole,
        name=name,
        notices=(*whole.notices, *notices),
        codec=known.codec,
        keeps_utf8=keeps,
        unreadable=unreadable,
    )
    lines = [*found.stray_lines, *found.good_lines]
    return _with_sample(read, lines if name == UTF8 else sorted(lines))


def _keeps_utf8(found: Survey, known: KnownEncoding) -> bool:
    """Return whether the lines that are UTF-8 were written so.

    Lines with few East Asian characters can be UTF-8 by chance, but hardly with a character of three bytes."""
    if not found.good_lines:
        return False
    if known.name not in ("shift_jis", "euc-jp", "gb18030", "big5", "euc-kr"):
        return True
    texts = [line.text.decode(errors="ignore") for line in found.good_lines]
    return any(ord(character) >= _WIDE for text in texts for character in text)


def _with_sample(read: Encoding, lines: list[NumberedLine]) -> Encoding:
    """Add a sample of decoded lines."""
    shown = []
    for number, text in lines[:_SAMPLES]:
        decoded = lines_as_utf8([text], read.codec, read.end, keeps_utf8=read.keeps_utf8) if read.codec else [text]
        shown.append(NumberedLine(number, b"".join(decoded)))
    return replace(read, sample=tuple(samples(shown)))
