"""Names in the code are the field's words, and mean one thing each (docs/glossary.md)."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src/tamis"
CLIENT = SOURCE / "client"
"""Separate from the rest: its users know no other classes than its own."""
FORMER_WORDS = frozenset(
    [
        *("house", "door", "doors", "tell", "tells", "told", "telling", "said", "says", "say"),
        *(
            "whom",
            "whose",
            "somebody",
            "nobody",
            "everybody",
            "hand",
            "hands",
            "stranger",
            "strangers",
            "catch",
            "settle",
        ),
        *(
            "bring",
            "arrange",
            "follow",
            "follows",
            "turn",
            "turns",
            "stretch",
            "stretches",
            "moves",
            "filling",
            "fillings",
        ),
        *(
            "transition",
            "transitions",
            "passage",
            "passages",
            "comings",
            "goings",
            "few",
            "arrivals",
            "backwards",
            "trends",
            "examine",
        ),
        *("gate", "overtaken", "asker", "held", "trouble", "moment", "people", "wire", "unfinished", "flip", "flips"),
        *(
            "yearly",
            "choosing",
            "guessing",
            "wording",
            "building",
            "injected",
            "looking",
            "storing",
            "preparing",
            "far",
            "look",
        ),
        *("looks", "seldom", "patience", "work", "way", "ways", "keeping", "glance", "glances", "thing", "things"),
        *("throw",),
    ]
)
"""Words of earlier versions, which described things by pictures of our own."""


def test_no_name_has_a_word_of_earlier_versions() -> None:
    found = defaultdict(set)
    for path in SOURCE.rglob("*.py"):
        for name in _names(path):
            for word in _words(name) & FORMER_WORDS:
                found[word].add(f"{path.relative_to(SOURCE)}: {name}")
    assert dict(found) == {}


def test_a_public_class_has_a_name_of_its_own() -> None:
    places = defaultdict(list)
    for path in SOURCE.rglob("*.py"):
        part = "client" if path.is_relative_to(CLIENT) else "server"
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[part, node.name].append(str(path.relative_to(SOURCE)))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def _names(path: Path) -> Iterator[str]:
    yield from (part.removesuffix(".py") for part in path.relative_to(SOURCE).parts)
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name


def _words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}
