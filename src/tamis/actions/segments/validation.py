"""What may be wrong with the name, the description and the rule of a new or edited segment."""

from collections.abc import Mapping

from tamis.actions.segments.stored_rules import rules_of_type
from tamis.domain.accounts.accounts import Account
from tamis.domain.errors import Invalid, Problem
from tamis.domain.segments.segments import Segment
from tamis.domain.values.text import description_problem, name_problem
from tamis.records import types
from tamis.records.events.catalogue import names_of_type
from tamis.records.handles import Reader
from tamis.records.segments import segments
from tamis.rules.build import build
from tamis.rules.evaluation.dependencies import MAX_CHAIN, find_cycle, longest_chain
from tamis.rules.syntaxes.draft import Draft
from tamis.rules.tree import Rule, referenced_segments

NEW = 0
"""The id of a segment that is not created yet."""
MAX_NAMES_SHOWN = 40


def problems_with_name(db: Reader, account: Account, name: str, of: Segment | None) -> list[Problem]:
    """Return what is wrong with a name of a segment, or of a new one."""
    wrong = name_problem(name)
    if wrong:
        return [Problem("segment_name", "segment_name_not_valid", problem=wrong)]
    other = segments.live_by_name(db, account.id, name)
    if other and (of is None or other.id != of.id):
        return [Problem("segment_name", "segment_name_taken")]
    return []


def problems_with_description(description: str | None) -> list[Problem]:
    """Return what is wrong with a description; None stands for one that is kept."""
    wrong = description_problem(description or "")
    return [Problem("description", "description_not_valid", problem=wrong)] if wrong else []


def build_or_collect(db: Reader, type_id: int, draft: Draft | None, problems: list[Problem]) -> Rule:
    """Build a rule, or add its problems to some others."""
    try:
        refs, events = segments.refs_of_type(db, type_id), names_of_type(db, type_id)
        return build(draft, types.fields_of_type(db, type_id), refs, events)
    except Invalid as error:
        problems += error.problems
        return None


def problems_with_names(db: Reader, type_id: int, segment: Segment | None, rule: Rule) -> list[Problem]:
    """Return the problems that a rule of a segment, or of a new one, would cause by naming segments: that the segment
    depends on itself, or that a chain of segments becomes too long. A chain that is too long already may get
    shorter."""
    if not referenced_segments(rule):
        return []
    names = dict(segments.refs_of_type(db, type_id).refs)
    before = rules_of_type(db, type_id, types.fields_of_type(db, type_id))
    own_id = segment.id if segment else NEW
    names.setdefault(own_id, "this segment")
    after = before | {own_id: rule}
    if cycle := find_cycle(own_id, after):
        return [Problem("rule", "segment_depends_on_itself", chain=_path(cycle, names))]
    chain = longest_chain(own_id, after)
    if len(chain) <= MAX_CHAIN or (segment and len(chain) <= len(longest_chain(own_id, before))):
        return []
    return [Problem("rule", "segments_too_deep", most=MAX_CHAIN, levels=len(chain), chain=_path(chain, names))]


def _path(chain: list[int], names: Mapping[int, str]) -> str:
    shown = [names[id_] for id_ in chain]
    if len(shown) > MAX_NAMES_SHOWN:
        shown[MAX_NAMES_SHOWN // 2 : -MAX_NAMES_SHOWN // 2] = ["…"]
    return " → ".join(shown)
