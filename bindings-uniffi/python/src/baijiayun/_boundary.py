"""What crosses the boundary to the engine, as types. `core/src/host.rs` describes it.

Every answer of the engine is one JSON object with `step` as its first member. It is decoded once, typed, together with
the data of the answer.
"""

from __future__ import annotations

from typing import Any, Generic, NoReturn, Optional, TypeVar, Union

import msgspec

from ._decode import read as read
from .details import Departure, Trace
from .errors import CLASSES, BaijiayunError, DeparturesError, ErrorKind, Fault

T = TypeVar("T")

NOTHING = type(None)
"""The result of an operation that answers without data."""


class Step(msgspec.Struct, tag_field="step", gc=False):
    """What is to be done next."""


class Part(msgspec.Struct, gc=False):
    """A part of a form with files: a text, or a file."""

    name: str
    value: Optional[str] = None
    file: Optional[str] = None
    type: Optional[str] = None
    source: Optional[str] = None


class Chunk(msgspec.Struct, gc=False):
    """So many bytes of a file from `offset` on."""

    source: str
    offset: int
    length: int


class Send(Step, tag="send"):
    """Send this request within `timeout` milliseconds, and read at most `max_answer` bytes, decoded."""

    call: int
    timeout: int
    max_answer: int
    method: str
    url: str
    headers: dict[str, str]
    form: Optional[str] = None
    parts: Optional[list[Part]] = None
    chunk: Optional[Chunk] = None
    video_id: Optional[int] = None
    """The video of an upload, whose posts alone have this, and the next."""
    received: Optional[int] = None
    """How many bytes of the file the service has."""


class Failure(msgspec.Struct, gc=False):
    """What failed before a wait."""

    kind: str
    code: Optional[int] = None


class Wait(Step, tag="wait"):
    """Wait so many milliseconds."""

    call: int
    time: int
    why: str
    failed: Optional[Failure] = None
    """What is tried again."""


class Store(Step, tag="store"):
    """Evaluate the quota script in the shared store, within `timeout` milliseconds."""

    call: int
    timeout: int
    keys: list[str]
    args: list[int]


class Sign(Step, tag="sign"):
    """Have this text signed elsewhere, within `timeout` milliseconds."""

    call: int
    timeout: int
    text: str


class PageInfo(msgspec.Struct, gc=False):
    """What the engine knows about a page of a list."""

    list: str
    total: Optional[int] = None
    repeated: bool = False
    next: Optional[str] = None


class Done(Step, Generic[T], tag="done", kw_only=True):
    """The call went well."""

    trace: Trace
    data: T
    msg: str = ""
    ts: Optional[int] = None
    departures: list[Departure] = []
    page: Optional[PageInfo] = None


class ErrorFields(msgspec.Struct, gc=False):
    """An error as every language shows it."""

    kind: ErrorKind
    text: str
    operation: str = ""
    message: str = ""
    hint: Optional[str] = None
    code: Optional[int] = None
    ts: Optional[int] = None
    status: Optional[int] = None
    retry_after: Optional[int] = None
    faults: list[Fault] = []
    body: Optional[str] = None
    departures: list[Departure] = []
    data: Any = None

    def error(self, trace: Optional[Trace] = None, video_id: Optional[int] = None) -> BaijiayunError:
        """The exception of its kind."""
        error = CLASSES[self.kind](
            self.text,
            kind=self.kind,
            operation=self.operation,
            message=self.message,
            hint=self.hint,
            code=self.code,
            ts=self.ts,
            status=self.status,
            retry_after=None if self.retry_after is None else self.retry_after / 1000,
            faults=self.faults,
            body=self.body,
            trace=trace,
            video_id=video_id,
        )
        if isinstance(error, DeparturesError):
            error.departures, error.data = tuple(self.departures), self.data
        return error


class Failed(Step, tag="failed"):
    """The call failed."""

    trace: Trace
    error: ErrorFields
    video_id: Optional[int] = None


AnyStep = Union[Send, Wait, Store, Sign, Done[T], Failed]

_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}


def decoder(result: type[T]) -> msgspec.json.Decoder[AnyStep[T]]:
    """The decoder of the steps of an operation with such a result. Making one is dear, so they are kept."""
    found = _decoders.get(result)
    if found is None:
        # What an operation without data answers all the same is not in its type. One that answers with a single value
        # may have none.
        data: Any = Any if result in (object, type(None)) else Optional[result]
        found = _decoders[result] = msgspec.json.Decoder(Union[Send, Wait, Store, Sign, Done[data], Failed])
    return found


_error_decoder = msgspec.json.Decoder(ErrorFields)
encode = msgspec.json.Encoder().encode


def raise_error(json: bytes) -> NoReturn:
    """Raises the error that such JSON stands for."""
    raise _error_decoder.decode(json).error()
