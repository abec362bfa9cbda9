"""The temporary tables by which the steps of the projector hand rows on: what is in them, and their columns."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TempTable:
    """A temporary table: `columns` are those that it always has, and `by_type` says which follow the contact type or
    its segments, if any."""

    name: str
    meaning: str
    columns: tuple[str, ...]
    by_type: str = ""


_CHANGE = ("window_number", "recipient_id", "step", "instant", "cause", "k")

TEMP_TABLES = (
    TempTable("touched_contacts", "contacts of the batch, when and why each changed last", ("id", "instant", "cause")),
    TempTable("staged_contacts", "those of them that still exist, as they are now", (), "as the table of the type"),
    TempTable("touched_additions", "manual additions of the batch, likewise", ("id", "instant", "cause")),
    TempTable("staged_added", "those of them that still exist", (), "as the table `added`"),
    TempTable("staged_excluded", "the exclusions of all that was touched", ("segment_id", "contact_id")),
    TempTable(
        "new_contacts",
        "contacts that are evaluated once, because nothing was before",
        ("id", "instant", "cause"),
    ),
    TempTable(
        "dirty",
        "the dirty set of a window: whose answers may change in it; when and why a contact changed, null where only "
        "time passes",
        ("contact_id", "instant", "cause"),
    ),
    TempTable("dirty_externals", "the external recipients that were touched", ("person_id", "instant", "cause")),
    TempTable(
        "versions",
        "the values of dirty contacts before (version 0) and after (1) their change",
        ("version", "id"),
        "the columns of the fields that rules use",
    ),
    TempTable(
        "overrides",
        "the overrides of dirty contacts before and after: `present` overrules whether a contact is a recipient under "
        "its own number, `member` whether it is in the segment under any",
        ("version", "segment_id", "contact_id", "present", "member"),
    ),
    TempTable(
        "instants",
        "the evaluation instants of each dirty contact: at k = 0 nothing has happened yet, at each later one something "
        "has",
        ("contact_id", "version", "instant", "cause", "k"),
    ),
    TempTable(
        "answers",
        "what all rules say at each evaluation instant, in one list; null where there is no such contact",
        ("contact_id", "version", "instant", "cause", "k", "held"),
    ),
    TempTable(
        "named_segments",
        "whether each contact is, at each instant, in the segments that rules of the next level name",
        ("contact_id", "k"),
        "a column for each named segment",
    ),
    TempTable(
        "new_answers",
        "what all rules say of new contacts",
        ("id", "instant", "cause"),
        "a column for each segment",
    ),
    TempTable("externals_before", "the external recipients, before", ("recipient_id", "person_id", "added_id")),
    TempTable("externals_after", "and after the batch was applied", ("recipient_id", "person_id", "added_id")),
    TempTable(
        "membership_changes",
        "entries (step 1) and exits (-1) by window, instant and number of the evaluation instant: the order of the log",
        _CHANGE,
    ),
    TempTable("new_entries", "entries of new contacts, likewise", _CHANGE),
    TempTable("recipients_wanted", "whom a refilled segment is to have", ("recipient_id",)),
    TempTable("recipients_present", "and has", ("recipient_id",)),
    TempTable("touched_since", "contacts that were touched since the history was kept", ("id",)),
    TempTable("held_back", "those of them that still exist", (), "as the table of the type"),
    TempTable(
        "externals_since",
        "external recipients that were touched since, by the part of their numbers that is not the segment",
        ("id", "instant", "cause"),
    ),
)
"""Every temporary table; each is made by one step (see `pipeline`)."""
