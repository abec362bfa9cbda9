"""What a zip archive or an old Office document is, told by what is in it, and whether it is small enough to be read."""

import zlib
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from tamis.files.source import Source

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_UNPACKED = 400 << 20
MOST_PACKED = 200 << 20
_NAMES_SHOWN = 3
_BLOCK = 1 << 20
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"
_OTHERS = {
    "word/document.xml": "is a Word document: save the table in it as .xlsx or CSV, and import that",
    "ppt/presentation.xml": "is a PowerPoint document: a table is needed, such as CSV or an Excel workbook",
    "Index/Document.iwa": "is a Numbers document: choose File, Export To, Excel or CSV in Numbers, and import that",
}


def is_workbook(start: bytes) -> bool:
    """Tell by its beginning whether a file may be a workbook; a zip archive may."""
    return start.startswith((ZIP, OLE))


def check_workbook(source: Source, path: Path) -> None:
    """Raise Invalid where a file is no workbook, or one that would take too much memory."""
    if path.stat().st_size > MOST_PACKED:
        raise source.refuse(f"is a workbook of more than {MOST_PACKED >> 20} MB: save the sheet as CSV and import that")
    with path.open("rb") as file:
        is_zip = file.read(len(ZIP)) == ZIP
    if is_zip:
        try:
            with ZipFile(path) as archive:
                _check_archive(source, archive)
        except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError):
            raise source.refuse("is a damaged zip archive or workbook: fetch it again") from None


def _check_archive(source: Source, archive: ZipFile) -> None:
    names = archive.namelist()
    if "xl/workbook.xml" not in names and "xl/workbook.bin" not in names:
        document = archive.read("mimetype")[:100] if "mimetype" in names and len(names) < 10_000 else b""
        if not document.startswith(_OPEN_DOCUMENT):
            raise source.refuse(_other(names))
    # What a zip archive says of its sizes can be wrong: all that is read of a workbook is unpacked once.
    left = MOST_UNPACKED
    for info in archive.infolist():
        if info.filename.startswith("xl/media/") or not info.filename.endswith((".xml", ".bin", ".rels")):
            continue
        info.file_size = left + _BLOCK
        with archive.open(info) as part:
            while block := part.read(_BLOCK):
                left -= len(block)
                if left < 0:
                    raise source.refuse(
                        f"is a workbook that unpacks to more than {MOST_UNPACKED >> 20} MB: save the sheet as CSV and "
                        "import that"
                    )


def _other(names: list[str]) -> str:
    for name, message in _OTHERS.items():
        if name in names:
            return message
    if any(name.startswith("Index/") and name.endswith(".iwa") for name in names):
        return _OTHERS["Index/Document.iwa"]
    files = [name for name in names if not name.endswith("/")]
    shown = ", ".join(files[:_NAMES_SHOWN]) + (
        f" and {len(files) - _NAMES_SHOWN:,} more" if len(files) > _NAMES_SHOWN else ""
    )
    return f"is a zip archive ({shown}): unpack it and import the files in it, one after the other"
