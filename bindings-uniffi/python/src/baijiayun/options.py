"""Settings of one call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from math import isfinite
from typing import Any, Literal, NoReturn, Optional, TypedDict, cast

from ._exact import exact_float, exact_int, in_words, name_of
from .details import Details
from .errors import InvalidParametersError

__all__ = ["CallOptions", "Priority"]


Priority = Literal["high", "normal", "low"]
"""Who goes first where a limit makes calls wait."""


class CallOptions(TypedDict, total=False):
    """Settings of one call, in place of the client's: `options={"deadline": 5}`. Times are seconds."""

    retry: Literal["safe", "always", "never"]
    """Which failures are tried again. `safe` (the default): those that cannot have changed anything, so those of
    operations that only read, of requests that never left, and throttled ones. `always`: any, and the call may be
    carried out twice. `never`: none."""
    attempts: int
    """Most attempts."""
    attempt_timeout: float
    """Longest time for one attempt."""
    deadline: float
    """Longest time for the whole call with all waits and attempts."""
    timeout: float
    """Another name for `deadline`."""
    max_answer: int
    """Most bytes of the answer, unpacked; it may be more than the client's."""
    strict: bool
    """Whether the call fails with a `DeparturesError` where its answer departs from the documents."""
    priority: Priority
    """Who goes first where a limit makes calls wait. `high`: before all others, for what a person is waiting for. `low`:
    after all others and never with the last fifth of a limit, for a nightly job."""
    extra: Mapping[str, Any]
    """Parameters that the description lacks. They are sent unchecked."""
    details: Details
    """Is filled with what is known about the call besides its data."""


OPTIONS = frozenset(CallOptions.__annotations__)
"""Their names."""


def read_options(given: Mapping[str, Any], operation: str = "") -> CallOptions:
    """Options as they are now. Raises an InvalidParametersError for what can be none, whatever the call."""
    if not isinstance(cast("object", given), Mapping):
        _refuse(operation, f"options must be a dict, not a {type(given).__name__}")
    try:
        options = {name_of(name): value for name, value in given.items()}
    except Exception as error:
        _refuse(operation, f"options cannot be read: {in_words(error)}")
    if not options.keys() <= OPTIONS:
        names = ", ".join(sorted(options.keys() - OPTIONS))
        _refuse(operation, f"there is no option {names}; options are {', '.join(sorted(OPTIONS))}")
    if options.get("timeout") is not None and options.get("deadline") is not None:
        _refuse(operation, "timeout is another name for deadline: give one of them")
    details: object = options.get("details")
    if details is not None and not isinstance(details, Details):
        _refuse(operation, f"details must be a Details(), which the call fills, not a {type(details).__name__}")
    return cast("CallOptions", options)


def _refuse(operation: str, message: str) -> NoReturn:
    text = f"{operation}: {message}" if operation else message
    raise InvalidParametersError(text, operation=operation, message=message)


def merged(first: Optional[CallOptions], second: Optional[CallOptions]) -> Optional[CallOptions]:
    """The options of both; the second ones count where both say something."""
    if not first or not second:
        return second or first
    found = {**first, **second}
    # They are one option with two names.
    for name, other in (("timeout", "deadline"), ("deadline", "timeout")):
        if second.get(name) is not None and second.get(other) is None:
            found.pop(other, None)
    return cast("CallOptions", found)


def number(value: object) -> Any:
    """A number as the engine takes it. What is none, and what JSON does not know, is a text, which the engine refuses."""
    if value is None:
        return None
    if isinstance(value, float) and isfinite(value):
        return exact_float(value)
    if hasattr(type(value), "__index__") and not isinstance(value, bool):
        whole = exact_int(value)
        if abs(whole) < 1 << 53:
            return whole
    return str(value)


def millis(seconds: Optional[float]) -> Any:
    """Seconds as the engine counts them."""
    if isinstance(cast("object", seconds), timedelta):
        raise TypeError("is a number of seconds, not a timedelta: write .total_seconds()")
    value = number(seconds)
    return number(value * 1000) if isinstance(value, (int, float)) else value
