"""Recipient ids: unique over all segments, derived rather than stored, safe integers in JavaScript."""

from hypothesis import example, given
from hypothesis import strategies as st

from tamis.domain.segments.segments import (
    EXTERNAL_BIT,
    LAST_SEGMENT,
    contact_of_recipient,
    recipient_id_of_contact,
    recipient_id_of_external,
    segment_of_recipient,
)

segment_ids = st.integers(1, LAST_SEGMENT)
numbers = st.integers(1, EXTERNAL_BIT - 1)


@given(segment_ids, numbers)
@example(LAST_SEGMENT, EXTERNAL_BIT - 1)
@example(1, 1)
def test_a_recipient_id_encodes_segment_and_contact(segment_id: int, number: int) -> None:
    contact = recipient_id_of_contact(segment_id, number)
    external = recipient_id_of_external(segment_id, number)
    assert segment_of_recipient(contact) == segment_of_recipient(external) == segment_id
    assert contact_of_recipient(contact) == number
    assert contact_of_recipient(external) is None
    assert 0 < contact < 2**53
    assert 0 < external < 2**53


@given(st.sets(st.tuples(segment_ids, numbers, st.booleans())))
def test_recipient_ids_are_unique(recipients: set[tuple[int, int, bool]]) -> None:
    given_out = {
        (recipient_id_of_external if external else recipient_id_of_contact)(segment_id, number)
        for segment_id, number, external in recipients
    }
    assert len(given_out) == len(recipients)
