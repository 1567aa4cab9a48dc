"""Calls by name and by path, and what they give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional, cast

from ._boundary import Done
from ._calls import Asked
from ._exact import exact_text
from .details import Answer
from .options import CallOptions

Params = Optional[Mapping[str, Any]]


def by_name(
    operation: str, params: Params, options: Optional[CallOptions], defaults: Optional[CallOptions]
) -> Asked[object]:
    """A call by the name of its operation."""
    return Asked(operation, object, params, options, defaults, set_aside=False)


def by_path(
    method: str, path: str, params: Params, options: Optional[CallOptions], defaults: Optional[CallOptions]
) -> Asked[object]:
    """A call by its path."""
    # A line break would end the name; a blank is refused by the engine, as a line break is.
    named = f"{method} {exact_text(path) if isinstance(cast('object', path), str) else path}"
    return by_name(" ".join(named.splitlines()), params, options, defaults)


def answer(done: Done[object]) -> Answer:
    """What it gave."""
    return Answer(data=done.data, msg=done.msg, ts=done.ts, departures=done.departures, trace=done.trace)
