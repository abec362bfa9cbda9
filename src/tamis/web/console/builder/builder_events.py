"""The builder's data about events, as plain JSON: names, their properties, and what a rule can ask of them."""

from tamis.actions.segments.rule_syntax import OPERATORS, TIMES, AggregateFunction, fits, is_window
from tamis.domain.events.events import PROPERTY_KINDS, EventCatalogue
from tamis.domain.messages.kinds import KIND_NAMES
from tamis.domain.values.fields import Kind
from tamis.web.console.builder.builder_labels import operator_label

_FUNCTIONS = {
    AggregateFunction.SUM: "total of",
    AggregateFunction.AVERAGE: "average of",
    AggregateFunction.MIN: "lowest",
    AggregateFunction.MAX: "highest",
    AggregateFunction.FIRST: "first time",
    AggregateFunction.LAST: "last time",
}
_FIRST_WINDOWS = ("is within", "is between", "is after", "is before")


def events_data(catalogue: EventCatalogue) -> dict[str, object]:
    """Return the names and properties of events, most frequent names first, and what can be asked of them; hidden ones
    are marked, because rules may use them."""
    properties: dict[int, list[dict[str, object]]] = {name.id: [] for name in catalogue.names}
    for each in catalogue.properties:
        properties[each.event_id].append(
            {
                "id": each.field.id,
                "key": each.field.key,
                "name": each.field.name,
                "kind": each.field.kind,
            }
            | ({"hidden": True} if each.hidden else {})
        )
    return {
        "names": [
            {
                "id": name.id,
                "name": name.name,
                "count": name.count,
                "hidden": name.hidden,
                "properties": properties[name.id],
            }
            for name in sorted(catalogue.names, key=lambda name: -name.count)
        ],
        "kind_names": {kind: KIND_NAMES[kind] for kind in PROPERTY_KINDS},
        "times": [{"name": operator.name, "label": words} for words, operator in TIMES.items()],
        "functions": [_function_data(function, label) for function, label in _FUNCTIONS.items()],
        "windows": _windows(),
    }


def _function_data(function: AggregateFunction, label: str) -> dict[str, object]:
    """Return a function with the kinds of properties that it takes, and the kind of its value; none of its own for one
    that has the kind of the property."""
    takes = [kind for kind in PROPERTY_KINDS if fits(function, kind)] if function.takes_property else []
    return {
        "name": function,
        "label": label,
        "takes": takes,
        "kind": Kind.NUMBER if function.adds else None if takes else Kind.DATETIME,
        "is_zero_of_nothing": function.is_zero_of_nothing,
    }


def _windows() -> list[dict[str, str]]:
    """Return the operators that say when events happened, with their words after the name of an event."""
    found = [operator for operator in OPERATORS if Kind.DATETIME in operator.kinds and is_window(operator)]
    found.sort(key=lambda one: _FIRST_WINDOWS.index(one.name) if one.name in _FIRST_WINDOWS else len(_FIRST_WINDOWS))
    return [
        {"name": one.name, "label": "on" if one.name == "is" else operator_label(one).removeprefix("is ")}
        for one in found
    ]
