"""Parameters as the engine takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import Any, Optional, cast

import msgspec

from ._boundary import encode
from .errors import Fault, InvalidParametersError
from .files import File, as_file, is_file_like

BEIJING = timezone(timedelta(hours=8), "UTC+8")
"""The time zone of the service, which is that of a datetime without one."""
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MILLISECOND = timedelta(milliseconds=1)

_PLAIN = frozenset((str, int, bool))


def write(operation: str, params: Optional[Mapping[str, Any]]) -> tuple[bytes, dict[str, File]]:
    """Parameters as JSON, and the files among them by the name under which the engine asks for their content.

    None stands for a parameter that is not given.

    :raises InvalidParametersError: Something cannot be sent at all.
    """
    files: dict[str, File] = {}
    if not params:
        return b"", files
    given: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, value in params.items():
        if value is None:
            continue
        if type(value) in _PLAIN:
            given[name] = value
            continue
        try:
            if is_file_like(value):
                given[name] = describe(cast("File", as_file(value)), files)
            else:
                given[name] = convert(value)
        except (TypeError, ValueError, RecursionError) as error:
            faults.append(Fault(parameter=name, kind="wrong_type", message=str(error)))
    try:
        written = encode(given)
    except (ValueError, RecursionError):
        faults.extend(filter(None, map(_unfit, given, given.values())))
        written = b""
    if faults:
        message = "; ".join(f"{fault.parameter} {fault.message}" for fault in faults)
        text = f"{operation}: invalid_parameters: {message}"
        raise InvalidParametersError(text, operation=operation, message=message, faults=faults)
    return written, files


def describe(file: File, files: dict[str, File]) -> dict[str, Any]:
    """A file as the engine knows it; its content stays here."""
    source = str(len(files))
    files[source] = file
    return {"name": file.name, "size": file.size, "source": source}


def moment(value: date) -> dict[str, int]:
    """A point in time. Where no time zone is given it is Beijing's, UTC+8; a day begins there at midnight."""
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if value.utcoffset() is None:
        value = value.replace(tzinfo=BEIJING)
    return {"unix_ms": (value - EPOCH) // MILLISECOND}


def convert(value: Any, depth: int = 0) -> Any:
    """A value as JSON has it. A point in time is left to the engine, which writes it as the service wants it; inside of
    JSON, which nobody looks into, it is unix seconds.
    """
    if value is None or type(value) in _PLAIN:
        return value
    if isinstance(value, date):
        time = moment(value)
        return time["unix_ms"] // 1000 if depth else time
    if isinstance(value, float):
        if not isfinite(value):
            raise ValueError("is not a finite number")
        return value
    if isinstance(value, Enum):
        return convert(value.value, depth)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if hasattr(value, "__index__"):
        return int(value)
    if isinstance(value, msgspec.Struct):
        return msgspec.to_builtins(value)
    if isinstance(value, Mapping):
        members = cast("Mapping[object, object]", value)
        return {str(name): convert(member, depth + 1) for name, member in members.items()}
    if is_file_like(value):
        raise TypeError("has a file where none is taken")
    if isinstance(value, Iterable):
        return [convert(item, depth + 1) for item in cast("Iterable[object]", value)]
    raise TypeError(f"cannot be of type {type(value).__name__}")


def _unfit(name: str, value: Any) -> Optional[Fault]:
    try:
        encode(value)
    except (ValueError, RecursionError) as error:
        return Fault(parameter=name, kind="wrong_type", message=f"cannot be sent: {error}")
    return None
