"""Writing what an account has into a document: what is the same stays as people wrote it, comments included."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import LiteralScalarString

from tamis.definitions.models import PresentSegment, PresentTopic, PresentType
from tamis.definitions.rules import rule_for_file, rule_means
from tamis.definitions.yaml_file import TYPES
from tamis.domain.values.fields import Field, key_from_name
from tamis.domain.values.text import fold

P = TypeVar("P")


def pull_into(document: CommentedMap, present: Sequence[PresentType]) -> None:
    """Change a valid document so that it describes what an account has."""
    _update(document, TYPES, present, fold, lambda each: each.name, _write_type)


def _write_type(part: CommentedMap, present: PresentType) -> None:
    _name(part, present.name, fold)
    _update(part, "fields", present.fields, key_from_name, lambda each: each.name, _write_field)
    _update(part, "topics", present.topics, fold, lambda each: each.name, _write_topic)
    segments = sorted(present.segments, key=lambda each: (fold(each.name), each.name))

    def write(of: CommentedMap, segment: PresentSegment) -> None:
        _write_segment(of, segment, present)

    _update(part, "segments", segments, fold, lambda each: each.name, write)


def _write_field(part: CommentedMap, present: Field) -> None:
    _name(part, present.name, key_from_name)
    _set(part, "kind", present.kind.value)
    if not present.kind.has_options:
        part.pop("options", None)
    elif _options(written := part.get("options")) != list(present.options):
        part["options"] = CommentedSeq(present.options)
        if isinstance(written, CommentedSeq) and written.fa.flow_style():
            part["options"].fa.set_flow_style()


def _write_topic(part: CommentedMap, present: PresentTopic) -> None:
    _name(part, present.name, fold)
    _describe(part, present.description)


def _write_segment(part: CommentedMap, present: PresentSegment, of: PresentType) -> None:
    before = set(part)
    _name(part, present.name, fold)
    _describe(part, present.description)
    if "rule" not in part or not rule_means(part["rule"], present, of):
        part["rule"] = rule_for_file(present, of)
    if set(part) - before:
        _in_order(part, ("name", "previous_name", "description", "rule"))


def _update(
    owner: CommentedMap,
    key: str,
    present: Iterable[P],
    key_of: Callable[[str], str],
    name_of: Callable[[P], str],
    write: Callable[[CommentedMap, P], None],
) -> None:
    """Update a list: keep entries of what is present, remove others, and append what is missing."""
    parts = owner.get(key)
    is_empty = parts is not None and not parts
    if parts is None:
        parts = CommentedSeq()
    missing = {key_of(name_of(each)): each for each in present}
    for index in reversed(range(len(parts))):
        if key_of(str(parts[index]["name"])) not in missing:
            previous = parts[index].get("previous_name")
            if previous is None or key_of(str(previous)) not in missing:
                del parts[index]
    for part in parts:
        known = key_of(str(part["name"]))
        found = missing.pop(known, None)
        if found is None:  # its rename is not applied yet
            found = missing.pop(key_of(str(part["previous_name"])), None)
        if found is not None:
            write(part, found)
    for each in missing.values():
        part = CommentedMap()
        write(part, each)
        parts.append(part)
    if parts or is_empty or key == TYPES:
        owner[key] = parts
    else:
        owner.pop(key, None)


def _name(part: CommentedMap, name: str, key_of: Callable[[str], str]) -> None:
    _set(part, "name", name)
    previous = part.get("previous_name")
    if previous is not None and key_of(str(previous)) == key_of(name):
        del part["previous_name"]


def _describe(part: CommentedMap, description: str) -> None:
    if not description:
        part.pop("description", None)
    elif str(part.get("description") or "").strip() != description:
        part["description"] = _text(description)


def _set(part: CommentedMap, key: str, text: str) -> None:
    if str(part.get(key, "")).strip() != text:
        part[key] = text


def _options(options: object) -> list[str]:
    return [
        str(option["name"] if isinstance(option, Mapping) else option).strip()
        for option in (options if isinstance(options, list) else ())
    ]


def _text(text: str) -> str:
    """Return text with several lines in the form in which people write it, where YAML can keep it so."""
    lines = text.split("\n")
    plain = all(line.isprintable() and line == line.strip() for line in lines)
    return LiteralScalarString(text) if len(lines) > 1 and plain and all((lines[0], lines[-1])) else text


def _in_order(part: CommentedMap, keys: Sequence[str]) -> None:
    """Put the keys of a part into the usual order, where one was added."""
    present = [key for key in part if key in keys]
    if present == [key for key in keys if key in part]:
        return
    for key in keys:
        if key in part:
            part.move_to_end(key)
