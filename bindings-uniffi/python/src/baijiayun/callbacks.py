"""What the service posts to you, as typed events.

    @app.post("/baijiayun")                      # FastAPI
    async def receive(request: Request) -> Response:
        event = client.callbacks.parse(await request.body(), request.headers)
        if client.callbacks.claim(event.qid):    # the first to take it
            if isinstance(event, TranscodeCallback):
                queue.put(event.data.video_id)
        return Response(SUCCESS, media_type="application/json")
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any, Optional, Protocol, Union

import msgspec

from ._boundary import ErrorFields, encode, read
from ._callback import Callback, UnknownCallback
from ._calls import Calls, log, on_fork, undecodable
from ._native import claim_script
from ._run import AsyncRunner, Runner
from .details import Departure
from .errors import CallbackError, MisuseError
from .generated import callbacks as generated
from .generated.callbacks import *  # noqa: F403

__all__ = ["SUCCESS", "AsyncCallbacks", "Callback", "Callbacks", "Event", "Headers", "UnknownCallback", "failure"]
__all__ += generated.__all__

SUCCESS = '{"code":0,"msg":""}'
"""The reply that the service takes for success."""

HOLD = 600
"""Seconds for which a claim holds. The documents' last repetition comes after 35."""

TOLERANCE = 300
"""Seconds that the timestamp of a callback may differ from this machine's clock."""

CAPACITY = 100_000
"""Most claims that a process remembers, a few megabytes."""

CLAIM_SCRIPT = claim_script()

Event = Union[generated.KnownCallback, UnknownCallback]
"""A callback; `isinstance` or `match` tells which."""


def failure(msg: str) -> str:
    """The reply that has most callbacks posted again."""
    return encode({"code": 1, "msg": msg}).decode()


class Headers(Protocol):
    """The headers of a request, whatever framework it came in by."""

    def get(self, key: str, /) -> Any: ...


class _Meta(msgspec.Struct):
    name: Optional[str] = None
    qid: Optional[str] = None
    timestamp: Optional[int] = None
    key: int = 0
    departures: list[Departure] = []


class _Parsed(msgspec.Struct):
    event: Optional[_Meta] = None
    data: msgspec.Raw = msgspec.Raw()
    error: Optional[ErrorFields] = None


_decoder = msgspec.json.Decoder(_Parsed)


class _Receiver:
    """Checks and reads callbacks."""

    def __init__(self, calls: Calls, prefix: Optional[str]) -> None:
        self._calls = calls
        self._prefix = prefix or "baijiayun"
        self._recent = _Recent(calls)

    def parse(
        self,
        body: Union[bytes, str],
        headers: Union[Headers, str] = "",
        *,
        name: Optional[generated.CallbackName] = None,
        tolerance: Optional[float] = TOLERANCE,
    ) -> Event:
        """Checks the signature of a post and reads it.

        Args:
            body: The body as it came, byte for byte, before any framework parsed it.
            headers: The headers, or the content type alone. It only helps to explain errors.
            name: Which callback it is, if it came to an address of its own. Otherwise it is told by its fields.
            tolerance: How many seconds its timestamp may differ from this machine's clock, either way; None if the
                clock does not matter. 300 if nothing is said.

        Raises:
            CallbackError: It was not posted by the service, or was changed on the way. Refuse it.
        """
        content_type = headers if isinstance(headers, str) else str(headers.get("content-type") or "")
        options: dict[str, Any] = {} if name is None else {"name": name}
        if tolerance is None:
            options["clock"] = False
        else:
            options["tolerance"] = max(0, round(tolerance))
        posted = b"%s\n%s\n%s" % (content_type.replace("\n", " ").encode(), encode(options), _raw(body))
        written = self._calls.engine.callback(posted, int(self._calls.unix()))
        parsed = read(_decoder, written)
        if parsed.error is not None:
            raise parsed.error.error()
        return _event(parsed, written)

    def _keys(self, qid: str) -> list[str]:
        return [f"{self._prefix}:qid:{qid}"]


def _raw(body: object) -> bytes:
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, (bytes, bytearray)):
        return bytes(body)
    message = f"the body is a {type(body).__name__}, but must be the bytes that came"
    raise CallbackError(message, hint="pass them before any framework parses them")


def _event(parsed: _Parsed, written: bytes) -> Event:
    meta = parsed.event
    if meta is None:
        raise MisuseError("the engine gave no event")
    event, data = generated.CALLBACKS.get(meta.name or "", (UnknownCallback, dict[str, Any]))
    try:
        found: Any = read(msgspec.json.Decoder(data), bytes(parsed.data))
    except msgspec.ValidationError as error:
        raise undecodable(meta.name or "callback", error, written) from error
    made: Event = event(
        name=meta.name,
        qid=meta.qid,
        timestamp=meta.timestamp,
        key=meta.key,
        departures=meta.departures,
        data=found,
    )
    return made


class Callbacks(_Receiver):
    """Checks and reads what the service posts, and takes each callback once."""

    def __init__(self, runner: Runner, prefix: Optional[str] = None) -> None:
        super().__init__(runner.calls, prefix)
        self._runner = runner

    def claim(self, qid: Optional[str]) -> bool:
        """Claims a callback: true for the first to do so, in this process, or among all that share the store.

        The service posts a callback again when it heard no success. Claim before the work, and `release` when the work
        fails, or the repetition is lost. A callback without an id is always the first.
        """
        if qid is None:
            return True
        if not self._recent.claim(qid):
            return False
        if self._ask(qid, HOLD) == 0:
            # It is another process's, which may give it back.
            self._recent.release(qid)
            return False
        return True

    def release(self, qid: Optional[str]) -> None:
        """Gives a callback back whose work failed, so that its repetition is taken."""
        if qid is not None:
            self._recent.release(qid)
            self._ask(qid, 0)

    def _ask(self, qid: str, seconds: int) -> Optional[int]:
        if self._runner.store is None:
            return None
        try:
            return self._runner.store.evaluate(CLAIM_SCRIPT, self._keys(qid), [seconds])
        except Exception as error:
            _log_down(error)
            return None


class AsyncCallbacks(_Receiver):
    """Checks and reads what the service posts, and takes each callback once."""

    def __init__(self, runner: AsyncRunner, prefix: Optional[str] = None) -> None:
        super().__init__(runner.calls, prefix)
        self._runner = runner

    async def claim(self, qid: Optional[str]) -> bool:
        """Claims a callback: true for the first to do so, in this process, or among all that share the store.

        The service posts a callback again when it heard no success. Claim before the work, and `release` when the work
        fails, or the repetition is lost. A callback without an id is always the first.
        """
        if qid is None:
            return True
        if not self._recent.claim(qid):
            return False
        if await self._ask(qid, HOLD) == 0:
            # It is another process's, which may give it back.
            self._recent.release(qid)
            return False
        return True

    async def release(self, qid: Optional[str]) -> None:
        """Gives a callback back whose work failed, so that its repetition is taken."""
        if qid is not None:
            self._recent.release(qid)
            await self._ask(qid, 0)

    async def _ask(self, qid: str, seconds: int) -> Optional[int]:
        if self._runner.store is None:
            return None
        try:
            return await self._runner.store.evaluate(CLAIM_SCRIPT, self._keys(qid), [seconds])
        except Exception as error:
            _log_down(error)
            return None


def _log_down(error: Exception) -> None:
    log.warning("the shared store is down, callbacks are remembered in this process alone: %s", error)


class _Recent:
    """The claims of this process, of bounded number: beyond it the oldest are forgotten."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._lock = Lock()
        self._ends: OrderedDict[str, float] = OrderedDict()
        on_fork(self)

    def after_fork(self) -> None:
        """Another thread of the parent process may have held the lock."""
        self._lock = Lock()

    def claim(self, qid: str) -> bool:
        now = self._calls.monotonic()
        with self._lock:
            while self._ends and (len(self._ends) >= CAPACITY or next(iter(self._ends.values())) <= now):
                self._ends.popitem(last=False)
            if qid in self._ends:
                return False
            self._ends[qid] = now + HOLD
            return True

    def release(self, qid: str) -> None:
        with self._lock:
            self._ends.pop(qid, None)
