"""Why a contact enters or leaves a segment."""

from enum import StrEnum


class Cause(StrEnum):
    """What a transition, or a whole filling of a segment, came from."""

    CONTACT = "contact changed"
    IMPORT = "import"
    HAND = "by hand"
    RULE = "rule edited"
    TIME = "time passed"
    DELETION = "deletion"
    FIRST = "first filling"
    REBUILD = "rebuild"
