"""The fields and segments of the contact type of the examples."""

from tamis.domain.segments.segments import SegmentRef, SegmentRefs
from tamis.domain.values.fields import RESERVED, Field, FieldSet, Kind

FIELDS = FieldSet(
    (
        *RESERVED,
        Field(101, "age", "Age", Kind.NUMBER),
        Field(102, "birth_date", "Birth date", Kind.DATE),
        Field(103, "last_order", "Last order", Kind.DATETIME),
        Field(104, "active", "Active", Kind.BOOLEAN),
        Field(105, "plan", "Plan", Kind.CHOICE, ("Free", "Pro", "Team")),
        Field(106, "notes", "Notes", Kind.TEXT),
        Field(107, "not_seen", "Not seen", Kind.BOOLEAN),
        Field(108, "or", "Or", Kind.TEXT),
        Field(109, "seen", "Seen", Kind.BOOLEAN),
        Field(110, "interests", "Interests", Kind.CHOICES, ("Music", "Art", "Sport")),
        Field(111, "order_limit", "Order limit", Kind.NUMBER),
    )
)
SEGMENTS = SegmentRefs((SegmentRef(7, "Customers in India"), SegmentRef(8, 'He said "eight"'), SegmentRef(9, "8")))
