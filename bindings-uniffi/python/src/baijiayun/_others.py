"""What makes values fit for other libraries."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Callable, Optional, cast

import msgspec


class DataclassFields:
    """The fields of a Struct, as dataclasses have them: whatever takes a dataclass takes a value then."""

    def __get__(self, instance: Optional[object], owner: type[msgspec.Struct]) -> dict[str, dataclasses.Field[Any]]:
        return _fields(owner)


@lru_cache(maxsize=None)
def _fields(owner: type[msgspec.Struct]) -> dict[str, dataclasses.Field[Any]]:
    made = dataclasses.make_dataclass(
        owner.__name__, [(field.name, field.type, dataclasses.field(default=None)) for field in msgspec.structs.fields(owner)]
    )
    return {field.name: field for field in dataclasses.fields(made)}


def pydantic_schema(kind: type[Any], read: Callable[[Any], Any], write: Callable[[Any], Any]) -> Any:
    """How pydantic reads and writes a value."""
    from pydantic_core import core_schema

    def validate(given: Any) -> Any:
        if isinstance(given, kind):
            return given
        try:
            return read(given)
        except msgspec.ValidationError as error:
            raise ValueError(str(error)) from None

    writing = core_schema.plain_serializer_function_ser_schema(write)
    return core_schema.no_info_plain_validator_function(validate, serialization=writing)


def json_schema(kind: type[Any]) -> dict[str, Any]:
    """The JSON schema of a value, without references."""
    (schema,), parts = msgspec.json.schema_components([kind])
    return cast("dict[str, Any]", _without_references(schema, parts))


def _without_references(schema: Any, parts: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_without_references(item, parts) for item in cast("Iterable[object]", schema)]
    if not isinstance(schema, dict):
        return schema
    found = cast("dict[str, Any]", schema)
    reference = found.get("$ref")
    if isinstance(reference, str):
        return _without_references(parts[reference.rpartition("/")[2]], parts)
    return {name: _without_references(member, parts) for name, member in found.items()}
