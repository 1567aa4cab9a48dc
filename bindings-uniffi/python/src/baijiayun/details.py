"""What is known about a call besides its data."""

from __future__ import annotations

from typing import Any, Optional

import msgspec

__all__ = ["Answer", "Departure", "Details", "Trace"]


class Value(msgspec.Struct, frozen=True, omit_defaults=True, repr_omit_defaults=True, gc=False):
    """What the types of this package have in common: they are values, and compare as such.

    Members that the service left out are None.
    """

    def to_dict(self) -> dict[str, Any]:
        """As a dict with the names of the wire, without the members that are None."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found


class Trace(Value, frozen=True):
    """How a call went."""

    attempts: int
    """How often the request was sent."""
    waited_ms: int = msgspec.field(name="waited")
    """Milliseconds waited in all: for the service's limits, and before attempts that followed failures."""
    store_down: bool = False
    """The shared store was down: only this process's own limits were kept."""
    budget_exhausted: bool = False
    """The account's retry budget was used up, so the call was not tried again."""


class Departure(Value, frozen=True):
    """A value that is not what the documents describe. Typed data leave it out."""

    path: str
    """Where it stands in the data, dotted."""
    expected: str
    """What the documents describe."""
    found: str
    """What came, as JSON."""

    def __repr__(self) -> str:
        """Without the value: it may be a key."""
        return f"Departure(path={self.path!r}, expected={self.expected!r})"


class Details:
    """What is known about a call besides its data. Give an empty one as an option, and the call fills it:

        details = Details()
        room = client.room.info(room_id=1, options={"details": details})
        print(details.departures, details.trace)
    """

    __slots__ = ("departures", "msg", "trace", "ts")

    msg: str
    """The service's message, usually empty."""
    ts: Optional[int]
    """When the service answered, unix seconds."""
    departures: list[Departure]
    """Values in the answer that are not what the documents describe."""
    trace: Optional[Trace]
    """How the call went; None until it is over."""

    def __init__(self) -> None:
        self.msg = ""
        self.ts = None
        self.departures = []
        self.trace = None

    def fill(self, msg: str, ts: Optional[int], departures: list[Departure], trace: Trace) -> None:
        """Is called when the call went well."""
        self.msg, self.ts, self.departures, self.trace = msg, ts, departures, trace

    def __repr__(self) -> str:
        return f"Details(msg={self.msg!r}, ts={self.ts}, departures={self.departures}, trace={self.trace})"


class Answer(Value, frozen=True):
    """The answer to a call by name."""

    data: Any
    """The data as plain Python values, with all that the service sent. Ids are exact."""
    msg: str
    """The service's message, usually empty."""
    ts: Optional[int]
    """When the service answered, unix seconds."""
    departures: list[Departure]
    """Values in the data that are not what the documents describe."""
    trace: Trace
    """How the call went."""
