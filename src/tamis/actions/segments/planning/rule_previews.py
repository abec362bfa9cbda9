"""Previews of finished rules, as programs send them: a rule with any problem is refused."""

from tamis.actions.fields.types import type_by_id
from tamis.actions.segments.previews import Preview, preview_rule
from tamis.actions.segments.rule_syntax import draft_of
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.errors import Invalid
from tamis.records import types
from tamis.records.events.catalogue import names_of_type
from tamis.records.segments import segments
from tamis.rules.build import build
from tamis.rules.syntaxes.json import from_json, to_json


def preview_valid_rule(
    services: Services, account: Account, type_id: int, rule: object, *, segment_id: int | None = None
) -> Preview:
    """Preview a rule in its text or JSON form; the paths of its parts are those of the JSON form. Raises NotFound for
    an unknown type or segment, and Invalid with every problem of the rule."""
    db, draft = services.records.reader(), draft_of(rule)
    fields = types.fields_of_type(db, type_by_id(db, account, type_id).id)
    tree = build(draft, fields, segments.refs_of_type(db, type_id), names_of_type(db, type_id))
    if isinstance(rule, str):
        draft = from_json(to_json(tree))  # so that every part has a path of its own
    found = preview_rule(services, account, type_id, draft, segment_id=segment_id)
    if found.problems or found.count is None:
        raise Invalid(found.problems)
    return found
