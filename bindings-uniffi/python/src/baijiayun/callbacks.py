"""What the service posts to you, as typed events.

    @app.post("/baijiayun")                      # FastAPI
    async def receive(request: Request) -> Response:
        event = client.callbacks.parse(await request.body(), request.headers)
        if client.callbacks.claim(event):        # the first to take it
            if isinstance(event, TranscodeCallback):
                queue.put(event.data.video_id)
        return Response(SUCCESS, media_type="application/json")
"""

from __future__ import annotations

from collections import OrderedDict
from random import getrandbits
from threading import Lock
from typing import Any, Optional, Protocol, Union

import msgspec

from ._boundary import ErrorFields, encode, read
from ._callback import Callback, UnknownCallback
from ._calls import Calls, undecodable, number_of
from ._forks import on_fork
from ._loops import give_back
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
    qid: str = ""
    timestamp: int = 0
    signature: str = ""
    hold: int = 0
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

    def _keys(self, event: Callback) -> list[str]:
        """They share a hash tag, so that a cluster keeps them together."""
        return [f"{self._prefix}:{{callbacks}}:qid:{event.qid}", f"{self._prefix}:{{callbacks}}:sign:{event.signature}"]


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
        signature=meta.signature,
        hold=meta.hold,
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

    def claim(self, event: Callback) -> bool:
        """Claims a callback: true for the first to do so, in this process, or among all that share the store.

        The service posts a callback again when it heard no success. Claim before the work, and `release` when the work
        fails, or the repetition is lost. It is claimed by its `qid` and by its signature: whoever has seen a post can
        give it another `qid` by cutting its fields differently, but not another signature.
        """
        if not self._recent.claim(_claimable(event)):
            return False
        owner = _owner()
        try:
            first = self._ask(event, event.hold, owner) != 0
        except BaseException:
            # It ends before the answer (by a signal, or a timeout of gevent): nobody will do the work.
            self._recent.release(event)
            self._ask(event, 0, owner)
            raise
        if not first:
            # It is another process's, which may give it back.
            self._recent.release(event)
        return first

    def release(self, event: Callback) -> None:
        """Gives a callback back whose work failed, so that its repetition is taken."""
        self._recent.release(_claimable(event))
        self._ask(event, 0, 0)

    def _ask(self, event: Callback, seconds: int, owner: int) -> Optional[int]:
        if self._runner.store is None:
            return None
        try:
            return number_of(self._runner.ask_store(CLAIM_SCRIPT, self._keys(event), [seconds, owner]))
        except Exception as error:
            return number_of(error)


class AsyncCallbacks(_Receiver):
    """Checks and reads what the service posts, and takes each callback once."""

    def __init__(self, runner: AsyncRunner, prefix: Optional[str] = None) -> None:
        super().__init__(runner.calls, prefix)
        self._runner = runner

    async def claim(self, event: Callback) -> bool:
        """Claims a callback: true for the first to do so, in this process, or among all that share the store.

        The service posts a callback again when it heard no success. Claim before the work, and `release` when the work
        fails, or the repetition is lost. It is claimed by its `qid` and by its signature: whoever has seen a post can
        give it another `qid` by cutting its fields differently, but not another signature.
        """
        if not self._recent.claim(_claimable(event)):
            return False
        owner = _owner()
        try:
            first = await self._ask(event, event.hold, owner) != 0
        except GeneratorExit:
            # The coroutine is thrown away: it may not wait any more.
            self._recent.release(event)
            raise
        except BaseException:
            # It is cancelled before the answer: nobody will do the work.
            self._recent.release(event)
            if self._runner.store is not None:
                await give_back(self._ask(event, 0, owner))
            raise
        if not first:
            # It is another process's, which may give it back.
            self._recent.release(event)
        return first

    async def release(self, event: Callback) -> None:
        """Gives a callback back whose work failed, so that its repetition is taken."""
        self._recent.release(_claimable(event))
        await self._ask(event, 0, 0)

    async def _ask(self, event: Callback, seconds: int, owner: int) -> Optional[int]:
        if self._runner.store is None:
            return None
        try:
            return number_of(await self._runner.ask_store(CLAIM_SCRIPT, self._keys(event), [seconds, owner]))
        except Exception as error:
            return number_of(error)


def _claimable(event: object) -> Callback:
    if isinstance(event, Callback):
        return event
    message = f"a {type(event).__name__} cannot be claimed"
    raise MisuseError(message, hint="give what `parse` returned: it is claimed by its qid and by its signature")


def _owner() -> int:
    """A number that no other claim has, so that nothing of another's is given back."""
    return getrandbits(53) + 1


class _Recent:
    """The claims of this process, of bounded number: beyond it the oldest are forgotten."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._lock = Lock()
        # By qid and by signature: the other id, and when the claim ends. The oldest stand first.
        self._qids: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._signatures: dict[str, str] = {}
        on_fork(self)

    def after_fork(self) -> None:
        """Another thread of the parent process may have held the lock."""
        self._lock = Lock()

    def claim(self, event: Callback) -> bool:
        now = self._calls.monotonic()
        with self._lock:
            while self._qids and (len(self._qids) >= CAPACITY or next(iter(self._qids.values()))[1] <= now):
                self._forget(next(iter(self._qids)))
            for qid in self._known(event):
                if self._qids[qid][1] > now:
                    return False
                self._forget(qid)
            self._qids[event.qid] = event.signature, now + event.hold
            self._signatures[event.signature] = event.qid
            return True

    def release(self, event: Callback) -> None:
        with self._lock:
            for qid in self._known(event):
                self._forget(qid)

    def _known(self, event: Callback) -> set[str]:
        """The claims that share an id with it."""
        return {event.qid, self._signatures.get(event.signature, event.qid)} & self._qids.keys()

    def _forget(self, qid: str) -> None:
        signature, _ = self._qids.pop(qid)
        self._signatures.pop(signature, None)
