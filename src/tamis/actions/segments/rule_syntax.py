"""The forms of rules that interfaces use: text, JSON, the Segment API's arrays, sentences and the builder's tree."""

from datetime import datetime

from tamis.actions.fields.types import type_by_id
from tamis.domain.accounts.accounts import Account
from tamis.domain.segments.segments import Segment
from tamis.domain.values.instants import day_of
from tamis.records.events.catalogue import names_of_type
from tamis.records.handles import Reader
from tamis.records.segments.segments import refs_of_type
from tamis.records.types import fields_of_type
from tamis.rules.build import build
from tamis.rules.build_events import is_window
from tamis.rules.descriptions.describe import describe
from tamis.rules.descriptions.examples import Example, examples
from tamis.rules.descriptions.outline import outline
from tamis.rules.descriptions.progress import describe_progress, progress_of
from tamis.rules.evaluation.aggregates import fits
from tamis.rules.evaluation.explain import Explained, ExplainedEvents
from tamis.rules.operators import OPERATORS, Operator, Takes, ValueType, positive_form
from tamis.rules.syntaxes.arrays import from_arrays, to_arrays
from tamis.rules.syntaxes.draft import Draft
from tamis.rules.syntaxes.event_text import TIMES
from tamis.rules.syntaxes.json import from_decoded_json, from_json, to_json
from tamis.rules.syntaxes.text import from_text, to_text
from tamis.rules.tree import AggregateFunction, Rule, referenced_segments

__all__ = [
    "OPERATORS",
    "TIMES",
    "AggregateFunction",
    "Example",
    "Explained",
    "ExplainedEvents",
    "Operator",
    "Rule",
    "Takes",
    "ValueType",
    "describe_progress",
    "draft_of",
    "examples",
    "fits",
    "from_arrays",
    "from_json",
    "from_text",
    "is_window",
    "json_of_text",
    "outline",
    "positive_form",
    "progress_of",
    "read_rule",
    "referenced_segments",
    "sentence_of",
    "to_arrays",
    "to_json",
    "to_text",
]


def draft_of(rule: object) -> Draft | None:
    """Parse a rule in its text form, in its JSON form as decoded, or None; raises Invalid with every problem."""
    return from_text(rule) if isinstance(rule, str) else from_decoded_json(rule)


def read_rule(text: str) -> Draft | None:
    """Parse a rule that a person has written as text or as JSON; raises Invalid with every problem."""
    return from_json(text) if text.lstrip().startswith("{") else from_text(text)


def json_of_text(db: Reader, type_id: int, text: str) -> str:
    """Convert a rule of a contact type, as text or as JSON, to JSON with IDs; raises Invalid with every problem."""
    fields, refs, events = fields_of_type(db, type_id), refs_of_type(db, type_id), names_of_type(db, type_id)
    return to_json(build(read_rule(text), fields, refs, events))


def sentence_of(db: Reader, account: Account, segment: Segment, rule: Rule, as_of: datetime) -> str:
    """Return the sentence of a segment's rule, as of an instant."""
    contact_type = type_by_id(db, account, segment.contact_type_id)
    return describe(rule, contact_type.name, day_of(as_of, account.zone))
