"""The examples of the description: one for each call, from `examples.json`; a test runs them in their order."""

from functools import cache
from importlib.resources import files
from typing import Any

import msgspec


class CallExample(msgspec.Struct, forbid_unknown_fields=True):
    """A request as a program sends it, and the answer that it gets; `path` has values for the parameters. `text` is a
    body that is not JSON; the values of an answer that `varies` depend on when it is given."""

    operation: str
    method: str
    path: str
    status: int
    body: Any = None
    text: str | None = None
    answer: Any = None
    varies: bool = False


@cache
def examples() -> tuple[CallExample, ...]:
    """Return all examples, in the order in which they can be run on an empty account."""
    content = files(__package__).joinpath("examples.json").read_bytes()
    return msgspec.json.decode(content, type=tuple[CallExample, ...])


def add_examples(operation: dict[str, Any]) -> None:
    """Add the first example of a call to its description."""
    found = next((example for example in examples() if example.operation == operation["operationId"]), None)
    if found is None:
        return
    contents = operation.get("requestBody", {}).get("content", {})
    if found.text is not None:
        for content in contents.values():
            content["example"] = found.text
    elif found.body is not None:
        contents["application/json"]["example"] = found.body
    if found.answer is not None:
        for content in operation["responses"][str(found.status)].get("content", {}).values():
            content["example"] = found.answer
