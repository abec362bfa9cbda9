"""The temporary tables in which the steps of the projector pass on rows: their contents and columns."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TempTable:
    """A temporary table: `columns` are fixed; `by_type` says which others depend on the contact type or its
    segments."""

    name: str
    meaning: str
    columns: tuple[str, ...]
    by_type: str = ""


_CHANGE = ("window_number", "recipient_id", "delta", "instant", "cause", "seq")

TEMP_TABLES = (
    TempTable("changed_contacts", "contacts of the batch, when and why each last changed", ("id", "instant", "cause")),
    TempTable("staged_contacts", "those that still exist, as they are now", (), "as the table of the type"),
    TempTable(
        "changed_inclusions", "inclusions of the batch, when and why each last changed", ("id", "instant", "cause")
    ),
    TempTable("staged_inclusions", "those that still exist, as they are now", (), "as the table `inclusions`"),
    TempTable(
        "staged_exclusions",
        "the exclusions of all changed contacts and external recipients",
        ("segment_id", "contact_id"),
    ),
    TempTable(
        "added_events",
        "the events of a name that the batch adds",
        ("contact_id", "occurred_at"),
        "a column for each property, and a table for each name",
    ),
    TempTable("event_contacts", "contacts whose events change, when and why", ("id", "instant", "cause")),
    TempTable("new_contacts", "contacts without earlier results, to evaluate once", ("id", "instant", "cause")),
    TempTable(
        "dirty",
        "contacts whose memberships may change in a window; when and why each changed, null if only time passes",
        ("contact_id", "instant", "cause"),
    ),
    TempTable("dirty_externals", "external recipients that changed", ("person_id", "instant", "cause")),
    TempTable(
        "versions",
        "the values of dirty contacts before (version 0) and after (1) their change",
        ("version", "id"),
        "the columns of the fields that rules use",
    ),
    TempTable(
        "overrides",
        "the overrides of dirty contacts before and after: `is_recipient` overrules whether a contact is a recipient "
        "under its own id, `is_member` whether it is in the segment under any id",
        ("version", "segment_id", "contact_id", "is_recipient", "is_member"),
    ),
    TempTable(
        "instants",
        "the evaluation instants of each dirty contact: seq 0 is before any change, each later one after a change",
        ("contact_id", "version", "instant", "cause", "seq"),
    ),
    TempTable(
        "evaluated_events",
        "the events of a name that exist at each evaluation instant",
        ("seq", "instant", "contact_id", "occurred_at"),
        "the columns of the properties that rules use, and a table for each name",
    ),
    TempTable(
        "rule_results",
        "the results of all rules at each evaluation instant, in one list; null where the contact does not exist",
        ("contact_id", "version", "instant", "cause", "seq", "results"),
    ),
    TempTable(
        "referenced_segments",
        "whether each contact is, at each instant, in the segments that rules of the next level name",
        ("contact_id", "seq"),
        "a column for each named segment",
    ),
    TempTable(
        "new_contact_results",
        "the results of all rules for new contacts",
        ("id", "instant", "cause"),
        "a column for each segment",
    ),
    TempTable(
        "externals_before",
        "the external recipients before the window is applied",
        ("recipient_id", "person_id", "inclusion_id"),
    ),
    TempTable("externals_after", "and after it is applied", ("recipient_id", "person_id", "inclusion_id")),
    TempTable(
        "pending_changes",
        "entries (delta 1) and exits (-1), to be logged in the order of window, instant and seq",
        _CHANGE,
    ),
    TempTable("new_entries", "the entries of new contacts, in the same form", _CHANGE),
    TempTable("deleted_contacts", "contacts that no longer exist, in batches with events", ("id",)),
    TempTable("target_recipients", "the recipients that a refreshed segment should have", ("recipient_id",)),
    TempTable("current_recipients", "the recipients that it has", ("recipient_id",)),
    TempTable("changed_since", "contacts that changed after the history was kept", ("id",)),
    TempTable("detached_contacts", "those that still exist", (), "as the table of the type"),
    TempTable(
        "externals_changed_since",
        "external recipients that changed after the history was kept, by recipient id without the segment",
        ("id", "instant", "cause"),
    ),
)
"""Every temporary table; each is created by one step (see `pipeline`)."""
