"""What is known about a call besides its data."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, Optional, cast

import msgspec

from ._decode import read
from ._others import DataclassFields, json_schema, pydantic_schema
from ._times import Times

__all__ = ["Answer", "Departure", "Details", "Trace"]


class Value(msgspec.Struct, frozen=True, omit_defaults=True, repr_omit_defaults=True, gc=False):
    """What the types of this package have in common: they are values, and compare as such.

    Members that the service left out are None. `dataclasses.asdict` and `fields`, pandas (`pd.DataFrame(rows)`), pydantic
    and FastAPI take them as they take dataclasses, and so does `json.dumps(value, default=dataclasses.asdict)`.
    """

    __dataclass_fields__ = DataclassFields()

    def to_dict(self, *, none: bool = False) -> dict[str, Any]:
        """As a dict with the names of the wire, without the members that are None, or with them."""
        found: dict[str, Any] = _with_none(self) if none else msgspec.to_builtins(self)
        return found

    @property
    def times(self) -> Times:
        """The same members as points in time: `room.times.start_time` is a datetime of Beijing (UTC+8), or None."""
        return Times(self)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Is asked for by pydantic."""
        return pydantic_schema(cls, partial(msgspec.convert, type=cls, strict=False), _with_none)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> Any:
        """Is asked for by pydantic, for OpenAPI."""
        return json_schema(cls)


def _with_none(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return {field.encode_name: _with_none(getattr(value, field.name)) for field in msgspec.structs.fields(value)}
    if isinstance(value, list):
        return [_with_none(item) for item in cast("Iterable[object]", value)]
    if isinstance(value, dict):
        return {name: _with_none(member) for name, member in cast("dict[str, Any]", value).items()}
    return value


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

    __slots__ = ("departures", "msg", "trace", "ts", "written")

    msg: str
    """The service's message, usually empty."""
    ts: Optional[int]
    """When the service answered, unix seconds."""
    departures: list[Departure]
    """Values in the answer that are not what the documents describe."""
    trace: Optional[Trace]
    """How the call went; None until it is over."""
    written: bytes
    """What `data` is read from."""

    def __init__(self) -> None:
        self.msg = ""
        self.ts = None
        self.departures = []
        self.trace = None
        self.written = b""

    @property
    def data(self) -> Any:
        """The data as plain Python values, with all that the service sent, also what no type describes; None before. Values
        that are not what the documents describe stand in `departures` alone."""
        return read_data(self.written) if self.written else None

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


class _Data(msgspec.Struct):
    data: Any = None


_decoder = msgspec.json.Decoder(_Data)


def read_data(written: bytes) -> Any:
    """The data in what the engine wrote."""
    return read(_decoder, written).data
