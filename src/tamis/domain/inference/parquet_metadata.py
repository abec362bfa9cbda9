"""The metadata of Parquet exports, which describes the fields that the columns came from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from tamis.domain.inference.declared_types import DeclaredType
from tamis.domain.values.fields import Field, Kind

KEY = "tamis"
"""The key of the description in the metadata of the file."""

PARQUET_TYPES: Mapping[Kind, str] = {
    Kind.TEXT: "VARCHAR",
    Kind.CHOICE: "VARCHAR",
    Kind.NUMBER: "DOUBLE",
    Kind.DATE: "DATE",
    Kind.DATETIME: "TIMESTAMP WITH TIME ZONE",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.CHOICES: "VARCHAR[]",
}
"""The column type that DuckDB reads for each kind that Tamis exports."""


@dataclass(frozen=True, slots=True)
class _ExportedField:
    key: str
    name: str
    kind: Kind
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Exported:
    fields: tuple[_ExportedField, ...]


def format_field_metadata(fields: Sequence[Field]) -> str:
    """Serialize the fields of an export."""
    described = _Exported(tuple(_ExportedField(f.key, f.name, f.kind, f.options) for f in fields))
    return msgspec.json.encode(described).decode()


def parse_field_metadata(metadata: bytes) -> Mapping[str, DeclaredType]:
    """Parse the output of `format_field_metadata` by the keys of the fields; empty for anything else."""
    try:
        found = msgspec.json.decode(metadata, type=_Exported)
    except (msgspec.DecodeError, UnicodeError):
        return {}
    return {field.key: DeclaredType(field.kind, field.options, field.name) for field in found.fields}
