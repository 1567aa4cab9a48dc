"""Parameters as the engine takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from itertools import islice
from math import isfinite
from typing import Any, Optional, cast

import msgspec

from ._boundary import encode
from ._exact import exact_float, exact_int, exact_text, in_words, name_of
from ._times import BEIJING
from .errors import BaijiayunError, Fault, InvalidParametersError
from .files import File, as_file, is_file_like

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MILLISECOND = timedelta(milliseconds=1)

_PLAIN = frozenset((str, int, bool))
_OURS = (TypeError, ValueError, RecursionError)

MOST_ITEMS = 100_000
"""Most items of a list, for what gives them may never end."""


def write(operation: str, params: Optional[Mapping[str, Any]]) -> tuple[bytes, dict[str, File]]:
    """Parameters as JSON, and the files among them by the name under which the engine asks for their content.

    None stands for a parameter that is not given.

    :raises InvalidParametersError: Something cannot be sent at all.
    """
    files: dict[str, File] = {}
    if params is None:
        return b"", files
    if not isinstance(cast("object", params), Mapping):
        message = f"the parameters must be a dict, not a {type(params).__name__}"
        raise InvalidParametersError(f"{operation}: {message}", operation=operation, message=message)
    try:
        # As they are now: what gives a value below may change them.
        items = [(name if type(name) is str else name_of(name), value) for name, value in params.items()]
    except Exception as error:
        message = f"the parameters cannot be read: {in_words(error)}"
        raise InvalidParametersError(f"{operation}: {message}", operation=operation, message=message) from None
    if not items:
        return b"", files
    given: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, value in items:
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
        except BaijiayunError:
            raise
        except Exception as error:
            # What stands for a value may raise whatever it likes when it is read.
            message = str(error) if type(error) in _OURS else f"cannot be read: {type(error).__name__}: {in_words(error)}"
            faults.append(Fault(parameter=name, kind="wrong_type", message=message))
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
    if type(value).__name__ == "NaTType":
        raise ValueError("is NaT, no point in time")
    if value.utcoffset() is None:
        value = value.replace(tzinfo=BEIJING)
    return {"unix_ms": (value - EPOCH) // MILLISECOND}


def convert(value: Any, depth: int = 0) -> Any:
    """A value as JSON has it. What other libraries make is taken for what it stands for, or refused by its name.

    A point in time is left to the engine, which writes it as the service wants it; inside of JSON, which nobody looks into,
    it is unix seconds.
    """
    if value is None or type(value) in _PLAIN:
        return value
    if isinstance(value, Enum):
        return convert(value.value, depth)
    if isinstance(value, date):
        time = moment(value)
        return time["unix_ms"] // 1000 if depth else time
    if isinstance(value, float):
        if not isfinite(value):
            raise ValueError("is not a finite number")
        return exact_float(value)
    if isinstance(value, str):
        return exact_text(value)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("is not a finite number")
        return format(value, "f")
    if isinstance(value, msgspec.Struct):
        return msgspec.to_builtins(value)
    if isinstance(value, Mapping):
        members = cast("Mapping[object, object]", value)
        return {name_of(name): convert(member, depth + 1) for name, member in members.items()}
    if is_file_like(value):
        raise TypeError(f"has a file ({type(value).__name__}) where none is taken")
    return _of_another_library(value, depth)


def _of_another_library(value: Any, depth: int) -> Any:
    kind = type(cast("object", value))
    if isinstance(value, type):
        raise TypeError(f"cannot be a class, {value.__name__}")
    if hasattr(kind, "__array__") and callable(getattr(value, "tolist", None)):
        # numpy and pandas: an array, a Series, or one number or text of theirs.
        if getattr(getattr(value, "dtype", None), "kind", "") in ("M", "m"):
            raise TypeError(f"cannot be of type {value.dtype}, which has no time zone: give a datetime")
        return convert(value.tolist(), depth)
    if hasattr(kind, "__index__"):
        return exact_int(value)
    if callable(getattr(value, "model_dump", None)):
        # pydantic
        return convert(value.model_dump(by_alias=True, exclude_none=True), depth)
    if is_dataclass(value):
        members = ((field.name, getattr(value, field.name)) for field in fields(value))
        return {name: convert(member, depth + 1) for name, member in members if member is not None}
    if hasattr(kind, "_asdict"):
        return convert(value._asdict(), depth)
    if _is_iterable(value):
        items = [convert(item, depth + 1) for item in islice(cast("Iterable[object]", value), MOST_ITEMS + 1)]
        if len(items) > MOST_ITEMS:
            raise ValueError(f"has more than {MOST_ITEMS} items")
        return items
    raise TypeError(f"cannot be of type {kind.__name__}")


def _is_iterable(value: object) -> bool:
    """Whether it gives the items of a list. A table gives the names of its columns, a model its members in pairs."""
    kind = type(value)
    is_table = hasattr(kind, "columns") or hasattr(kind, "to_dict") or hasattr(kind, "__pydantic_fields__")
    return isinstance(value, Iterable) and not is_table and not hasattr(kind, "__await__")


def _unfit(name: str, value: Any) -> Optional[Fault]:
    try:
        encode({name: value})
    except (ValueError, RecursionError) as error:
        return Fault(parameter=name, kind="wrong_type", message=f"cannot be sent: {error}")
    return None
