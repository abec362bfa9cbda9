"""The fixed SQL of the projector; `{contacts}` stands for the table of a contact type.

A recipient id has the segment from bit 32 on (`SEGMENT_SHIFT` in `domain.segments`); bit 31 marks an external
recipient."""

from functools import partial

from tamis.files.sql import load_statements

load = partial(load_statements, __name__)
