"""Rendering of the page: the description is made into sections, and the template into HTML."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

Document = Mapping[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")
MAX_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Value:
    """A parameter, or a key of a body: its name with its parents, its type, and what it means."""

    name: str
    type: str
    required: bool
    description: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class CallSection:
    """A call as a section of the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Value, ...]
    media_types: tuple[str, ...]
    body: tuple[Value, ...]
    body_example: str
    status: str
    answer: tuple[Value, ...]
    answer_example: str
    errors: tuple[tuple[str, str], ...]


def render_page(document: Document) -> str:
    """Return the page as HTML."""
    environment = Environment(
        loader=PackageLoader(__package__, "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["prose"] = _prose
    groups: dict[str, list[CallSection]] = {tag["name"]: [] for tag in document["tags"]}
    for call, tag in _calls(document):
        groups[tag].append(call)
    return environment.get_template("page.html").render(
        version=document["info"]["version"], about=document["info"]["description"], groups=groups
    )


def _calls(document: Document) -> Iterator[tuple[CallSection, str]]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield _call(document, path, method, item[method]), item[method]["tags"][0]


def _call(document: Document, path: str, method: str, operation: Document) -> CallSection:
    contents = operation.get("requestBody", {}).get("content", {})
    sent: Document = next(iter(contents.values()), {})
    status, success = next((s, r) for s, r in operation["responses"].items() if s.startswith("2"))
    answered: Document = next(iter(success.get("content", {}).values()), {})
    return CallSection(
        operation["operationId"],
        method.upper(),
        path,
        operation["summary"],
        operation.get("description", ""),
        tuple(
            Value(
                parameter["name"],
                _type_name(document, parameter.get("schema", {})),
                bool(parameter.get("required")),
                parameter.get("description", ""),
                parameter["in"],
            )
            for parameter in operation.get("parameters", ())
        ),
        tuple(contents),
        tuple(_values(document, sent.get("schema", {}), "", 0)),
        _formatted(sent.get("example")),
        status,
        tuple(_values(document, answered.get("schema", {}), "", 0)),
        _formatted(answered.get("example")),
        tuple((s, r["description"]) for s, r in operation["responses"].items() if not s.startswith("2")),
    )


def _values(document: Document, schema: Document, parent: str, depth: int) -> Iterator[Value]:
    """Yield the keys of an object, and those of the objects in it."""
    schema = _resolved(document, schema)
    while schema.get("type") == "array":
        schema, parent = _resolved(document, schema.get("items", {})), f"{parent}[]"
    required = schema.get("required") or ()
    for name, of in schema.get("properties", {}).items():
        full = f"{parent}.{name}" if parent else name
        yield Value(full, _type_name(document, of), name in required, of.get("description", ""))
        if depth < MAX_DEPTH:
            for inner in [of, *of.get("oneOf", ()), *of.get("anyOf", ())]:
                yield from _values(document, inner, full, depth + 1)


def _resolved(document: Document, schema: Document) -> Document:
    if "$ref" in schema:
        found: Document = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        return found
    return schema


def _type_name(document: Document, schema: Document) -> str:
    resolved = _resolved(document, schema)
    if options := [*resolved.get("oneOf", ()), *resolved.get("anyOf", ())]:
        return " or ".join(dict.fromkeys(_type_name(document, option) for option in options))
    if values := resolved.get("enum"):
        return " | ".join(map(str, values))
    kind = resolved.get("type", "any value")
    if isinstance(kind, list):
        return " or ".join(kind)
    if kind == "array":
        return f"list of {_type_name(document, resolved.get('items', {}))}"
    return {"date-time": "instant", "date": "date"}.get(resolved.get("format", ""), str(kind))


def _formatted(example: object) -> str:
    if example is None or isinstance(example, str):
        return example or ""
    return json.dumps(example, ensure_ascii=False, indent=2)


def _prose(text: str) -> Markup:
    """Return a text with its paragraphs and its code in backticks as HTML."""
    paragraphs = [str(escape(" ".join(part.split()))) for part in re.split(r"\n\s*\n", text) if part.strip()]
    marked = [re.sub(r"`([^`]+)`", r"<code>\1</code>", part) for part in paragraphs]
    return Markup("".join(f"<p>{part}</p>" for part in marked))
