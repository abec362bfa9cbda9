"""Files that are no table as text: what each is, told by how it begins, and what to do instead."""

import codecs
import re

_TABLE_NEEDED = "a table is needed, such as CSV or an Excel workbook"
_BINARY = {
    b"PK\x03\x04": "is a zip archive: unpack it and import the files in it, one after the other",
    b"PK\x05\x06": "is an empty zip archive",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "is an old Office document or an encrypted workbook: save the sheet as CSV or "
    ".xlsx without a password, and import that",
    b"\x1f\x8b": "is compressed twice: unpack it once and import the result",
    b"BZh": "is compressed with bzip2: unpack it, or compress it with gzip, and import that",
    b"\x28\xb5\x2f\xfd": "is compressed with Zstandard: unpack it, or compress it with gzip, and import that",
    b"\xfd7zXZ\x00": "is compressed with xz: unpack it, or compress it with gzip, and import that",
    b"7z\xbc\xaf\x27\x1c": "is a 7-Zip archive: unpack it and import the file in it",
    b"Rar!": "is a RAR archive: unpack it and import the file in it",
    b"\x89PNG": f"is a picture: {_TABLE_NEEDED}",
    b"\xff\xd8\xff": f"is a picture: {_TABLE_NEEDED}",
    b"GIF8": f"is a picture: {_TABLE_NEEDED}",
    b"%PDF-": f"is a PDF: {_TABLE_NEEDED}",
    b"SQLite format 3\x00": "is a SQLite database: export the table as CSV and import that",
    b"PAR1": "is a Parquet file: it is no text to be read as CSV; say --format parquet",
    codecs.BOM_UTF32_LE: "is text in UTF-32: save it as UTF-8 and import again",
    codecs.BOM_UTF32_BE: "is text in UTF-32: save it as UTF-8 and import again",
}
_MARKUP = re.compile(
    rb"<(!doctype|html|head|body|table|meta|\?xml|workbook|[a-z]+:workbook|kml|rss|svg)\b", re.IGNORECASE
)
_MAIL = re.compile(rb"From .+@|([A-Z][\w-]+:.*\r?\n([ \t].*\r?\n)*)+")
_MAIL_HEADER = re.compile(
    rb"^(received|return-path|message-id|mime-version|delivered-to):", re.IGNORECASE | re.MULTILINE
)
_MARK = codecs.BOM_UTF8


def what_it_is(start: bytes) -> str | None:
    """Say what the beginning of a file shows it to be, and what to do, where that is no table as text."""
    for mark in sorted(_BINARY, key=len, reverse=True):
        if start.startswith(mark):
            return _BINARY[mark]
    text = start.removeprefix(_MARK).lstrip()
    if text[:15].upper().startswith(b"BEGIN:VCARD"):
        return (
            "is a file of vCards, as address books write them: export the contacts as CSV instead (Google Contacts: "
            "Export, Google CSV; Outlook: Export to a file)"
        )
    if text[:15].upper().startswith(b"BEGIN:VCALENDAR"):
        return f"is a calendar: {_TABLE_NEEDED}"
    if text.startswith(b"{\\rtf"):
        return f"is a text document (RTF): {_TABLE_NEEDED}"
    if _MARKUP.match(text):
        return _markup(text)
    if _MAIL.match(text[:8_000]) and _MAIL_HEADER.search(text[:8_000]):
        return f"is a message or a mailbox: {_TABLE_NEEDED}"
    return None


def _markup(text: bytes) -> str:
    if b"urn:schemas-microsoft-com:office:spreadsheet" in text:
        return "is an XML spreadsheet of Excel 2003: open it in a spreadsheet and save it as .xlsx or CSV"
    if re.search(rb"<(!doctype html|html|table|body|head)\b", text, re.IGNORECASE):
        return (
            "is a web page (HTML), whatever its name says: open it in a spreadsheet and save it as .xlsx or CSV, and "
            "import that"
        )
    return f"is XML: {_TABLE_NEEDED}"
