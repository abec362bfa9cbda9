"""Render messages as sentences: templates with the parameters of a message."""

from collections.abc import Mapping, Sequence
from string import Formatter

from tamis.domain.errors import Message
from tamis.domain.messages.kinds import KIND_NAMES
from tamis.domain.values.fields import Kind
from tamis.domain.values.text import pluralize

_SHAPES = {"quoted": '"%"', "plain": "%"}


class MessageCatalog(Formatter):
    """A table of sentences by message code.

    Sentences have parameters as in `str.format`, with format specifications such as `{most:,}` for thousands
    separators, `{count:contact}` for "1 contact" or "2 contacts", `{names:quoted and}` for a list, `{names:it|them}`
    for the word that fits the length of a list, and `{kind:kind}` for the name of a kind of fields. A parameter that is
    a message is rendered in its place; a missing one is left out.
    """

    def __init__(self, *tables: Mapping[str, str]) -> None:
        self.sentences = {code: sentence for table in tables for code, sentence in table.items()}

    def render(self, message: Message) -> str:
        """Return the sentence of a message; an unknown code, as of a newer version, is returned itself."""
        sentence = self.sentences.get(message.code)
        return message.code if sentence is None else self.vformat(sentence, (), message.params)

    def parameters(self, sentence: str) -> set[str]:
        """Return the names of the parameters of a sentence."""
        return {name for _, name, _, _ in self.parse(sentence) if name}

    def get_value(self, key: int | str, _args: Sequence[object], given: Mapping[str, object]) -> object:
        """Return the value of a parameter."""
        return given.get(str(key))

    def format_field(self, value: object, spec: str) -> str:
        """Format a parameter."""
        if value is None:
            return ""
        if isinstance(value, Message):
            return self.render(value)
        if spec == "kind":
            return KIND_NAMES[Kind(str(value))].lower()
        if isinstance(value, list | tuple) and "|" in spec:
            return spec.split("|")[len(value) != 1]
        if isinstance(value, list | tuple):
            return self._format_list(value, spec)
        if isinstance(value, int) and spec[:1].isalpha():
            return pluralize(value, *spec.split("|"))
        return format(value, spec)

    def _format_list(self, values: Sequence[object], spec: str) -> str:
        """Format a list.

        The specification has the form of each value (`quoted`, `plain`, or a text with `%` for the value and `_` for
        spaces), then the word before the last one (`and`, `or`; `;` separates all), or else how many are shown at most,
        followed by `…` when the others are not counted.
        """
        shape, _, rest = spec.partition(" ")
        pattern = _SHAPES.get(shape or "plain", shape).replace("_", " ")
        shown = [pattern.replace("%", self.format_field(value, "")) for value in values]
        if rest[:1].isdigit() and (more := len(shown) - int(rest.rstrip("…"))) > 0:
            return ", ".join(shown[:-more]) + (" …" if rest.endswith("…") else f" and {more:,} more")
        if rest == ";":
            return "; ".join(shown)
        if rest in ("and", "or") and len(shown) > 1:
            return f"{', '.join(shown[:-1])} {rest} {shown[-1]}"
        return ", ".join(shown)
