"""What a Parquet file that Tamis has written says of the fields that its columns were."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from tamis.domain.fields import Field, Kind
from tamis.domain.reading.declared import Declared

KEY = "tamis"
"""Under this name it stands among the metadata of the file."""

PARQUET_TYPES: Mapping[Kind, str] = {
    Kind.TEXT: "VARCHAR",
    Kind.CHOICE: "VARCHAR",
    Kind.NUMBER: "DOUBLE",
    Kind.DATE: "DATE",
    Kind.DATETIME: "TIMESTAMP WITH TIME ZONE",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.CHOICES: "VARCHAR[]",
}
"""The type that DuckDB reads where Tamis has written a kind."""


@dataclass(frozen=True, slots=True)
class _ExportedField:
    key: str
    name: str
    kind: Kind
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Exported:
    fields: tuple[_ExportedField, ...]


def describe_fields(fields: Sequence[Field]) -> str:
    """Write what the fields of an export are."""
    described = _Exported(tuple(_ExportedField(f.key, f.name, f.kind, f.options) for f in fields))
    return msgspec.json.encode(described).decode()


def declared_of(metadata: bytes) -> Mapping[str, Declared]:
    """Read what `describe_fields` has written, by the keys of the fields; nothing of what something else has."""
    try:
        found = msgspec.json.decode(metadata, type=_Exported)
    except (msgspec.DecodeError, UnicodeError):
        return {}
    return {field.key: Declared(field.kind, field.options, field.name) for field in found.fields}
