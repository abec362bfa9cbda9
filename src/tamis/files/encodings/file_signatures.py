"""Recognizing files that are no text tables by their first bytes."""

import codecs
import re

_BINARY = {
    b"PK\x03\x04": "is_zip",
    b"PK\x05\x06": "is_empty_zip",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "is_old_office_document",
    b"\x1f\x8b": "is_compressed_twice",
    b"BZh": "is_bzip2",
    b"\x28\xb5\x2f\xfd": "is_zstandard",
    b"\xfd7zXZ\x00": "is_xz",
    b"7z\xbc\xaf\x27\x1c": "is_7zip",
    b"Rar!": "is_rar",
    b"\x89PNG": "is_picture",
    b"\xff\xd8\xff": "is_picture",
    b"GIF8": "is_picture",
    b"%PDF-": "is_pdf",
    b"SQLite format 3\x00": "is_sqlite",
    b"PAR1": "is_parquet",
    codecs.BOM_UTF32_LE: "is_utf32",
    codecs.BOM_UTF32_BE: "is_utf32",
}
_MARKUP = re.compile(
    rb"<(!doctype|html|head|body|table|meta|\?xml|workbook|[a-z]+:workbook|kml|rss|svg)\b", re.IGNORECASE
)
_MAIL = re.compile(rb"From .+@|([A-Z][\w-]+:.*\r?\n([ \t].*\r?\n)*)+")
_MAIL_HEADER = re.compile(
    rb"^(received|return-path|message-id|mime-version|delivered-to):", re.IGNORECASE | re.MULTILINE
)
_MARK = codecs.BOM_UTF8


def identify_signature(start: bytes) -> str | None:
    """Return the message code that names the type of a file that is no text table, None where it may be one."""
    for mark in sorted(_BINARY, key=len, reverse=True):
        if start.startswith(mark):
            return _BINARY[mark]
    text = start.removeprefix(_MARK).lstrip()
    if text[:15].upper().startswith(b"BEGIN:VCARD"):
        return "is_vcards"
    if text[:15].upper().startswith(b"BEGIN:VCALENDAR"):
        return "is_calendar"
    if text.startswith(b"{\\rtf"):
        return "is_rtf"
    if _MARKUP.match(text):
        return _markup(text)
    if _MAIL.match(text[:8_000]) and _MAIL_HEADER.search(text[:8_000]):
        return "is_mailbox"
    return None


def _markup(text: bytes) -> str:
    if b"urn:schemas-microsoft-com:office:spreadsheet" in text:
        return "is_xml_spreadsheet"
    if re.search(rb"<(!doctype html|html|table|body|head)\b", text, re.IGNORECASE):
        return "is_web_page"
    return "is_xml"
