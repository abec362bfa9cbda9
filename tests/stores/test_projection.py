"""The columns follow changes of several contact types in one step, and find a changed contact without a search."""

import pytest

from tamis.actions.accounts.accounts import create_account
from tamis.actions.fields.types import create_type
from tamis.actions.importing.rows.upsert import upsert
from tamis.actions.segments.recipients import delete_recipient, recipient_page
from tamis.actions.segments.segments import create_segment
from tamis.actions.services import Services
from tamis.domain.contacts.contacts import encode_values
from tamis.domain.values.fields import COUNTRY, RESERVED, FieldSet
from tamis.records import change_log, contacts
from tamis.records.contacts import NewContact
from tamis.records.engine.sql import fetch
from tamis.records.segments import overrides
from tamis.rules.syntaxes.text import from_text

ONE_ROW = ("SCAN inclusions EXISTS", "SCAN contact_exclusions EXISTS", "SCAN suppressions", "SCAN store")
"""Of these, only the first row is looked for."""


def in_peru(*emails: str) -> list[NewContact]:
    """Make contacts to store."""
    return [NewContact(email, email, encode_values({COUNTRY.id: "Peru"})) for email in emails]


def test_removals_of_two_types_in_one_step_are_both_kept(services: Services) -> None:
    account, _ = services.write(create_account, "owner@example.org", "UTC", None)
    made = [services.write(create_type, account, name) for name in ("Customers", "Suppliers")]
    fields = FieldSet(RESERVED)
    people = in_peru("ann@example.org", "bob@example.org")
    for one in made:
        services.write(upsert, one.id, fields, people, ())
    segments = [services.write(create_segment, account, one, one.name, from_text('country = "Peru"')) for one in made]
    first = [recipient_page(services, account.id, segment.id, 0, 10)[0][0] for segment in segments]
    for recipient_id in first:
        services.write(delete_recipient, account, recipient_id)
    for one in made:  # every contact changes, and the removals are read again with them
        services.write(upsert, one.id, fields, [p._replace(document="{}") for p in people], (COUNTRY.id,))
        services.write(upsert, one.id, fields, people, ())
    assert [len(recipient_page(services, account.id, segment.id, 0, 10)) for segment in segments] == [1, 1]
    excluded = services.project().cursor().execute("SELECT segment_id FROM exclusions ORDER BY ALL").fetchall()
    assert excluded == [(segment.id,) for segment in segments]


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        (contacts.SQL["documents"], (1, "[5]")),
        (overrides.SQL["inclusions_of_contacts"], ("[5]",)),
        (overrides.SQL["exclusions_of_contacts"], ("[5]",)),
        (change_log.SQL["contact_changes"], (1, 2)),
        (change_log.SQL["contact_ranges"], (1, 2)),
        (change_log.SQL["other_changes"], (1, 2)),
    ],
)
def test_lookups_of_projection_and_import_use_an_index(
    services: Services, sql: str, values: tuple[int | str, ...]
) -> None:
    plan = [str(row[3]) for row in fetch(services.records.reader(), "EXPLAIN QUERY PLAN " + sql, values)]
    of_tables = [step for step in plan if step.startswith(("SCAN", "SEARCH")) and "json_each" not in step]
    assert not [step for step in of_tables if step.startswith("SCAN") and not step.startswith(ONE_ROW)]
    assert not [step for step in of_tables if step.endswith("(contact_type_id=?)")]
