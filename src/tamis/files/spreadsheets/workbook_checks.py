"""Checks whether a zip archive or old Office document is a workbook, and small enough to be read."""

import zlib
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from tamis.domain.errors import Invalid
from tamis.files.source import SourceFile

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_UNPACKED = 400 << 20
MOST_PACKED = 200 << 20
_BLOCK = 1 << 20
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"
_OTHERS = {
    "word/document.xml": "is_word_document",
    "ppt/presentation.xml": "is_powerpoint_document",
    "Index/Document.iwa": "is_numbers_document",
}


def is_workbook(start: bytes) -> bool:
    """Return whether a file may be a workbook by its first bytes; any zip archive may."""
    return start.startswith((ZIP, OLE))


def check_workbook(source: SourceFile, path: Path) -> None:
    """Raise Invalid for a file that is no workbook, or one that would take too much memory."""
    if path.stat().st_size > MOST_PACKED:
        raise source.refuse("workbook_too_large", most=MOST_PACKED >> 20)
    with path.open("rb") as file:
        is_zip = file.read(len(ZIP)) == ZIP
    if is_zip:
        try:
            with ZipFile(path) as archive:
                _check_archive(source, archive)
        except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError):
            raise source.refuse("workbook_damaged") from None


def _check_archive(source: SourceFile, archive: ZipFile) -> None:
    names = archive.namelist()
    if "xl/workbook.xml" not in names and "xl/workbook.bin" not in names:
        document = archive.read("mimetype")[:100] if "mimetype" in names and len(names) < 10_000 else b""
        if not document.startswith(_OPEN_DOCUMENT):
            raise _other(source, names)
    # The sizes declared in a zip archive can be wrong, so everything that is read is decompressed once.
    left = MOST_UNPACKED
    for info in archive.infolist():
        if info.filename.startswith("xl/media/") or not info.filename.endswith((".xml", ".bin", ".rels")):
            continue
        info.file_size = left + _BLOCK
        with archive.open(info) as part:
            while block := part.read(_BLOCK):
                left -= len(block)
                if left < 0:
                    raise source.refuse("workbook_unpacks_too_large", most=MOST_UNPACKED >> 20)


def _other(source: SourceFile, names: list[str]) -> Invalid:
    for name, code in _OTHERS.items():
        if name in names:
            return source.refuse(code)
    if any(name.startswith("Index/") and name.endswith(".iwa") for name in names):
        return source.refuse(_OTHERS["Index/Document.iwa"])
    return source.refuse("is_zip_archive", files=[name for name in names if not name.endswith("/")])
