"""Definitions as YAML: reading with every problem and its line, and writing with people's comments kept."""

from collections.abc import Iterable
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from tamis.definitions.models import DesiredField, DesiredOption, DesiredSegment, DesiredTopic, DesiredType
from tamis.definitions.rules import json_of
from tamis.domain.errors import Invalid, Problem
from tamis.domain.values.fields import Kind

TYPES = "contact_types"
TOP_KEYS = {TYPES}
TYPE_KEYS = {"name", "previous_name", "fields", "topics", "segments"}
FIELD_KEYS = {"name", "previous_name", "kind", "options"}
TOPIC_KEYS = {"name", "previous_name", "description"}
OPTION_KEYS = {"name", "previous_name"}
SEGMENT_KEYS = {"name", "previous_name", "description", "rule"}
UNLIMITED_WIDTH = 1 << 20
LIST_INDENT = 2


def parse_document(text: str) -> CommentedMap:
    """Parse a YAML document with its comments; an empty one has no contact types. Raises Invalid."""
    try:
        document = _yaml().load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = " ".join(str(error.problem or error.context).split())
        raise Invalid([Problem(_line(mark.line) if mark else "", "yaml_not_read", reason=reason)]) from None
    except (YAMLError, RecursionError, ValueError) as error:
        raise Invalid([Problem("", "yaml_not_read", reason=" ".join(str(error).split()))]) from None
    if document is None:
        document = CommentedMap()
    if not isinstance(document, CommentedMap):
        raise Invalid([Problem(_line(0), "definitions_not_a_mapping", key=TYPES)])
    return document


def write_document(document: CommentedMap) -> str:
    """Return a document as text, with lists indented as in the text that it was parsed from."""
    out = StringIO()
    _yaml(_list_indent(document)).dump(document, out)
    return out.getvalue()


def definitions_of(document: CommentedMap) -> tuple[DesiredType, ...]:
    """Return the definitions of a document; raises Invalid with every problem."""
    reader = _Reader()
    reader.check_keys(document, TOP_KEYS)
    found = tuple(reader.contact_type(part) for part in reader.parts(document, TYPES))
    if reader.problems:
        raise Invalid(reader.problems)
    return found


class _Reader:
    """Reads a document and collects problems."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def contact_type(self, part: CommentedMap) -> DesiredType:
        self.check_keys(part, TYPE_KEYS)
        return DesiredType(
            self.text(part, "name", needed=True),
            tuple(self.field(each) for each in self.parts(part, "fields")),
            tuple(self.segment(each) for each in self.parts(part, "segments")),
            self.text(part, "previous_name") or None,
            part.lc.line + 1,
            tuple(self.topic(each) for each in self.parts(part, "topics")),
        )

    def topic(self, part: CommentedMap) -> DesiredTopic:
        self.check_keys(part, TOPIC_KEYS)
        return DesiredTopic(
            self.text(part, "name", needed=True),
            self.text(part, "description"),
            self.text(part, "previous_name") or None,
            part.lc.line + 1,
        )

    def field(self, part: CommentedMap) -> DesiredField:
        self.check_keys(part, FIELD_KEYS)
        kind = self.text(part, "kind", needed=True)
        if kind and kind not in list(Kind):
            self.add(part, "kind", "definition_kind_unknown", kind=kind, kinds=[known.value for known in Kind])
            kind = ""
        return DesiredField(
            self.text(part, "name", needed=True),
            Kind(kind or Kind.TEXT),
            tuple(self.options(part)),
            self.text(part, "previous_name") or None,
            part.lc.line + 1,
        )

    def options(self, part: CommentedMap) -> Iterable[DesiredOption]:
        options = part.get("options")
        if options is not None and not isinstance(options, CommentedSeq):
            self.add(part, "options", "definition_not_a_list", key="options")
            return
        if options is None:
            return
        for index, option in enumerate(options):
            if isinstance(option, CommentedMap):
                self.check_keys(option, OPTION_KEYS)
                previous = self.text(option, "previous_name") or None
                yield DesiredOption(self.text(option, "name", needed=True), previous)
            elif isinstance(option, str):
                yield DesiredOption(str(option).strip())
            else:
                self.problems.append(Problem(_line(_line_of(options, index)), "definition_not_text", key="options"))

    def segment(self, part: CommentedMap) -> DesiredSegment:
        self.check_keys(part, SEGMENT_KEYS)
        rule = part.get("rule")
        is_json = isinstance(rule, CommentedMap)
        if is_json:
            text = self.json(part, rule)
        else:
            text = self.text(part, "rule", needed="rule" not in part, may_be_blank=True)
        return DesiredSegment(
            self.text(part, "name", needed=True),
            text,
            is_json,
            self.text(part, "description"),
            self.text(part, "previous_name") or None,
            part.lc.line + 1,
            _line_of_value(part, "rule") + 1,
        )

    def json(self, part: CommentedMap, rule: CommentedMap) -> str:
        try:
            return json_of(rule)
        except ValueError:
            self.add(part, "rule", "definition_rule_not_json")
            return ""

    def parts(self, of: CommentedMap, key: str) -> list[CommentedMap]:
        """Return the mappings of a list; a list that is missing or blank has none."""
        parts = of.get(key)
        if parts is None:
            return []
        if not isinstance(parts, CommentedSeq):
            self.add(of, key, "definition_not_a_list", key=key)
            return []
        for index, part in enumerate(parts):
            if not isinstance(part, CommentedMap):
                self.problems.append(Problem(_line(_line_of(parts, index)), "definition_not_a_mapping", key=key))
        return [part for part in parts if isinstance(part, CommentedMap)]

    def text(self, part: CommentedMap, key: str, *, needed: bool = False, may_be_blank: bool = False) -> str:
        value = part.get(key)
        if value is None:
            if needed:
                self.problems.append(Problem(_line(part.lc.line), "definition_key_missing", key=key))
            return ""
        if not isinstance(value, str):
            self.add(part, key, "definition_not_text", key=key)
            return ""
        text = str(value).strip()
        if needed and not text and not may_be_blank:
            self.add(part, key, "definition_key_missing", key=key)
        return text

    def check_keys(self, part: CommentedMap, known: set[str]) -> None:
        for key in part:
            if key not in known:
                self.add(part, key, "definition_key_unknown", key=str(key), known=sorted(known))

    def add(self, part: CommentedMap, at: object, code: str, /, **params: Any) -> None:
        """Note a problem with what a mapping has at a key."""
        self.problems.append(Problem(_line(_line_of(part, at)), code, **params))


def _line_of(part: CommentedMap | CommentedSeq, at: object) -> int:
    """Return the line of a key or an item; where it has none, because it was merged from an anchor or its part has a
    tag, that of the part."""
    places: dict[object, list[int]] = part.lc.data or {}
    line: int = places[at][0] if at in places else part.lc.line
    return line


def _line_of_value(part: CommentedMap, key: str) -> int:
    """Return the line in which the value of a key begins, or that of the part, as `_line_of` does."""
    places: dict[object, list[int]] = part.lc.data or {}
    line: int = places[key][2] if key in places else part.lc.line
    return line


def _line(line: int) -> str:
    return f"line {line + 1}"


def _list_indent(document: CommentedMap) -> int:
    """Return how far the dashes of lists are indented."""
    types = document.get(TYPES)
    if not isinstance(types, CommentedSeq) or not types or types.lc.data is None:
        return LIST_INDENT
    place: tuple[int, int] = types.lc.item(0)
    return max(place[1] - len("- "), 0)


def _yaml(list_indent: int = LIST_INDENT) -> YAML:
    yaml = YAML()
    yaml.width = UNLIMITED_WIDTH
    yaml.indent(mapping=2, sequence=list_indent + 2, offset=list_indent)
    yaml.preserve_quotes = True
    return yaml
