"""The numbers of recipients: unique over all segments, known without being stored, whole numbers of JavaScript."""

from hypothesis import example, given
from hypothesis import strategies as st

from tamis.domain.segments import (
    LAST_SEGMENT,
    STRANGER,
    contact_of_recipient,
    recipient_id_of_contact,
    recipient_id_of_stranger,
    segment_of_recipient,
)

segment_ids = st.integers(1, LAST_SEGMENT)
numbers = st.integers(1, STRANGER - 1)


@given(segment_ids, numbers)
@example(LAST_SEGMENT, STRANGER - 1)
@example(1, 1)
def test_a_number_tells_segment_and_contact(segment_id: int, number: int) -> None:
    contact = recipient_id_of_contact(segment_id, number)
    stranger = recipient_id_of_stranger(segment_id, number)
    assert segment_of_recipient(contact) == segment_of_recipient(stranger) == segment_id
    assert contact_of_recipient(contact) == number
    assert contact_of_recipient(stranger) is None
    assert 0 < contact < 2**53
    assert 0 < stranger < 2**53


@given(st.sets(st.tuples(segment_ids, numbers, st.booleans())))
def test_no_two_recipients_have_one_number(recipients: set[tuple[int, int, bool]]) -> None:
    given_out = {
        (recipient_id_of_stranger if stranger else recipient_id_of_contact)(segment_id, number)
        for segment_id, number, stranger in recipients
    }
    assert len(given_out) == len(recipients)
