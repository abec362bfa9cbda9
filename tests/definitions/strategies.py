"""Random definitions, as a person might write them."""

import json
from typing import Any

from hypothesis import strategies as st

from tamis.domain.values.fields import key_from_name

TYPE_NAMES = ["Customers", "Donors", "Läufer"]
FIELD_NAMES = ["Age", "Plan", "Birth date", "Last order", "is", "Straße 9"]
SEGMENT_NAMES = ["Adults", "12", 'With "quotes"', "it's", "Läufer: neu", "null", "- x"]
OPTIONS = ["Free", "Pro", "Team, large", "yes", "1", "#1"]
DESCRIPTIONS = ["", "One line", "Two\nlines", " 1: #x", "a\n\n  b\tc"]
KINDS = ["text", "number", "date", "datetime", "boolean", "choice", "choices"]
CONDITIONS = {
    "text": '{key} contains "a  b"',
    "number": "{key} is between 1.5 and 2",
    "date": "{key} is within 30 days",
    "datetime": "{key} is after 2024-12-31 23:59",
    "boolean": "{key} is true",
    "choice": "{key} is in ({option})",
    "choices": "{key} includes any of ({option})",
}

Part = dict[str, Any]


@st.composite
def documents(draw: st.DrawFn) -> Part:
    """Draw a document: unique names, and rules over its own fields and its earlier segments."""
    names = draw(st.permutations(SEGMENT_NAMES))
    types: list[Part] = []
    for name in draw(st.lists(st.sampled_from(TYPE_NAMES), unique=True, max_size=2)):
        fields = [draw(_fields(each)) for each in draw(st.lists(st.sampled_from(FIELD_NAMES), unique=True, max_size=4))]
        segments: list[Part] = []
        for _ in range(draw(st.integers(0, 3))):
            segment: Part = {"name": names.pop(), "rule": draw(_rules(fields, [each["name"] for each in segments]))}
            if description := draw(st.sampled_from(DESCRIPTIONS)).strip():
                segment["description"] = description
            segments.append(segment)
        types.append({"name": name, "fields": fields, "segments": draw(st.permutations(segments))})
    return {"contact_types": types}


@st.composite
def _fields(draw: st.DrawFn, name: str) -> Part:
    kind = draw(st.sampled_from(KINDS))
    field: Part = {"name": name, "kind": kind}
    if kind in ("choice", "choices"):
        known = [option for option in OPTIONS if kind == "choice" or "," not in option]
        field["options"] = draw(st.lists(st.sampled_from(known), unique=True, min_size=1, max_size=3))
    return field


@st.composite
def _rules(draw: st.DrawFn, fields: list[Part], segments: list[str]) -> str:
    leaves = ['country = "India"', "not (city is blank)", *(_condition(field) for field in fields)]
    leaves += [f"is in segment {json.dumps(name, ensure_ascii=False)}" for name in segments if '"' not in name]
    parts = draw(st.lists(st.sampled_from(leaves), max_size=3))
    return draw(st.sampled_from((" and ", " or "))).join(parts)


def _condition(field: Part) -> str:
    key = f"`{field['name']}`" if field["name"] in ("is", "Straße 9") else key_from_name(field["name"])
    option = json.dumps(field["options"][0], ensure_ascii=False) if "options" in field else ""
    return CONDITIONS[field["kind"]].format(key=key, option=option)


@st.composite
def renamed(draw: st.DrawFn, document: Part) -> Part:
    """Draw a document like another one, in which some things have other names and options."""
    types = []
    for each in document["contact_types"]:
        fields = [draw(_renamed_field(field)) for field in each["fields"]]
        segments = []
        for segment in each["segments"]:
            changed = dict(segment)
            rule = segment["rule"]
            if draw(st.booleans()) or any(f"`{name}`" in rule or key_from_name(name) in rule for name in FIELD_NAMES):
                changed["rule"] = 'country = "India"'
            if draw(st.booleans()) and "in segment" not in document_text(document):
                changed |= {"name": f"New {segment['name']}", "previous_name": segment["name"]}
            segments.append(changed)
        owner = {"name": f"{each['name']} 2", "previous_name": each["name"]} if draw(st.booleans()) else each
        types.append(each | owner | {"fields": fields, "segments": segments})
    return {"contact_types": types}


def document_text(document: Part) -> str:
    """Return all that a document says."""
    return json.dumps(document)


@st.composite
def _renamed_field(draw: st.DrawFn, field: Part) -> Part:
    changed = dict(field)
    if draw(st.booleans()):
        changed |= {"name": f"{field['name']} new", "previous_name": field["name"]}
    if "options" in field and draw(st.booleans()):
        first, *others = field["options"]
        changed["options"] = draw(st.permutations([{"name": f"{first} 2", "previous_name": first}, *others, "More"]))
    return changed
