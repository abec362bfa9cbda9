"""The segments that a rule can name, for pickers."""

from dataclasses import dataclass

from tamis.actions.segments.stored_rules import rules_of_type
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.segments.segments import Segment
from tamis.records import types
from tamis.records.segments import segments
from tamis.rules.evaluation.dependencies import find_dependents


@dataclass(frozen=True, slots=True)
class SegmentOption:
    """A segment that a rule can name; a `circular` one depends on the edited segment."""

    id: int
    name: str
    size: int
    circular: bool


def list_segment_options(
    services: Services, account: Account, type_id: int, edited: Segment | None = None
) -> list[SegmentOption]:
    """List the segments of a contact type that the rule of a new or edited segment can name, by name."""
    with services.view_of_sizes(account.id) as view:
        db, sizes = view.records, view.columns.sizes.of_all()
        refs = segments.refs_of_type(db, type_id).refs
        rules = rules_of_type(db, type_id, types.fields_of_type(db, type_id)) if edited else {}
    circular = find_dependents(edited.id, rules) if edited else frozenset()
    found = [SegmentOption(ref.id, ref.name, sizes.get(ref.id, 0), ref.id in circular) for ref in refs]
    return sorted(found, key=lambda segment: segment.name.casefold())
