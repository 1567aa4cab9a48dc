"""What goes wrong: one tree of exceptions under `BaijiayunError`."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any, ClassVar, Literal, Optional

from .details import Departure, Trace, Value

__all__ = [
    "AccountNotFoundError",
    "AnswerError",
    "ApiError",
    "BaijiayunError",
    "CallbackError",
    "ClosedError",
    "ConfigError",
    "ConnectError",
    "DeparturesError",
    "ErrorKind",
    "Fault",
    "FileError",
    "InvalidParametersError",
    "LiveNotOpenError",
    "MisuseError",
    "ParameterRejectedError",
    "PathNotFoundError",
    "PermissionDeniedError",
    "RoomDeletedError",
    "RoomNotFoundError",
    "SignatureError",
    "SigningError",
    "ThrottledError",
    "TimeoutError",
    "TransportError",
    "UnknownOperationError",
    "UploadFailedError",
    "VideoNotFoundError",
]

ErrorKind = Literal[
    "invalid_account",
    "unknown_operation",
    "invalid_parameters",
    "signing",
    "file",
    "connect",
    "timeout",
    "transport",
    "path_not_found",
    "parameter_rejected",
    "signature_rejected",
    "account_not_found",
    "permission_denied",
    "live_not_open",
    "room_not_found",
    "room_deleted",
    "upload_failed",
    "video_not_found",
    "general",
    "service",
    "throttled",
    "http_status",
    "not_envelope",
    "not_json",
    "too_large",
    "decode",
    "departures",
    "callback_malformed",
    "callback_signature",
    "callback_clock",
    "closed",
    "misuse",
]
"""The kinds of errors, the same in every language of this SDK."""


class Fault(Value, frozen=True):
    """One thing that is wrong with the parameters of a call."""

    parameter: str
    """The parameter."""
    kind: str
    """`missing`, `unknown`, `wrong_type` or `out_of_range`."""
    message: str
    """The same in words."""


class BaijiayunError(Exception):
    """What went wrong, in which call, and what to do about it.

    `str(error)` says all of it. No error holds partner_key.
    """

    default_kind: ClassVar[ErrorKind] = "misuse"

    kind: ErrorKind
    """What kind of error it is."""
    operation: str
    """The operation that was called, for example `room.create`; empty if there was none."""
    message: str
    """What happened; for an error of the service its own `msg`."""
    hint: Optional[str]
    """What to do about it."""
    code: Optional[int]
    """The service's own code, for example 1002."""
    ts: Optional[int]
    """When the service answered, unix seconds."""
    status: Optional[int]
    """The HTTP status of the answer."""
    retry_after: Optional[float]
    """What the answer's header Retry-After says, in seconds."""
    faults: tuple[Fault, ...]
    """Everything that is wrong with the parameters."""
    body: Optional[str]
    """The answer, if there was one, at most 65,536 bytes of it. It may hold anything, so it is not part of
    `str(error)`."""
    trace: Optional[Trace]
    """How the call went before it failed."""
    video_id: Optional[int]
    """The video whose upload broke off: `client.video.resume_upload` goes on with it."""

    def __init__(
        self,
        text: str = "",
        *,
        kind: Optional[ErrorKind] = None,
        operation: str = "",
        message: Optional[str] = None,
        hint: Optional[str] = None,
        code: Optional[int] = None,
        ts: Optional[int] = None,
        status: Optional[int] = None,
        retry_after: Optional[float] = None,
        faults: Sequence[Fault] = (),
        body: Optional[str] = None,
        trace: Optional[Trace] = None,
        video_id: Optional[int] = None,
    ) -> None:
        super().__init__(text)
        self.kind = kind or self.default_kind
        self.operation = operation
        self.message = text if message is None else message
        self.hint = hint
        self.code = code
        self.ts = ts
        self.status = status
        self.retry_after = retry_after
        self.faults = tuple(faults)
        self.body = body
        self.trace = trace
        self.video_id = video_id


class ConfigError(BaijiayunError):
    """The domain, partner_id, the key, or a setting of a client or of a call cannot be right."""

    default_kind: ClassVar[ErrorKind] = "invalid_account"


class UnknownOperationError(BaijiayunError):
    """There is no operation of that name."""

    default_kind: ClassVar[ErrorKind] = "unknown_operation"


class InvalidParametersError(BaijiayunError):
    """Parameters are missing, unknown or wrong; `faults` names all of them. Nothing was sent."""

    default_kind: ClassVar[ErrorKind] = "invalid_parameters"


class SigningError(BaijiayunError):
    """The signer gave no signature; `__cause__` is what it raised."""

    default_kind: ClassVar[ErrorKind] = "signing"


class FileError(BaijiayunError):
    """A file to send cannot be read, or is not what it was."""

    default_kind: ClassVar[ErrorKind] = "file"


class TransportError(BaijiayunError):
    """There was no answer; `__cause__` is what the HTTP client raised."""

    default_kind: ClassVar[ErrorKind] = "transport"


class ConnectError(TransportError):
    """No connection could be made: the request was not sent."""

    default_kind: ClassVar[ErrorKind] = "connect"


class TimeoutError(TransportError, builtins.TimeoutError):
    """No answer came in time. It is also Python's own `TimeoutError`."""

    default_kind: ClassVar[ErrorKind] = "timeout"


class ApiError(BaijiayunError):
    """The service refused: `code` is its code, `message` its msg."""

    default_kind: ClassVar[ErrorKind] = "service"


class PathNotFoundError(ApiError):
    """404: the service has no such path. If the path was a guess, `hint` says so."""

    default_kind: ClassVar[ErrorKind] = "path_not_found"


class ParameterRejectedError(ApiError):
    """1001 参数错误: the service refuses a parameter."""

    default_kind: ClassVar[ErrorKind] = "parameter_rejected"


class SignatureError(ApiError):
    """1002 签名计算错误: the service computes another signature."""

    default_kind: ClassVar[ErrorKind] = "signature_rejected"


class AccountNotFoundError(ApiError):
    """2001 账号不存在: there is no such account."""

    default_kind: ClassVar[ErrorKind] = "account_not_found"


class PermissionDeniedError(ApiError):
    """2002 账号权限错误: the account lacks the permission."""

    default_kind: ClassVar[ErrorKind] = "permission_denied"


class LiveNotOpenError(ApiError):
    """2003 直播账号未开或服务停止: the live account is not open, or stopped."""

    default_kind: ClassVar[ErrorKind] = "live_not_open"


class RoomNotFoundError(ApiError):
    """3001 房间号不存在: there is no such room."""

    default_kind: ClassVar[ErrorKind] = "room_not_found"


class RoomDeletedError(ApiError):
    """3002 该房间已删除: the room was deleted."""

    default_kind: ClassVar[ErrorKind] = "room_deleted"


class UploadFailedError(ApiError):
    """4001 文件上传失败: the upload failed."""

    default_kind: ClassVar[ErrorKind] = "upload_failed"


class VideoNotFoundError(ApiError):
    """5002 视频不存在或已删除: the video does not exist or was deleted.

    The code is seen in public code, in no document.
    """

    default_kind: ClassVar[ErrorKind] = "video_not_found"


class ThrottledError(BaijiayunError):
    """Too many requests: the service said so, or its limits leave no room before the deadline."""

    default_kind: ClassVar[ErrorKind] = "throttled"


class AnswerError(BaijiayunError):
    """The answer is not one of the API: `status` and `body` are what came."""

    default_kind: ClassVar[ErrorKind] = "not_envelope"


class DeparturesError(BaijiayunError):
    """The answer to a call that was carried out, or a callback, departs from the documents, and you are `strict`."""

    default_kind: ClassVar[ErrorKind] = "departures"

    departures: tuple[Departure, ...] = ()
    """The places that are not what the documents describe."""
    data: Any = None
    """The data without them, as plain Python values."""


class CallbackError(BaijiayunError):
    """A callback that the service did not post like this: refuse it."""

    default_kind: ClassVar[ErrorKind] = "callback_malformed"


class MisuseError(BaijiayunError):
    """The package was used in a way that cannot work."""


class ClosedError(MisuseError):
    """The client was closed: before the call was sent, or while it was under way. The message says which."""

    default_kind: ClassVar[ErrorKind] = "closed"


CLASSES: dict[ErrorKind, type[BaijiayunError]] = {
    "invalid_account": ConfigError,
    "unknown_operation": UnknownOperationError,
    "invalid_parameters": InvalidParametersError,
    "signing": SigningError,
    "file": FileError,
    "connect": ConnectError,
    "timeout": TimeoutError,
    "transport": TransportError,
    "path_not_found": PathNotFoundError,
    "parameter_rejected": ParameterRejectedError,
    "signature_rejected": SignatureError,
    "account_not_found": AccountNotFoundError,
    "permission_denied": PermissionDeniedError,
    "live_not_open": LiveNotOpenError,
    "room_not_found": RoomNotFoundError,
    "room_deleted": RoomDeletedError,
    "upload_failed": UploadFailedError,
    "video_not_found": VideoNotFoundError,
    "general": ApiError,
    "service": ApiError,
    "throttled": ThrottledError,
    "http_status": AnswerError,
    "not_envelope": AnswerError,
    "not_json": AnswerError,
    "too_large": AnswerError,
    "decode": AnswerError,
    "departures": DeparturesError,
    "callback_malformed": CallbackError,
    "callback_signature": CallbackError,
    "callback_clock": CallbackError,
    "closed": ClosedError,
    "misuse": MisuseError,
}
"""Which exception each kind is."""
