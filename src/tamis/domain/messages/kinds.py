"""The names of the kinds of fields for people."""

from collections.abc import Mapping

from tamis.domain.values.fields import Kind

KIND_NAMES: Mapping[Kind, str] = {
    Kind.TEXT: "Text",
    Kind.NUMBER: "Number",
    Kind.DATE: "Date",
    Kind.DATETIME: "Date and time",
    Kind.BOOLEAN: "Yes or no",
    Kind.CHOICE: "Single choice",
    Kind.CHOICES: "Multiple choice",
}
