"""A list of JSON objects as a file of objects, one a line."""

from dataclasses import replace
from pathlib import Path

import msgspec

from tamis.files.encodings.choose import Encoding, as_utf8
from tamis.files.room import need_room
from tamis.files.source import Source

MOST_BYTES = 256 << 20


def list_as_lines(source: Source, encoding: Encoding, spool: Path) -> tuple[Source, Encoding]:
    """Write each element of a list in a line of its own to the directory `spool`: the lines are numbered as the list
    is, from 1. Raises Invalid when it is no list, or too long to be read at once."""
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
    # Within strings line ends are escaped: those that are left stand between.
    lines = b"".join(bytes(element).replace(b"\n", b" ").replace(b"\r", b" ") + b"\n" for element in elements)
    need_room(spool, len(lines))
    target = spool / "list.ndjson"
    target.write_bytes(lines)
    notices = (*encoding.notices, "Read as a list of JSON objects: rows are numbered by their place in it.")
    read = replace(encoding, mark=0, length=len(lines), codec=None, notices=notices)
    return Source(source.name, target, len(lines)), read
