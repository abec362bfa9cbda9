"""Failure responses of the Segment API."""

from collections.abc import Iterable, Mapping, Sequence

from tamis.domain.errors import Problem
from tamis.web.http import Headers, RawResponse, json_response
from tamis.web.segment_api.messages import as_sentence

NOT_FOUND = "Record not found"
NOT_FOUND_ON_DELETE = "Record Not Found"


def failure(status: int, errors: str | Mapping[str, Sequence[str]], headers: Headers = ()) -> RawResponse:
    """Make a failure response; `errors` is a sentence, or the messages of each field."""
    return json_response(status, {"status": "failed", "errors": errors}, headers)


def invalid(problems: Iterable[Problem]) -> RawResponse:
    """Make the response to invalid input from problems whose paths are the names of parameters."""
    errors: dict[str, list[str]] = {}
    for problem in problems:
        errors.setdefault(problem.path, []).append(as_sentence(problem))
    return failure(422, errors)
