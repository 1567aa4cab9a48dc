"""One call, without I/O: a generator that says what to do next and is told what came of it.

`Client` and `AsyncClient` run the same generator; they only differ in how they wait.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Generator, Mapping
from functools import partial
from traceback import clear_frames
from typing import Any, Callable, Generic, Optional, TypeVar, Union, cast

import msgspec

from . import _native
from ._boundary import AnyStep, Done, Failed, Send, Sign, Store, Wait, decoder, encode, raise_error, read
from ._broken import broken, quotes
from ._clock import monotonic, unix
from ._ended import Closed, Late
from ._engine import Engine
from ._events import Observer, OnEvent, log
from ._exact import exact_int, exact_text, in_words
from ._forks import on_fork
from ._message import Request, Response, header
from ._multipart import Chunk, Multipart, Streamed
from ._params import convert, write
from ._pieces import LARGE, read_large
from ._secret import Secret
from ._shared import Shared
from ._telling import Telling
from .details import Details
from .errors import (
    AnswerError,
    BaijiayunError,
    ClosedError,
    ErrorKind,
    InvalidParametersError,
    MisuseError,
    SigningError,
    TimeoutError,
    TransportError,
)
from .files import File
from .options import CallOptions, merged, millis, number, read_options

T = TypeVar("T")

STALL_TIMEOUT = 60.0
"""A connection on which nothing moved for so many seconds while a body is sent is taken for broken."""


class Reading:
    """Reads a large answer, and gives the next step. It takes its time: others are to go on meanwhile."""

    __slots__ = ("_work",)

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work: Optional[Callable[[], Any]] = work

    def __call__(self) -> Any:
        # Errors keep the frames that hold this, but not the answer.
        work, self._work = self._work, None
        return work() if work is not None else None


Action = Union[Request, Wait, Store, Sign, Reading, Telling]
"""What a client has to do: send (and give a `Response`), wait, ask the store (an int), have a text signed (a str), read an
answer (and give what it gives), tell the user something."""

Steps = Generator[Action, Any, Done[T]]
"""A call under way."""


class Asked(Generic[T]):
    """A call as it is asked for."""

    __slots__ = ("_defaults", "_more", "_options", "_params", "details", "files", "name", "news", "result", "stall_timeout", "video_id")

    def __init__(
        self,
        name: str,
        result: type[T],
        params: Optional[Mapping[str, Any]] = None,
        options: Optional[CallOptions] = None,
        defaults: Optional[CallOptions] = None,
        **more: Any,
    ) -> None:
        self.name: str = name
        self.result: type[T] = result
        self._params = params
        self._options = options
        self._defaults = defaults
        self._more = more
        self.stall_timeout: float = STALL_TIMEOUT
        self.news: Optional[Callable[[int, Optional[int]], list[Callable[[], object]]]] = None
        """Whom to tell how many bytes of an upload the service has, and the video. What they raise ends the call."""
        self.details: Optional[Details] = None
        self.files: dict[str, File] = {}
        self.video_id: Optional[int] = None
        """The video of an upload, once it has one."""

    def line(self) -> bytes:
        """The call as the engine takes it."""
        name = cast("object", self.name)
        if not isinstance(name, str):
            raise InvalidParametersError(f"an operation is named by a str, not a {type(name).__name__}")
        if "\n" in name:
            raise InvalidParametersError(f"{name!r} is no operation", operation=name)
        params, files = write(self.name, self._params)
        self.files.update(files)
        options = b"" if self._options is self._defaults is None and not self._more else self._write()
        return b"%s\n%s\n%s" % (name.encode(errors="replace"), options, params)

    def _write(self) -> bytes:
        options = None if self._options is None else read_options(self._options, self.name)
        written = dict(self._more)
        for name, value in (merged(self._defaults, options) or {}).items():
            if name == "details":
                self.details = cast("Optional[Details]", value)
            elif value is None:
                continue
            else:
                written["deadline" if name == "timeout" else name] = convert_option(self.name, name, value)
        return encode(written)


def convert_option(operation: str, name: str, value: object) -> Any:
    """An option as JSON has it."""
    try:
        found = setting(name, value)
        encode(found)
    except Exception as error:
        message = f"the option {name} {in_words(error)}"
        raise InvalidParametersError(f"{operation}: {message}", operation=operation, message=message) from None
    return found


def setting(name: str, value: Any) -> Any:
    """A setting of a client or a call as JSON has it."""
    if name in ("attempt_timeout", "deadline", "timeout", "upload_deadline"):
        return millis(value)
    return number(value) if name in ("attempts", "max_answer") else convert(value)


class Calls(Shared):
    """The engine of one account, with the clock."""

    def __init__(self, config: Secret[bytes], on_event: Optional[OnEvent] = None) -> None:
        self._config = config
        self._on_event = on_event
        self._is_closed = False
        self.unix: Callable[[], float] = unix
        self.monotonic: Callable[[], float] = monotonic
        self.engine: _native.Engine = self._new_engine()
        on_fork(self)

    def _new_engine(self) -> _native.Engine:
        try:
            return Engine(self._config.value)
        except _native.ConfigError.Invalid as error:
            failure = str(error).encode()
        # Out of the exception, whose frames hold the key.
        raise_error(failure)

    def after_fork(self) -> None:
        """The parent process keeps its calls; this one begins without any."""
        self.engine = self._new_engine()
        if self._is_closed:
            self.engine.stop_sending()

    def close(self) -> None:
        """Has no call begun any more, and none tried again."""
        self._is_closed = True
        self.engine.stop_sending()

    def now(self) -> tuple[int, int, int]:
        """Unix seconds, a clock in milliseconds that never goes back, and a random number."""
        return int(self.unix()), int(self.monotonic() * 1000), int.from_bytes(os.urandom(7), "big") >> 3

    def request(self, asked: Asked[Any]) -> Request:
        """The request of a call, signed but not sent."""
        step = read(decoder(asked.result), self.engine.request(asked.line(), int(self.unix())))
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
        if self._on_event is None and not log.isEnabledFor(logging.DEBUG):
            return self._steps(asked, None)
        return self._observed(asked, Observer(self._on_event, asked.name))

    def _observed(self, asked: Asked[T], observer: Observer) -> Steps[T]:
        try:
            done = yield from self._steps(asked, observer)
        except BaseException as error:
            observer.done(error)
            raise
        observer.done()
        return done

    def _steps(self, asked: Asked[T], observer: Optional[Observer]) -> Steps[T]:
        engine = self.engine
        cause: Optional[Exception] = None
        call: Optional[int] = None
        step: AnyStep[T] = self._read(asked, engine.begin(asked.line(), *self.now()))
        try:
            while True:
                if isinstance(step, Done):
                    call = None
                    if asked.details is not None:
                        asked.details.fill(step.msg, step.ts, step.departures, step.trace)
                    return step
                if isinstance(step, Failed):
                    call = None
                    if cause is not None:
                        # What came of it holds no more than the error does.
                        clear_frames(cause.__traceback__)
                    raise step.error.error(step.trace, step.video_id) from cause
                call = under_way = step.call
                request: Optional[Request] = None
                if isinstance(step, Send):
                    if step.video_id is not None:
                        asked.video_id = step.video_id
                    if step.received is not None and asked.news is not None:
                        for news in asked.news(step.received, step.video_id):
                            yield Telling(news)
                    request = _request(step, asked)
                    if observer is not None:
                        observer.request(_size(request))
                elif observer is not None and isinstance(step, Wait):
                    observer.wait(step)
                try:
                    outcome = yield request or cast("Union[Wait, Store, Sign]", step)
                except (Late, Closed) as error:
                    outcome, cause = error, None
                except AssertionError:
                    # That of a test, whose executor this is.
                    raise
                except Exception as error:
                    outcome, cause = error, None if request is not None and quotes(error, request) else error
                    for file in asked.files.values():
                        if file.failure is not None:
                            raise file.failure from None
                if engine is not self.engine:
                    call = None
                    raise MisuseError(f"{asked.name}: the process forked while the call was under way") from cause
                if request is not None:
                    outcome = _answer_of(outcome, request)
                if isinstance(outcome, Response):
                    cause = None
                    if observer is not None:
                        observer.answer(outcome.status, len(outcome.body), None)
                    if len(outcome.body) > LARGE:
                        # This frame keeps no answer, for errors keep it.
                        reading = Reading(partial(self._answered, asked, engine, under_way, outcome))
                        outcome = None
                        step = yield reading
                    else:
                        step = self._answered(asked, engine, under_way, outcome)
                else:
                    event = _event(asked.name, step, request, outcome)
                    if observer is not None:
                        _observe(observer, step, event)
                    step = self._read(asked, engine.resume(under_way, encode(event), *self.now()))
                outcome = None
        finally:
            if call is not None:
                engine.cancel(call)

    def _answered(self, asked: Asked[T], engine: _native.Engine, call: int, response: Response) -> AnyStep[T]:
        """The step that follows an answer."""
        location = header(response.headers, "location")
        if location is not None and 300 <= response.status < 400:
            event = {"event": "redirect", "status": response.status, "location": location}
            return self._read(asked, engine.resume(call, encode(event), *self.now()))
        waits = header(response.headers, "retry-after")
        unix, ticks, random = self.now()
        retry_after = -1 if waits is None else _native.retry_after(waits.encode(), unix)
        written = engine.answer(call, response.status, retry_after, response.body, unix, ticks, random)
        return self._read(asked, written)

    def _read(self, asked: Asked[T], written: bytes) -> AnyStep[T]:
        try:
            if asked.details is not None:
                asked.details.written = written
            if len(written) > LARGE:
                return read_large(asked.result, written)
            return read(decoder(asked.result), written)
        except msgspec.ValidationError as error:
            failure = undecodable(asked.name, error, written)
        raise failure


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
    return Request(
        step.method,
        step.url,
        step.headers,
        body,
        step.timeout / 1000,
        asked.stall_timeout,
        answer_timeout,
        step.max_answer,
    )


def _answer_of(outcome: Any, request: Request) -> Any:
    """What an executor gave or raised; a response as Python's own types have it, or the error why it is none."""
    if not isinstance(outcome, Response):
        if isinstance(outcome, Exception):
            return outcome
        return TransportError(f"the executor gave a {type(outcome).__name__} and no baijiayun.http.Response")
    status, given, headers = cast("tuple[object, object, object]", (outcome.status, outcome.body, outcome.headers))
    if isinstance(status, bool) or not isinstance(status, int) or not 100 <= exact_int(status) <= 999:
        return TransportError("the executor gave a Response with a status that is no int from 100 to 999")
    if not isinstance(given, (bytes, bytearray, memoryview)):
        return TransportError(f"the executor gave a Response with a body that is a {type(outcome.body).__name__}, not bytes")
    body = outcome.body
    if not hasattr(type(headers), "get"):
        return TransportError(f"the executor gave a Response with headers that are a {type(headers).__name__}, no mapping")
    if len(body) > request.max_answer:
        return AnswerError(kind="too_large")
    if type(status) is int and type(body) is bytes:
        return outcome
    try:
        return Response(exact_int(status), bytes(body), outcome.headers)
    except Exception as error:
        return TransportError(f"the executor gave a Response with a body that cannot be read: {in_words(error)}")


def _event(
    name: str, step: Union[Send, Wait, Store, Sign], request: Optional[Request], outcome: Any
) -> dict[str, Any]:
    """What an action came to, as the engine is told, if it was no answer."""
    if isinstance(outcome, Late):
        if request is not None and request.is_waiting:
            message = "no connection was there in time; nothing was sent"
            return {"event": "broken", "kind": "connect", "message": message}
        return {"event": "late"}
    if isinstance(outcome, Closed):
        return {"event": "closed"}
    if request is not None:
        if isinstance(outcome, AnswerError) and outcome.kind == "too_large":
            return {"event": "too_large"}
        if isinstance(outcome, MemoryError):
            return {"event": "no_memory"}
        kind, message = broken(outcome, request)
        log.info("%s: no answer (%s): %s", name, kind, message)
        return {"event": "broken", "kind": kind, "message": message}
    if isinstance(step, Store):
        wait = number_of(outcome)
        return {"event": "store_down"} if wait is None else {"event": "store", "wait": wait}
    if isinstance(step, Sign):
        if isinstance(outcome, str):
            return {"event": "signed", "signature": exact_text(outcome).encode(errors="replace").decode()}
        reason = in_words(outcome) if isinstance(outcome, Exception) else f"the signer gave a {type(outcome).__name__}"
        return {"event": "not_signed", "message": reason}
    if isinstance(outcome, Exception):
        raise outcome
    return {"event": "elapsed"}


_WHYS: dict[str, ErrorKind] = {
    "late": "timeout",
    "closed": "closed",
    "too_large": "too_large",
    "no_memory": "too_large",
    "tls": "connect",
    "unsendable": "connect",
}


def _observe(observer: Observer, step: Union[Send, Wait, Store, Sign], event: dict[str, Any]) -> None:
    """What an action came to, if it was no answer, as an observer is told."""
    kind = event.get("kind", event["event"])
    if isinstance(step, Store) and kind in ("late", "store_down"):
        observer.store_down()
    elif isinstance(step, Send):
        observer.answer(None, None, _WHYS.get(kind, kind))


def _size(request: Request) -> Optional[int]:
    """How many bytes of a body go out; None for a form with files, whose head counts as little as its end."""
    if isinstance(request.body, Multipart):
        return None
    return 0 if request.body is None else len(request.body)


def number_of(outcome: Any) -> Optional[int]:
    """The number that a store gave, from 0 up; None if it gave none, and so counts as down."""
    if type(outcome) is int and 0 <= outcome < 1 << 63:
        return outcome
    why = in_words(outcome) if isinstance(outcome, Exception) else f"it gave a {type(outcome).__name__} and no number from 0 up"
    if isinstance(outcome, Late):
        why = "it gave no answer in time"
    log.warning("the shared store is down, this process goes by what it knows itself: %s", why)
    return None


def signing_failed(name: str, error: Exception) -> BaijiayunError:
    """The error for a signer that raised, or gave no answer in time."""
    if isinstance(error, Closed):
        return ClosedError(f"{name}: closed: the client was closed", operation=name, message="the client was closed")
    if isinstance(error, Late):
        message = "the signer gave no answer before the deadline; nothing was sent"
        return TimeoutError(f"{name}: timeout: {message}", operation=name, message=message)
    return SigningError(f"{name}: signing: {in_words(error)}", operation=name, message=in_words(error))


MOST_KEPT = 64 << 10
"""Bytes of an answer that an error keeps."""


def undecodable(name: str, error: Exception, written: bytes) -> AnswerError:
    """The error for data that do not fit their type."""
    body = bytes(read(_data_decoder, written).data)[:MOST_KEPT].decode(errors="ignore")
    message = f"the data do not fit the type: {error}"
    hint = "the answer is kept: read it as JSON, and please report the difference"
    text = f"{name}: decode: {message} [{hint}]"
    return AnswerError(text, kind="decode", operation=name, message=message, hint=hint, body=body)


class _Data(msgspec.Struct):
    data: msgspec.Raw = msgspec.Raw(b"null")


_data_decoder = msgspec.json.Decoder(_Data)
