"""Who the recipients of segments are as persons: a contact is one wherever it stands, and so is an address that was
added by hand and is no contact, whatever the case in which it was written."""

import duckdb

from tamis.columns.layout.externals import PERSONS
from tamis.columns.layout.membership import CONTACT, NUMBER, recipients_between, span
from tamis.domain.emails import email_key
from tamis.domain.segments import EXTERNAL_BIT
from tamis.rules.sql.dialect import Parameters


def normalised_emails(con: duckdb.DuckDBPyConnection, parameters: Parameters) -> str:
    """Write the query for the keys of those added addresses whose key is another than their lower case: `address` and
    `key`. They are few: domains in other scripts than ours."""
    rows = con.execute(
        "SELECT DISTINCT email FROM inclusions WHERE strlen(email) <> length(email) OR contains(lower(email), 'xn--')"
    ).fetchall()
    found = {address: key for (address,) in rows if (key := email_key(address))}
    return (
        f"SELECT unnest({parameters.bind(list(found))}::VARCHAR[]) AS address, "
        f"unnest({parameters.bind(list(found.values()))}::VARCHAR[]) AS key"
    )


def contacts_in(segment_id: int) -> str:
    """Write the query for the recipients of a segment who have the numbers of contacts: `contact_id`."""
    low = span(segment_id)[0]
    return f"SELECT recipient_id & {CONTACT} AS contact_id FROM {recipients_between(low, low | CONTACT)}"


def externals_in(segment_id: int, normalised: str) -> str:
    """Write the query for the recipients of a segment who were no contacts when they were added: `contact_id`, null
    where they still are none, and the `key` of the address; `normalised` is from `normalised_emails`."""
    low, high = span(segment_id)
    return (
        f"SELECT contact_id, key FROM ({external_identities(recipients_between(low | EXTERNAL_BIT, high), normalised)})"
    )


def external_identities(recipients: str, normalised: str) -> str:
    """Write the query for the `recipient_id`, `contact_id` and `key` of those of some recipients who were no contacts
    when they were added, to their segment or to another one that brings them there."""
    return (
        "SELECT r.recipient_id, coalesce(a.contact_id, x.contact_id) AS contact_id, "
        "coalesce(o.key, lower(coalesce(a.email, x.email))) AS key "
        f"FROM {recipients} r LEFT JOIN inclusions a ON a.recipient_id = r.recipient_id "
        f"JOIN {PERSONS} x ON x.id = coalesce({EXTERNAL_BIT} | a.person_id, r.recipient_id & {NUMBER}) "
        f"LEFT JOIN ({normalised}) o ON o.address = coalesce(a.email, x.email)"
    )
