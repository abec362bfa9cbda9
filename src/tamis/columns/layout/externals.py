"""External recipients: SQL for their rows, and for those that a rule selects.

An included email that is not a contact has one id in all segments of a type, in place of a contact id: that of the
person, with the external bit. If a rule selects it, its recipient id is built from this id, as for a contact; if it was
included in the segment, it has the recipient id of the inclusion.
"""

from collections.abc import Sequence

from tamis.columns.layout.contacts import ORIGINAL_TEXTS, SQL_TYPES, column
from tamis.columns.layout.membership import PERSON_MASK, recipients_between, span
from tamis.columns.layout.sources import stored_source
from tamis.domain.segments.segments import EXTERNAL_BIT
from tamis.domain.values.fields import EMAIL, FIRST_NAME, LAST_NAME, SUPPRESSED, Field
from tamis.rules.evaluation.externals import segments_included
from tamis.rules.sql.compiler import compile_rule
from tamis.rules.sql.dialect import Parameters
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Rule, values_used

INCLUDED_PERSONS = (
    f"(SELECT {EXTERNAL_BIT} | person_id AS id, max(contact_id) AS contact_id, arg_max(email, id) AS email, "
    "arg_max(first_name, id) AS first_name, arg_max(last_name, id) AS last_name, "
    "arg_max(email_folded, id) AS email_folded, arg_max(first_name_folded, id) AS first_name_folded, "
    "arg_max(last_name_folded, id) AS last_name_folded, bool_or(suppressed) AS suppressed "
    "FROM inclusions GROUP BY person_id)"
)
"""The query for all included persons: their last inclusion, and the contact that each has become, if any."""

_NAMED = {EMAIL.id: "email", FIRST_NAME.id: "first_name", LAST_NAME.id: "last_name"}
_KNOWN = {field_id: f"nullif(arg_max({name}_folded, id), '')" for field_id, name in _NAMED.items()} | {
    SUPPRESSED.id: "bool_or(suppressed)"
}
_AS_WRITTEN = ", ".join(f"'{field_id}', nullif(arg_max({name}, id), '')" for field_id, name in _NAMED.items())


def external_rows(fields: Sequence[Field], more: str = "", where: str = "") -> str:
    """Return the query for external recipients: `id`, and the columns of a table of contacts, of which only email and
    name are not null."""
    values = "".join(
        f", {_KNOWN.get(field.id, f'NULL::{SQL_TYPES[field.kind]}')} AS {column(field)}" for field in fields
    )
    rows = f"FROM inclusions WHERE contact_id IS NULL{where} GROUP BY person_id"
    return (
        f"SELECT {EXTERNAL_BIT} | person_id AS id{values}, json_object({_AS_WRITTEN})::VARCHAR "
        f"AS {ORIGINAL_TEXTS}{more} {rows}"
    )


def used_by(*rules: Rule) -> list[Field]:
    """Return the fields that rules use, each once."""
    return list(dict.fromkeys(field for rule in rules for field in values_used(rule)))


def is_external_in(segment_id: int, parameters: Parameters) -> str:
    """Return the SQL test whether the external recipient `id` is in a segment now; it is never null."""
    low, high = span(segment_id)
    segment = parameters.bind(segment_id)
    return (
        f"(id IN (SELECT recipient_id & {PERSON_MASK} FROM {recipients_between(low | EXTERNAL_BIT, high)} "
        f"UNION ALL {included_externals(segment)}))"
    )


def included_externals(segment: str) -> str:
    """Return the query for the external recipients that were included in a segment."""
    return f"SELECT {EXTERNAL_BIT} | person_id FROM inclusions WHERE segment_id = {segment} AND contact_id IS NULL"


def is_reachable(rule: Rule, parameters: Parameters) -> str:
    """Return the SQL test whether a rule applies to the external recipient `id` (see `rules.evaluation.externals`)."""
    return " OR ".join(is_external_in(id_, parameters) for id_ in segments_included(rule)) or "FALSE"


def selected_externals(
    rule: Rule, as_of: EvaluationTime, parameters: Parameters, fields: Sequence[Field] = ()
) -> str | None:
    """Return the query for the external recipients that a rule selects, with the columns of `external_rows`; None if
    the rule applies to none."""
    if not segments_included(rule):
        return None
    where = compile_rule(rule, as_of, stored_source(is_external_in), parameters)
    rows = external_rows(list(dict.fromkeys([*fields, *used_by(rule)])))
    return f"SELECT * FROM ({rows}) WHERE ({is_reachable(rule, parameters)}) AND {where}"
