"""Settings of one call."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any, Literal, NoReturn, Optional, TypedDict, cast

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


def check_options(options: Mapping[str, Any], operation: str = "") -> None:
    """Raises an InvalidParametersError for what can be no options, whatever the call."""
    if not isinstance(cast("object", options), Mapping):
        _refuse(operation, f"options must be a dict, not a {type(options).__name__}")
    if not options.keys() <= OPTIONS:
        names = ", ".join(sorted(str(name) for name in options.keys() - OPTIONS))
        _refuse(operation, f"there is no option {names}; options are {', '.join(sorted(OPTIONS))}")
    if options.get("timeout") is not None and options.get("deadline") is not None:
        _refuse(operation, "timeout is another name for deadline: give one of them")
    details = options.get("details")
    if details is not None and not isinstance(details, Details):
        _refuse(operation, f"details must be a Details(), which the call fills, not a {type(details).__name__}")


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
    if value is None or (type(value) is int and abs(value) < 1 << 53) or (type(value) is float and isfinite(value)):
        return value
    return str(value)


def millis(seconds: Optional[float]) -> Any:
    """Seconds as the engine counts them."""
    value = number(seconds)
    return number(value * 1000) if isinstance(value, (int, float)) else value
