"""What all callbacks have in common."""

from __future__ import annotations

from typing import Any, Optional

from .details import Departure, Value


class Callback(Value, frozen=True, kw_only=True):
    """A callback that the service posted, checked and recognised."""

    name: Optional[str]
    """Its name, for example `class_event`; None if no document describes it."""
    qid: str
    """Its unique id; a repetition has the same."""
    timestamp: int
    """When the service signed it, unix seconds."""
    signature: str
    """Its signature. A post with the same one is the same post, whatever its `qid`."""
    hold: int
    """For how many seconds a claim of it holds: until its timestamp is refused, and at least 600."""
    key: int
    """Which key signed it: 0 for partner_key, 1 for the first of `callback_keys`."""
    departures: list[Departure]
    """Values that are not what the documents describe, and so are not in the data."""


class UnknownCallback(Callback, frozen=True, kw_only=True):
    """A callback that no document describes: all its fields."""

    data: dict[str, Any]
