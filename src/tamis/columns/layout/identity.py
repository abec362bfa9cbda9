"""Identity: which recipients are the same person. A contact is one person in all segments, and so is an external email,
whatever its case."""

import duckdb

from tamis.columns.layout.externals import INCLUDED_PERSONS
from tamis.columns.layout.membership import CONTACT_MASK, PERSON_MASK, recipients_between, span
from tamis.domain.contacts.emails import email_key
from tamis.domain.segments.segments import EXTERNAL_BIT
from tamis.rules.sql.dialect import Parameters


def normalised_emails(con: duckdb.DuckDBPyConnection, parameters: Parameters) -> str:
    """Return the query for included emails whose key is not just their lower case: `address` and `key`. They are few:
    internationalised domains."""
    rows = con.execute(
        "SELECT DISTINCT email FROM inclusions WHERE strlen(email) <> length(email) OR contains(lower(email), 'xn--')"
    ).fetchall()
    found = {address: key for (address,) in rows if (key := email_key(address))}
    return (
        f"SELECT unnest({parameters.bind(list(found))}::VARCHAR[]) AS address, "
        f"unnest({parameters.bind(list(found.values()))}::VARCHAR[]) AS key"
    )


def contacts_in(segment_id: int) -> str:
    """Return the query for the recipients of a segment with ids of contacts: `contact_id`."""
    low = span(segment_id)[0]
    return f"SELECT recipient_id & {CONTACT_MASK} AS contact_id FROM {recipients_between(low, low | CONTACT_MASK)}"


def externals_in(segment_id: int, normalised: str) -> str:
    """Return the query for the recipients of a segment that were external when they were included: `contact_id`, null
    if they still are, and the `key` of the email; `normalised` is from `normalised_emails`."""
    low, high = span(segment_id)
    return (
        f"SELECT contact_id, key FROM ({external_identities(recipients_between(low | EXTERNAL_BIT, high), normalised)})"
    )


def external_identities(recipients: str, normalised: str) -> str:
    """Return the query for those of some recipients that were external when they were included, in their segment or in
    one that its rule names: `recipient_id`, `contact_id` and `key`."""
    return (
        "SELECT r.recipient_id, coalesce(a.contact_id, x.contact_id) AS contact_id, "
        "coalesce(o.key, lower(coalesce(a.email, x.email))) AS key "
        f"FROM {recipients} r LEFT JOIN inclusions a ON a.recipient_id = r.recipient_id "
        f"JOIN {INCLUDED_PERSONS} x ON x.id = coalesce({EXTERNAL_BIT} | a.person_id, r.recipient_id & {PERSON_MASK}) "
        f"LEFT JOIN ({normalised}) o ON o.address = coalesce(a.email, x.email)"
    )
