"""The BaijiaYun (百家云) server API: live classrooms and video on demand, typed, sync and async.

    from baijiayun import Client

    client = Client("demo", "12345678", partner_key)
    room = client.room.create(title="第一课", start_time=start, end_time=end)
    for room in client.room.list():
        print(room.room_id, room.title)

Not part of this package's promise: modules whose names begin with `_`, and `baijiayun.generated` (its types are in
`baijiayun.types`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._async.client import AsyncClient
from ._events import CallEvent
from ._sync.client import Client
from ._times import BEIJING, days
from .details import Answer, Departure, Details, Trace
from .errors import (
    AccountNotFoundError,
    AnswerError,
    ApiError,
    BaijiayunError,
    CallbackError,
    ClosedError,
    ConfigError,
    ConnectError,
    DeparturesError,
    ErrorKind,
    Fault,
    FileError,
    InvalidParametersError,
    LiveNotOpenError,
    MisuseError,
    ParameterRejectedError,
    PathNotFoundError,
    PermissionDeniedError,
    RoomDeletedError,
    RoomNotFoundError,
    SignatureError,
    SigningError,
    ThrottledError,
    TimeoutError,
    TransportError,
    UnknownOperationError,
    UploadFailedError,
    VideoNotFoundError,
)
from .files import File, FileInput
from .options import CallOptions
from .pages import AsyncPages, Page, Pages

if TYPE_CHECKING:
    __version__: str

__all__ = [
    "BEIJING",
    "AccountNotFoundError",
    "Answer",
    "AnswerError",
    "ApiError",
    "AsyncClient",
    "AsyncPages",
    "BaijiayunError",
    "CallEvent",
    "CallOptions",
    "CallbackError",
    "Client",
    "ClosedError",
    "ConfigError",
    "ConnectError",
    "DeparturesError",
    "Departure",
    "Details",
    "ErrorKind",
    "Fault",
    "File",
    "FileError",
    "FileInput",
    "InvalidParametersError",
    "LiveNotOpenError",
    "MisuseError",
    "Page",
    "Pages",
    "ParameterRejectedError",
    "PathNotFoundError",
    "PermissionDeniedError",
    "RoomDeletedError",
    "RoomNotFoundError",
    "SignatureError",
    "SigningError",
    "ThrottledError",
    "TimeoutError",
    "Trace",
    "TransportError",
    "UnknownOperationError",
    "UploadFailedError",
    "VideoNotFoundError",
    "days",
]


def __getattr__(name: str) -> str:
    if name == "__version__":
        from ._version import version

        return version()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
