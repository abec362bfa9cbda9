"""Converting a JSON array of objects to NDJSON."""

from dataclasses import replace
from pathlib import Path

import msgspec

from tamis.files.disk_space import require_disk_space
from tamis.files.encodings.encoding import Encoding, as_utf8
from tamis.files.source import SourceFile

MOST_BYTES = 256 << 20


def array_to_lines(source: SourceFile, encoding: Encoding, spool: Path) -> tuple[SourceFile, Encoding]:
    """Write each element of an array to one line of a file in the directory `spool`, so that lines count elements from
    1.

    Raises Invalid when it is no array, or too long to be parsed at once."""
    text = bytearray()
    for block in as_utf8(source, encoding):
        text += block
        if len(text) > MOST_BYTES:
            raise source.refuse("json_list_too_large", most=MOST_BYTES >> 20)
    try:
        elements = msgspec.json.decode(bytes(text), type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise source.refuse("json_list_not_whole", reason=str(error)) from None
    except RecursionError:
        raise source.refuse("json_too_deep") from None
    # Line ends in strings are escaped, so the others are between tokens.
    lines = b"".join(bytes(element).replace(b"\n", b" ").replace(b"\r", b" ") + b"\n" for element in elements)
    require_disk_space(spool, len(lines))
    target = spool / "list.ndjson"
    target.write_bytes(lines)
    notices = (*encoding.notices, "Read as a list of JSON objects: rows are numbered by their position in it.")
    read = replace(encoding, mark=0, length=len(lines), codec=None, notices=notices)
    return SourceFile(source.name, target, len(lines)), read
