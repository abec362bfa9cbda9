"""The headers of conditional requests: `If-Match`, `If-None-Match` and `ETag`."""

import re
from collections.abc import Mapping

from tamis.domain.errors import Problem
from tamis.domain.preconditions import ANY, NO_PRECONDITION, Precondition
from tamis.web.api.problems import BadRequest

_TAG = re.compile(r'\s*(W/)?("[^"]*")\s*(?:,|$)')


def precondition_of(headers: Mapping[str, str]) -> Precondition:
    """Read the precondition of a request; raises BadRequest for malformed tags."""
    match, none_match = headers.get("if-match"), headers.get("if-none-match")
    if match is None and none_match is None:
        return NO_PRECONDITION
    # A weak tag never matches in If-Match; If-None-Match compares weakly (RFC 9110, section 13.1).
    return Precondition(_tags("If-Match", match, weak=False), _tags("If-None-Match", none_match, weak=True))


def _tags(name: str, text: str | None, *, weak: bool) -> frozenset[str] | None:
    if text is None:
        return None
    if text.strip() == ANY:
        return frozenset({ANY})
    found, end = set(), 0
    for match in _TAG.finditer(text):
        if match.start() != end:
            break
        end = match.end()
        if weak or not match[1]:
            found.add(match[2])
    if end != len(text) or not text.strip():
        raise BadRequest([Problem(name, "entity_tag_not_valid")])
    return frozenset(found)
