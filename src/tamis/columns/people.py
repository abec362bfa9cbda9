"""Who the recipients of segments are as persons: a contact is one wherever it stands, and so is an address that was
added by hand and is no contact, whatever the case in which it was written."""

from collections.abc import Sequence

import duckdb

from tamis.columns.membership import CONTACT, recipients_between, span
from tamis.domain.emails import email_key
from tamis.domain.segments import STRANGER
from tamis.rules.sql import Parameters


def odd_addresses(con: duckdb.DuckDBPyConnection, segment_ids: Sequence[int], parameters: Parameters) -> str:
    """Write the query for the keys of those added addresses of some segments whose key is another than their lower
    case: `address` and `key`. They are few: domains in other scripts than ours."""
    rows = con.execute(
        "SELECT DISTINCT email FROM added WHERE segment_id IN (SELECT unnest($1::BIGINT[])) "
        "AND (strlen(email) <> length(email) OR contains(lower(email), 'xn--'))",
        [list(segment_ids)],
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


def strangers_in(segment_id: int, odd: str) -> str:
    """Write the query for the recipients of a segment who were no contacts when they were added: `contact_id`, null
    where they still are none, and the `key` of the address; `odd` is from `odd_addresses`."""
    low, high = span(segment_id)
    return (
        "SELECT a.contact_id, coalesce(o.key, lower(a.email)) AS key "
        f"FROM {recipients_between(low | STRANGER, high)} r JOIN added a ON a.recipient_id = r.recipient_id "
        f"LEFT JOIN ({odd}) o ON o.address = a.email"
    )
