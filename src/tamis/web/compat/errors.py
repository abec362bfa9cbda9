"""How the Segment API says that something failed."""

from collections.abc import Iterable, Mapping, Sequence

from tamis.domain.errors import Problem
from tamis.web.compat.words import sentence
from tamis.web.http import Answer, Headers, json_answer

NOT_FOUND = "Record not found"
NOT_FOUND_ON_DELETE = "Record Not Found"


def failed(status: int, errors: str | Mapping[str, Sequence[str]], headers: Headers = ()) -> Answer:
    """Make the answer of a failure; `errors` is a sentence, or the messages of each field."""
    return json_answer(status, {"status": "failed", "errors": errors}, headers)


def invalid(problems: Iterable[Problem]) -> Answer:
    """Make the answer for wrong input from problems whose paths are the names of parameters."""
    errors: dict[str, list[str]] = {}
    for problem in problems:
        errors.setdefault(problem.path, []).append(sentence(problem))
    return failed(422, errors)
