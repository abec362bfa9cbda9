"""What the cells of a column of a topic mean."""

from tamis.domain.consent.consent_values import MEANINGS, NoSuppression, letters_of, means_no, means_yes
from tamis.domain.consent.suppressions import SuppressionReason
from tamis.domain.consent.topics import SubscriptionState
from tamis.domain.errors import ValueProblem

_PENDING = frozenset({"pending", "unconfirmed", "notconfirmed", "awaitingconfirmation"})


def parse_state(text: str) -> SubscriptionState | None:
    """Return the state that a cell says, None if that is nothing, such as "never asked"; yes and no mean subscribed and
    unsubscribed. Raises ValueProblem."""
    letters = letters_of(text)
    if not letters:
        return None
    meaning = MEANINGS.get(letters)
    if letters in _PENDING:
        return SubscriptionState.PENDING
    if meaning is NoSuppression.SUBSCRIBED or means_yes(letters):
        return SubscriptionState.SUBSCRIBED
    if meaning is SuppressionReason.UNSUBSCRIBED or means_no(letters):
        return SubscriptionState.UNSUBSCRIBED
    if meaning is NoSuppression.UNDECIDED:
        return None
    raise ValueProblem("topic_state_unknown", text=text)
