"""The fixed SQL of the projector; `{contacts}` stands for the table of a contact type.

In a recipient's number the segment stands from bit 32 on (`SEGMENT_SHIFT` in `domain.segments`), and bit 31 marks an
external recipient.
"""

from functools import partial

from tamis.files.sql import load_statements

load = partial(load_statements, __name__)
