"""Request bodies: read up to a size, and JSON parsed strictly, with everything that is wrong reported at once."""

import json
import re
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, Literal, TypeVar, get_args, get_origin

import msgspec
from litestar.dto import AbstractDTO
from litestar.exceptions import HTTPException
from litestar.types import Receive
from litestar.typing import FieldDefinition

from tamis.domain.errors import Invalid, Problem
from tamis.domain.values.text import shorten

T = TypeVar("T")
MAX_PROBLEMS = 100
JSON_TYPES = frozenset({"application/json", ""})
_EXPECTED = re.compile(
    r"Expected `(?P<expected>[^`]+)`(?: (?P<bound>[^,]+?))?(?:, got `(?P<actual>[^`]+)`)?(?: - at .*)?"
)
_NAMES = {
    "str": "a string",
    "int": "an integer",
    "float": "a number",
    "bool": "true or false",
    "null": "null",
    "object": "an object",
    "array": "an array",
}


class UnreadableBody(Exception):
    """A body that is not JSON; `code` and the message say why."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class StrictJson(AbstractDTO[T]):
    """Decodes the body of a handler: `dto=StrictJson[NewSegment]`."""

    def decode_bytes(self, value: bytes) -> Any:
        """Decode a body; raises UnreadableBody, and Invalid with every problem."""
        require_json(self.asgi_connection.headers)
        return decode_body(value, self.model_type)

    @classmethod
    def create_for_field_definition(
        cls, field_definition: FieldDefinition, handler_id: str, backend_cls: Any = None
    ) -> None:
        """Need nothing prepared."""

    @classmethod
    def create_openapi_schema(cls, field_definition: FieldDefinition, handler_id: str, schema_creator: Any) -> Any:  # noqa: ARG003  Litestar's interface
        """Describe the body by its type."""
        return schema_creator.for_field_definition(field_definition)

    @classmethod
    def generate_field_definitions(cls, model_type: type[Any]) -> Any:  # noqa: ARG003
        """Need no fields: bodies are decoded by their types."""
        return iter(())

    @classmethod
    def detect_nested_field(cls, field_definition: FieldDefinition) -> bool:  # noqa: ARG003
        """Need no nested fields."""
        return False


class OptionalStrictJson(StrictJson[T]):
    """Decodes the body of a handler that may come without one: its `data` is None then."""

    def decode_bytes(self, value: bytes) -> Any:
        """Decode a body; raises UnreadableBody, and Invalid with every problem."""
        return super().decode_bytes(value) if value.strip() else None


async def read_body(receive: Receive, limit: int) -> bytes:
    """Read the body of a request; raises HTTPException for one that is too large, or cut off."""
    chunks, size = [], 0
    while True:
        message: Any = await receive()
        if message["type"] == "http.disconnect":
            raise HTTPException(status_code=400, detail="The client closed the connection.")
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > limit:
            raise HTTPException(status_code=413, detail="The body is too large.")
        if not message.get("more_body"):
            return b"".join(chunks)


def require_json(headers: Mapping[str, str]) -> None:
    """Raise HTTPException for a body of another type than JSON, or a compressed one."""
    require_uncompressed(headers)
    if media_type_of(headers.get("content-type", "")) not in JSON_TYPES:
        raise HTTPException(status_code=415, detail="Send the body as application/json.")


def require_uncompressed(headers: Mapping[str, str]) -> None:
    """Raise HTTPException for a compressed body, which would be read as if it were none."""
    if headers.get("content-encoding", "").strip().lower() not in ("", "identity"):
        raise HTTPException(status_code=415, detail="Send the body without Content-Encoding.")


def media_type_of(content_type: str) -> str:
    """Return the media type that a header says, in lower case and without parameters."""
    return content_type.partition(";")[0].strip().lower()


def decode_body(body: bytes, to: type[T]) -> T:
    """Decode a JSON body to a type; raises UnreadableBody, and Invalid with every problem."""
    raw = parse_json(body)
    try:
        return msgspec.convert(raw, to)
    except msgspec.ValidationError:
        problems = [problem for problem, _ in zip(_problems(raw, to, ""), range(MAX_PROBLEMS), strict=False)]
        raise Invalid(problems) from None


def parse_json(body: bytes, called: str = "body") -> object:
    """Parse JSON; raises UnreadableBody for anything else, including repeated keys and numbers out of range.

    Messages name the text as it is `called`."""
    if not body.strip():
        raise UnreadableBody("body_missing", f"The {called} is empty: send a JSON object.")
    try:
        decoded = msgspec.json.decode(body)  # stricter and clearer about numbers and encoding than the next decoder
        return decoded if _has_all_keys(decoded, body) else json.loads(body, object_pairs_hook=_unique)
    except RecursionError:
        raise UnreadableBody("json_too_deep", f"The {called} is nested too deeply.") from None
    except (msgspec.MsgspecError, ValueError) as error:
        raise UnreadableBody("json_not_valid", f"The {called} is not valid JSON: {error}.") from None


def _has_all_keys(decoded: object, body: bytes) -> bool:
    """Return whether a repeated key has hidden nothing, as far as that is quickly seen: a body without escapes has as
    many quotes as what was decoded from it."""
    if b"\\" in body:
        return False
    try:
        return msgspec.json.encode(decoded).count(b'"') == body.count(b'"')
    except OverflowError:  # of an integer with more than 64 bits
        return False


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise UnreadableBody("key_repeated", f'The key "{shorten(twice)}" occurs twice in an object.')
    return found


def _problems(raw: object, to: Any, path: str) -> Iterator[Problem]:
    """Yield everything that is wrong with a value: of an object its keys and values, of a list its items."""
    origin = get_origin(to) or to
    if isinstance(origin, type) and issubclass(origin, msgspec.Struct) and isinstance(raw, dict):
        yield from _problems_of_object(raw, to, path)
    elif origin is list and isinstance(raw, list):
        for index, item in enumerate(raw):
            yield from _problems(item, get_args(to)[0], f"{path}[{index}]")
    else:
        try:
            msgspec.convert(raw, to)
        except msgspec.ValidationError as error:
            yield _problem(path, str(error), to)


def _problems_of_object(raw: dict[str, object], to: Any, path: str) -> Iterator[Problem]:
    info = msgspec.structs.fields(to)
    known = {field.encode_name for field in info}
    prefix = f"{path}." if path else ""
    for key in raw:
        if key not in known:
            yield Problem(prefix + shorten(key), "key_unknown", known=sorted(known))
    for field in info:
        if field.encode_name in raw:
            yield from _problems(raw[field.encode_name], field.type, prefix + field.encode_name)
        elif field.required:
            yield Problem(prefix + field.encode_name, "key_missing")


def _problem(path: str, text: str, to: object) -> Problem:
    expected = describe_expected(text)
    if expected is None:
        return Problem(path, "value_not_accepted", reason=describe_choices(text, to) or text)
    return Problem(path, "value_of_another_type", expected=expected)


def describe_expected(text: str) -> str | None:
    """Return what msgspec expected, in words for people: "an integer or null"; None for other errors."""
    found = _EXPECTED.fullmatch(text)
    if found is None:
        return None
    expected = " or ".join(_NAMES.get(name, name) for name in found["expected"].split(" | "))
    bound = found["bound"] or ""
    for symbol, words in (("of length", "with a length"), ("<=", "of at most"), (">=", "of at least")):
        bound = bound.replace(symbol, words)
    return f"{expected} {bound}".rstrip()


def describe_choices(text: str, to: object) -> str | None:
    """Return what can be chosen instead of a value that msgspec does not find in an enumeration; None for other
    errors."""
    if not text.startswith("Invalid enum value"):
        return None
    for each in (to, *get_args(to)):
        if isinstance(each, type) and issubclass(each, Enum):
            return f"choose from {', '.join(str(choice.value) for choice in each)}"
        if get_origin(each) is Literal:
            return f"choose from {', '.join(map(str, get_args(each)))}"
    return None
