"""The questions that need the columns: a command beside a running server puts them to that server."""

from typing import Any

from tamis.actions.backups import make_backup
from tamis.actions.erasing import erase, erase_if_small
from tamis.actions.house import House
from tamis.actions.recipients import recipient_page
from tamis.actions.segments import count_rule, segment_sizes
from tamis.actions.sets import group_sizes, overlap, sampled_page

_ALL = (
    count_rule,
    recipient_page,
    segment_sizes,
    overlap,
    group_sizes,
    sampled_page,
    erase,
    erase_if_small,
    make_backup,
)
QUESTIONS: dict[str, Any] = {question.__name__: question for question in _ALL}
"""By name; each takes a house and then values that JSON can carry, and gives such a value."""


def answer(house: House, name: str, arguments: list[Any]) -> Any:
    """Answer a question by name."""
    return QUESTIONS[name](house, *arguments)
