"""The encodings of text files: their names, labels, and Python codecs."""

import codecs
from dataclasses import dataclass

UTF8, UTF16_LE, UTF16_BE, WINDOWS_1252 = "utf-8", "utf-16-le", "utf-16-be", "windows-1252"
ISO_2022_JP = "iso-2022-jp"


@dataclass(frozen=True, slots=True)
class KnownEncoding:
    """An encoding: its name, its label for people, and its Python codec."""

    name: str
    label: str
    codec: str


KNOWN = (
    KnownEncoding(UTF8, "UTF-8", "utf-8"),
    KnownEncoding(UTF16_LE, "UTF-16", "utf-16-le"),
    KnownEncoding(UTF16_BE, "UTF-16", "utf-16-be"),
    KnownEncoding(WINDOWS_1252, "Windows-1252", "cp1252"),
    KnownEncoding("windows-1250", "Windows-1250", "cp1250"),
    KnownEncoding("windows-1251", "Windows-1251", "cp1251"),
    KnownEncoding("windows-1253", "Windows-1253", "cp1253"),
    KnownEncoding("windows-1254", "Windows-1254", "cp1254"),
    KnownEncoding("windows-1255", "Windows-1255", "cp1255"),
    KnownEncoding("windows-1256", "Windows-1256", "cp1256"),
    KnownEncoding("windows-1257", "Windows-1257", "cp1257"),
    KnownEncoding("windows-874", "Windows-874", "cp874"),
    KnownEncoding("iso-8859-2", "ISO-8859-2", "iso8859-2"),
    KnownEncoding("iso-8859-7", "ISO-8859-7", "iso8859-7"),
    KnownEncoding("iso-8859-9", "ISO-8859-9", "iso8859-9"),
    KnownEncoding("iso-8859-15", "ISO-8859-15", "iso8859-15"),
    KnownEncoding("koi8-u", "KOI8-U", "koi8-u"),
    KnownEncoding("mac-roman", "Mac Roman", "mac-roman"),
    KnownEncoding("cp850", "DOS 850", "cp850"),
    KnownEncoding("cp852", "DOS 852", "cp852"),
    KnownEncoding("cp866", "DOS 866", "cp866"),
    KnownEncoding("shift_jis", "Shift_JIS", "cp932"),
    KnownEncoding("euc-jp", "EUC-JP", "euc-jp"),
    KnownEncoding(ISO_2022_JP, "ISO-2022-JP", "iso2022_jp_ext"),
    KnownEncoding("gb18030", "GB18030", "gb18030"),
    KnownEncoding("big5", "Big5", "cp950"),
    KnownEncoding("euc-kr", "EUC-KR", "cp949"),
)
BY_NAME = {known.name: known for known in KNOWN}
# Python codecs that keep ASCII, or nearly, and are not text encodings.
_NONE = frozenset({"unicode-escape", "raw-unicode-escape", "idna", "punycode", "utf-7", "undefined"})
_ASCII = "".join(map(chr, range(128))) + '\x1b$B$"\x1b(B~{VP~}'
"""All of ASCII, and the escape sequences of encodings that write other characters in ASCII."""
# Each is read as the wider encoding that browsers and spreadsheets write under its name.
_WIDER = {"iso8859-1": WINDOWS_1252, "ascii": UTF8, "gbk": "gb18030", "gb2312": "gb18030", "shift_jis": "shift_jis"} | {
    "big5": "big5", "euc_kr": "euc-kr", "utf-8-sig": UTF8, "utf-16": UTF16_LE
}  # fmt: skip
USUAL = (
    "utf-8, windows-1250 (Central Europe), windows-1251 (Cyrillic), windows-1252 (Western Europe), windows-1253 "
    "(Greek), windows-1254 (Turkish), iso-8859-2, iso-8859-15, mac-roman, shift_jis, euc-jp, gb18030, big5, euc-kr"
)


def find_encoding_named(name: str) -> KnownEncoding | None:
    """Find an encoding by any of its names; None when it is unknown, or is not a superset of ASCII."""
    wanted = name.strip().lower()
    if wanted in BY_NAME:
        return BY_NAME[wanted]
    wanted = {"macintosh": "mac-roman", "mac": "mac-roman", "ansi": WINDOWS_1252, "windows-874": "cp874"}.get(
        wanted, wanted
    )
    try:
        codec = codecs.lookup(wanted).name
        if codec.startswith("iso2022_jp"):
            return BY_NAME[ISO_2022_JP]
        if codec in _NONE:
            return None
        keeps_ascii = _ASCII.encode().decode(codec) == _ASCII
    except (LookupError, ValueError):
        return BY_NAME[UTF16_BE if "be" in wanted else UTF16_LE] if wanted.startswith("utf-16") else None
    if codec in _WIDER:
        return BY_NAME[_WIDER[codec]]
    same = next((known for known in KNOWN if codecs.lookup(known.codec).name == codec), None)
    return same or (KnownEncoding(codec, codec, codec) if keeps_ascii else None)


def label_of(name: str) -> str:
    """Return the label of an encoding."""
    return BY_NAME[name].label if name in BY_NAME else name
