"""The questions that need the columns: a command beside a running server puts them to that server."""

from inspect import signature
from typing import Any

from tamis.actions.exporting.write import write_export
from tamis.actions.house import House
from tamis.actions.importing.effects import import_effects
from tamis.actions.maintenance.backups import make_backup
from tamis.actions.maintenance.doctor.columns import (
    examine_contacts,
    examine_hands,
    examine_log,
    examine_sample,
    examine_segment,
)
from tamis.actions.maintenance.erasing import erase, erase_if_small
from tamis.actions.segments.history import contact_history, members_at, segment_history, size_at
from tamis.actions.segments.recipients import recipient_page
from tamis.actions.segments.segments import count_rule, segment_sizes
from tamis.actions.segments.sets import group_sizes, overlap, sampled_page

_ALL = (
    contact_history,
    count_rule,
    erase,
    erase_if_small,
    examine_contacts,
    examine_hands,
    examine_log,
    examine_sample,
    examine_segment,
    group_sizes,
    import_effects,
    make_backup,
    members_at,
    overlap,
    recipient_page,
    sampled_page,
    segment_history,
    segment_sizes,
    size_at,
    write_export,
)
QUESTIONS: dict[str, Any] = {question.__name__: question for question in _ALL}
"""By name; each takes a house and then values that JSON can carry, and gives such a value."""


def account_of(name: str, arguments: list[Any]) -> int | None:
    """Return the account that a question is about, None where it is about all."""
    names = list(signature(QUESTIONS[name]).parameters)[1:]  # the first is the house
    return next((value for of, value in zip(names, arguments, strict=False) if of == "account_id"), None)


def answer(house: House, name: str, arguments: list[Any]) -> Any:
    """Answer a question by name."""
    return QUESTIONS[name](house, *arguments)
