"""One call, without I/O: a generator that says what to do next and is told what came of it.

`Client` and `AsyncClient` run the same generator; they only differ in how they wait.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Generator, Mapping
from typing import Any, Callable, Generic, Optional, Protocol, TypeVar, Union, cast, runtime_checkable
from weakref import WeakSet

import msgspec

from . import _native
from ._boundary import Done, Failed, Send, Sign, Store, Wait, decoder, encode, raise_error, read
from ._multipart import Chunk, Multipart, Streamed
from ._params import convert, write
from ._shared import Shared
from .details import Details
from .errors import (
    AnswerError,
    BaijiayunError,
    ErrorKind,
    FileError,
    InvalidParametersError,
    MisuseError,
    SigningError,
    TransportError,
)
from .files import File
from .http import Request, Response
from .options import OPTIONS, CallOptions, millis

T = TypeVar("T")

log = logging.getLogger("baijiayun")

STALL_TIMEOUT = 60.0
"""A connection on which nothing moved for so many seconds while a body is sent is taken for broken."""

Action = Union[Request, Wait, Store, Sign]
"""What a client has to do: send (and give a `Response`), wait, ask the store (an int), have a text signed (a str)."""

Steps = Generator[Action, Any, Done[T]]
"""A call under way."""


class Asked(Generic[T]):
    """A call as it is asked for."""

    __slots__ = ("details", "files", "line", "name", "received", "result", "stall_timeout")

    def __init__(
        self,
        name: str,
        result: type[T],
        params: Optional[Mapping[str, Any]] = None,
        options: Optional[CallOptions] = None,
        **more: Any,
    ) -> None:
        if "\n" in name:
            raise InvalidParametersError(f"{name!r} is no operation", operation=name)
        self.name: str = name
        self.result: type[T] = result
        self.stall_timeout: float = STALL_TIMEOUT
        self.received: Optional[Callable[[int, Optional[int]], object]] = None
        """Is told how many bytes of an upload the service has, and the video. What it raises ends the call."""
        self.details: Optional[Details] = None
        self.files: dict[str, File]
        params_json, self.files = write(name, params)
        options_json = self._write(options or {}, more) if options or more else b""
        self.line: bytes = b"%s\n%s\n%s" % (name.encode(), options_json, params_json)

    def _write(self, options: CallOptions, more: dict[str, Any]) -> bytes:
        written = dict(more)
        if not options.keys() <= OPTIONS:
            names = ", ".join(sorted(options.keys() - OPTIONS))
            message = f"there is no option {names}; options are {', '.join(sorted(OPTIONS))}"
            raise InvalidParametersError(f"{self.name}: {message}", operation=self.name, message=message)
        for name, value in options.items():
            if name == "details":
                self.details = cast("Optional[Details]", value)
            elif name in ("attempt_timeout", "deadline"):
                written[name] = millis(cast("Optional[float]", value))
            elif value is not None:
                written[name] = convert(value)
        return encode(written)


class Calls(Shared):
    """The engine of one account, with the clock."""

    def __init__(self, config: bytes) -> None:
        self._config = config
        self.unix: Callable[[], float] = time.time
        self.monotonic: Callable[[], float] = time.monotonic
        self.engine: _native.Engine = self._new_engine()
        on_fork(self)

    def _new_engine(self) -> _native.Engine:
        try:
            return _native.Engine(self._config)
        except _native.ConfigError.Invalid as error:
            raise_error(str(error).encode())

    def after_fork(self) -> None:
        """The parent process keeps its calls; this one begins without any."""
        self.engine = self._new_engine()

    def now(self) -> tuple[int, int, int]:
        """Unix seconds, a clock in milliseconds that never goes back, and a random number."""
        return int(self.unix()), int(self.monotonic() * 1000), int.from_bytes(os.urandom(7), "big") >> 3

    def request(self, asked: Asked[Any]) -> Request:
        """The request of a call, signed but not sent."""
        step = read(decoder(asked.result), self.engine.request(asked.line, int(self.unix())))
        if isinstance(step, Failed):
            raise step.error.error()
        if not isinstance(step, Send):
            raise MisuseError(f"{asked.name}: the engine gave no request")
        return _request(step, asked)

    def steps(self, asked: Asked[T]) -> Steps[T]:
        """The steps of a call.

        Whoever runs it sends what each action came to, or throws what it raised, and closes it in the end: a call that
        is not over is given up then.
        """
        engine = self.engine
        steps = decoder(asked.result)
        cause: Optional[Exception] = None
        call: Optional[int] = None
        written = engine.begin(asked.line, *self.now())
        try:
            while True:
                try:
                    step = read(steps, written)
                except msgspec.ValidationError as error:
                    raise undecodable(asked.name, error, written) from error
                if isinstance(step, Done):
                    call = None
                    if asked.details is not None:
                        asked.details.fill(step.msg, step.ts, step.departures, step.trace)
                    return step
                if isinstance(step, Failed):
                    call = None
                    raise step.error.error(step.trace, step.video_id) from cause
                call = step.call
                if isinstance(step, Send) and step.received is not None and asked.received is not None:
                    asked.received(step.received, step.video_id)
                try:
                    outcome = yield _request(step, asked) if isinstance(step, Send) else step
                except Exception as error:
                    outcome, cause = error, error
                    for file in asked.files.values():
                        if file.failure is not None:
                            raise file.failure from None
                if engine is not self.engine:
                    call = None
                    raise MisuseError(f"{asked.name}: the process forked while the call was under way") from cause
                if isinstance(outcome, Response):
                    cause = None
                    retry_after = _retry_after(outcome.headers, self.unix())
                    written = engine.answer(call, outcome.status, retry_after, outcome.body, *self.now())
                else:
                    event = _event(asked.name, step, outcome)
                    written = engine.resume(call, encode(event), *self.now())
        finally:
            if call is not None:
                engine.cancel(call)


def _request(step: Send, asked: Asked[Any]) -> Request:
    body: Union[bytes, Streamed, None]
    if step.parts is not None:
        body = Multipart(step.parts, asked.files)
        step.headers["content-type"] = body.content_type
    elif step.chunk is not None:
        body = Chunk(step.chunk, asked.files)
    else:
        body = None if step.form is None else step.form.encode()
    if isinstance(body, Streamed):
        step.headers["content-length"] = str(len(body))
    # After a post that nobody answered, the service is asked how much it has: there is no need to wait for long.
    answer_timeout = asked.stall_timeout if step.received is not None else None
    return Request(step.method, step.url, step.headers, body, step.timeout / 1000, asked.stall_timeout, answer_timeout)


def _event(name: str, step: Union[Send, Wait, Store, Sign], outcome: Any) -> dict[str, Any]:
    """What an action came to, as the engine is told, if it was no answer."""
    if isinstance(step, Send):
        if not isinstance(outcome, Exception):
            raise MisuseError(f"{name}: the HTTP executor gave a {type(outcome).__name__} and no baijiayun.http.Response")
        kind, message = broken(outcome, step.url)
        log.info("%s: no answer (%s): %s", name, kind, message)
        return {"event": "broken", "kind": kind, "message": message}
    if isinstance(step, Store):
        if isinstance(outcome, int):
            return {"event": "store", "wait": outcome}
        log.warning("the shared store is down, the limits are kept in this process alone: %s", outcome)
        return {"event": "store_down"}
    if isinstance(step, Sign):
        if isinstance(outcome, str):
            return {"event": "signed", "signature": outcome}
        reason = words(outcome) if isinstance(outcome, Exception) else f"the signer gave a {type(outcome).__name__}"
        return {"event": "not_signed", "message": reason}
    if isinstance(outcome, Exception):
        raise outcome
    return {"event": "elapsed"}


_KINDS: dict[str, ErrorKind] = {
    # Python's own, httpx, aiohttp, urllib3: the request never left.
    "ConnectionRefusedError": "connect",
    "gaierror": "connect",
    "ConnectError": "connect",
    "ConnectTimeout": "connect",
    "PoolTimeout": "connect",
    "ProxyError": "connect",
    "UnsupportedProtocol": "connect",
    "ClientConnectorError": "connect",
    "NewConnectionError": "connect",
    "ConnectTimeoutError": "connect",
    "NameResolutionError": "connect",
    "TimeoutError": "timeout",
    "timeout": "timeout",
    "TimeoutException": "timeout",
}
"""What became of a request, by the name of the exception, so that no library needs to be imported."""


def broken(error: Exception, url: str) -> tuple[ErrorKind, str]:
    """What became of a request for which an executor raised an error, and the error in words."""
    message = words(error).replace(url, "the address")
    if isinstance(error, BaijiayunError):
        if isinstance(error, (TransportError, FileError)):
            return error.kind, message
        raise error
    cause: Optional[BaseException] = error
    while cause is not None:
        for base in type(cause).__mro__:
            if base.__name__ in _KINDS:
                return _KINDS[base.__name__], message
        cause = cause.__cause__
    return "transport", message


def words(error: Exception) -> str:
    """An exception in words."""
    return str(error) or type(error).__name__


def signing_failed(name: str, error: Exception) -> SigningError:
    """The error for a signer that raised."""
    return SigningError(f"{name}: signing: {words(error)}", operation=name, message=words(error))


def undecodable(name: str, error: Exception, written: bytes) -> AnswerError:
    """The error for data that do not fit their type."""
    body = read(_data_decoder, written).data
    message = f"the data do not fit the type: {error}"
    hint = "the answer is kept: read it as JSON, and please report the difference"
    text = f"{name}: decode: {message} [{hint}]"
    return AnswerError(text, kind="decode", operation=name, message=message, hint=hint, body=bytes(body).decode())


class _Data(msgspec.Struct):
    data: msgspec.Raw = msgspec.Raw(b"null")


_data_decoder = msgspec.json.Decoder(_Data)


def _retry_after(headers: Mapping[str, str], now: float) -> int:
    """The header in milliseconds; it names seconds or a date. Less than 0 if it is not there."""
    value = headers.get("retry-after") or headers.get("Retry-After")
    if value is None:
        return -1
    try:
        return max(-1, round(float(value) * 1000))
    except (ValueError, OverflowError):
        pass
    from email.utils import parsedate_to_datetime

    try:
        return max(0, round((parsedate_to_datetime(value).timestamp() - now) * 1000))
    except (ValueError, TypeError):
        return -1


_forkable: WeakSet[Forkable] = WeakSet()


@runtime_checkable
class Forkable(Protocol):
    """Keeps something that a forked process must not share with its parent."""

    def after_fork(self) -> None:
        """Is called in the child."""


def on_fork(forkable: object) -> None:
    """Has `after_fork` called in forked processes, if there is such a method."""
    if isinstance(forkable, Forkable):
        _forkable.add(forkable)


def _after_fork() -> None:
    for forkable in list(_forkable):
        forkable.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
