"""A batch compared in SQLite has the same result as merging its documents one by one."""

from collections.abc import Collection

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from tamis.actions.fields.fields import create_field
from tamis.actions.importing.rows.upsert import Outcome, upsert
from tamis.domain.contacts.contacts import encode_values, merge_documents
from tamis.domain.errors import Refused
from tamis.domain.values.fields import CITY, COUNTRY, FIRST_NAME, LAST_NAME, FieldSet, Kind, Value
from tamis.records.contacts import ContactRow
from tamis.records.engine.sql import fetch
from tamis.records.handles import connection_of
from tests.imports.conftest import Workspace

KEYS = [f"p{number}@example.org" for number in range(8)]
FIELDS = (FIRST_NAME, LAST_NAME, COUNTRY, CITY)
TEXTS: st.SearchStrategy[Value] = st.sampled_from(
    ["Ann", "ann", "Zoë", 'say "hi"', "a\\b", "a\nb", "null", "\u2028", "{}", "😀"]
)
DOCUMENTS = st.dictionaries(st.sampled_from([field.id for field in FIELDS]), TEXTS, max_size=4).map(encode_values)
ROWS = st.lists(
    st.tuples(st.sampled_from(KEYS), st.booleans(), DOCUMENTS).map(
        lambda row: (row[0].upper() if row[1] else row[0], row[0], row[2])
    ),
    max_size=8,
    unique_by=lambda row: row[1],
)
ERASABLE = st.frozensets(st.sampled_from([field.id for field in FIELDS]))
Stored = dict[str, tuple[str, str]]


def stored(workspace: Workspace) -> Stored:
    """Return address and document of every contact by its key, in order of id."""
    rows = connection_of(workspace.services.records.reader()).execute(
        "SELECT email_key, email, field_values FROM contacts ORDER BY id"
    )
    return {str(key): (str(email), str(document)) for key, email, document in rows.fetchall()}


def expected(
    before: Stored, rows: list[ContactRow], fields: FieldSet, erasable: Collection[int]
) -> tuple[Stored, Outcome]:
    """Do row by row what an upsert promises."""
    after, created, updated = dict(before), 0, 0
    for email, key, document in rows:
        if key in before:
            after[key] = (email, merge_documents(before[key][1], document, fields, erasable))
            updated += after[key] != before[key]
        else:
            after[key] = (email, document)
            created += 1
    return after, Outcome(created, updated, len(rows) - created - updated)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.tuples(ROWS, ERASABLE), min_size=1, max_size=4))
def test_a_batch_has_the_effect_of_its_rows(
    workspace: Workspace, batches: list[tuple[list[ContactRow], frozenset[int]]]
) -> None:
    services, type_id = workspace.services, workspace.type.id
    services.records.write(lambda db: fetch(db, "DELETE FROM contacts"))
    for rows, erasable in batches:
        after, outcome = expected(stored(workspace), rows, workspace.fields, erasable)
        before, changes = stored(workspace), workspace.changes
        assert services.write(upsert, type_id, workspace.fields, rows, erasable, write=False) == outcome
        assert (stored(workspace), workspace.changes) == (before, changes)
        assert services.write(upsert, type_id, workspace.fields, rows, erasable) == outcome
        assert list(stored(workspace).items()) == list(after.items())
        assert workspace.changes == changes + (outcome.created > 0) + outcome.updated
        assert services.write(upsert, type_id, workspace.fields, rows, erasable) == Outcome(0, 0, len(rows))


def test_new_contacts_are_numbered_in_order_and_without_gaps_among_known_ones(workspace: Workspace) -> None:
    rows = [(key, key, "{}") for key in KEYS]
    workspace.services.write(upsert, workspace.type.id, workspace.fields, rows[2:6:3], ())
    workspace.services.write(upsert, workspace.type.id, workspace.fields, rows, ())
    db = workspace.services.records.reader()
    numbered = fetch(db, "SELECT email, id FROM contacts ORDER BY id")
    assert numbered == [(KEYS[n], i) for i, n in enumerate((2, 5, 0, 1, 3, 4, 6, 7), 1)]


def test_a_failed_batch_does_not_affect_the_next(workspace: Workspace) -> None:
    twice = [(key, KEYS[0], "{}") for key in KEYS[:2]]  # which no caller may give
    with pytest.raises(Exception, match="UNIQUE"):
        workspace.services.write(upsert, workspace.type.id, workspace.fields, twice, ())
    assert workspace.services.write(
        upsert, workspace.type.id, workspace.fields, [(KEYS[3], KEYS[3], "{}")], ()
    ) == Outcome(1, 0, 0)
    assert list(stored(workspace)) == [KEYS[3]]


def test_unchanged_values_of_every_kind_are_detected(workspace: Workspace) -> None:
    values: dict[Kind, Value] = {Kind.NUMBER: 1e22, Kind.BOOLEAN: False, Kind.CHOICES: ("b", "a")}
    made = {
        kind: workspace.services.write(
            create_field, workspace.type, str(kind), kind, ["a", "b"] if kind.has_options else []
        )
        for kind in values
    }
    full = encode_values({FIRST_NAME.id: "Ann", **{made[kind].id: value for kind, value in values.items()}})
    workspace.services.write(upsert, workspace.type.id, workspace.fields, [(KEYS[0], KEYS[0], full)], ())
    before = workspace.changes
    for kind, value in values.items():
        part = encode_values({made[kind].id: value})
        assert (
            workspace.services.write(
                upsert, workspace.type.id, workspace.fields, [(KEYS[0], KEYS[0], part)], ()
            ).unchanged
            == 1
        )
    assert workspace.changes == before


def test_a_row_read_with_deleted_fields_is_refused(workspace: Workspace) -> None:
    read = workspace.fields
    note = workspace.services.write(create_field, workspace.type, "Note", Kind.TEXT)
    with pytest.raises(Refused, match='the field "Note" was changed or deleted in the meantime'):
        workspace.services.write(
            upsert,
            workspace.type.id,
            FieldSet((*read.fields, note.__class__(note.id + 1, "note", "Note", Kind.TEXT))),
            [],
            (),
        )


def test_values_of_a_field_created_meanwhile_are_kept(workspace: Workspace) -> None:
    read, key = workspace.fields, KEYS[0]
    note = workspace.services.write(create_field, workspace.type, "Note", Kind.TEXT)
    workspace.services.write(
        upsert, workspace.type.id, workspace.fields, [(key, key, encode_values({note.id: "kept"}))], ()
    )
    workspace.services.write(upsert, workspace.type.id, read, [(key, key, encode_values({FIRST_NAME.id: "Ann"}))], ())
    assert workspace.values(key) == {"first_name": "Ann", "note": "kept"}
