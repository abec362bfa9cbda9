"""How the text of a file is encoded, decided from all of it; whatever it is, it becomes UTF-8 with line ends "\\n"."""

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tamis.files.source import Source

UTF8, WINDOWS = "utf-8", "windows-1252"
_START = 64 * 1024
_MARKS = {codecs.BOM_UTF8: UTF8, codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_UNDEFINED = b"\x81\x8d\x8f\x90\x9d"
# The bytes that Windows-1252 leaves undefined become the control characters of the same number, as browsers read them.
_TABLE = "".join(chr(n) if n in _UNDEFINED else bytes([n]).decode("cp1252") for n in range(256))
_NUL_SHARE = 20
_BINARY = {
    b"PK\x03\x04": "is a zip file or an Excel workbook: unpack it, or save the sheet as CSV, and import that",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "is an Excel workbook: save the sheet as CSV and import that",
    b"\x1f\x8b": "is compressed twice: unpack it once and import the result",
    b"BZh": "is compressed with bzip2: unpack it, or compress it with gzip, and import that",
    b"\x28\xb5\x2f\xfd": "is compressed with Zstandard: unpack it, or compress it with gzip, and import that",
    b"\xfd7zXZ\x00": "is compressed with xz: unpack it, or compress it with gzip, and import that",
    b"7z\xbc\xaf\x27\x1c": "is a 7-Zip archive: unpack it and import the file in it",
    b"\x89PNG": "is a picture: a table as text is needed, such as CSV",
    b"\xff\xd8\xff": "is a picture: a table as text is needed, such as CSV",
    b"%PDF-": "is a PDF: a table as text is needed, such as CSV",
    b"PAR1": "is a Parquet file: it is no text to be read as CSV",
    codecs.BOM_UTF32_LE: "is text in UTF-32: save it as UTF-8 and import again",
    codecs.BOM_UTF32_BE: "is text in UTF-32: save it as UTF-8 and import again",
}


@dataclass(frozen=True, slots=True)
class Encoding:
    """The encoding of a file, the length of its byte order mark, its length unpacked, and what people should know."""

    name: str
    mark: int
    length: int
    notices: tuple[str, ...]


def find_encoding(source: Source) -> Encoding:
    """Read a file once to decide its encoding; raises Invalid when it is no text."""
    blocks = source.blocks()
    start = b""
    for block in blocks:
        start += block
        if len(start) >= _START:
            break
    _refuse_binary(source, start[:_START])
    mark, name = next(((mark, name) for mark, name in _MARKS.items() if start.startswith(mark)), (b"", UTF8))
    check, length, sound = codecs.getincrementaldecoder(name)(), 0, True
    for block in _chain(start, blocks):
        sound = sound and _decodes(check, block)
        length += len(block)
    sound = sound and _decodes(check, b"", final=True)
    notices = tuple(source.notices)
    if sound:
        return Encoding(name, len(mark), length, notices)
    if name != UTF8:
        notices += (f"Characters that are not valid {name.upper()[:6]} were replaced by \N{REPLACEMENT CHARACTER}.",)
        return Encoding(name, len(mark), length, notices)
    notices += ("Read as Windows-1252, because it is not UTF-8.",)
    if undefined := sum(block.count(byte) for block in source.blocks() for byte in _UNDEFINED):
        notices += (
            f"Bytes that have no meaning in Windows-1252 became control characters ({undefined:,} of them): "
            "if names look wrong, save the file as UTF-8 and import again.",
        )
    return Encoding(WINDOWS, len(mark), length, notices)


def as_utf8(source: Source, encoding: Encoding) -> Iterator[bytes]:
    """Read a file as UTF-8 without a byte order mark, its line ends as they are; raises Invalid when it has changed."""
    blocks = _counted(source, encoding)
    if encoding.name == UTF8:
        return blocks
    if encoding.name == WINDOWS:
        return (codecs.charmap_decode(block, "strict", _TABLE)[0].encode() for block in blocks)
    return _from_utf16(blocks, encoding.name)


def _counted(source: Source, encoding: Encoding) -> Iterator[bytes]:
    skip, length = encoding.mark, 0
    for block in source.blocks():
        length += len(block)
        yield block[skip:] if skip else block
        skip = max(0, skip - len(block))
    if length != encoding.length:
        raise source.refuse("has changed while it was being read: import it again when it is complete")


def _from_utf16(blocks: Iterable[bytes], name: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(name)("replace")
    for block in blocks:
        yield decoder.decode(block).encode()
    yield decoder.decode(b"", True).encode()


def _chain(start: bytes, blocks: Iterator[bytes]) -> Iterator[bytes]:
    yield start
    yield from blocks


def _decodes(check: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    try:
        check.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _refuse_binary(source: Source, start: bytes) -> None:
    for mark, message in sorted(_BINARY.items(), key=lambda item: -len(item[0])):
        if start.startswith(mark):
            raise source.refuse(message)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or start.count(0) * _NUL_SHARE < len(start):
        return
    if not start:
        return
    if not any(start[0::2]) or not any(start[1::2]) or start[0::2].count(0) * 4 < start[1::2].count(0):
        raise source.refuse("looks like UTF-16 without a byte order mark: save it as UTF-8 and import again")
    raise source.refuse("is no text: a table as text is needed, such as CSV")
