"""What happens to a call, told to a function of the user's, and to the log."""

from __future__ import annotations

import logging
from typing import Callable, Literal, Optional

from ._boundary import Wait
from ._clock import monotonic
from .details import Value
from .errors import BaijiayunError

log = logging.getLogger("baijiayun")

EventKind = Literal["request", "answer", "retry", "wait", "store_down", "done"]


class CallEvent(Value, frozen=True, kw_only=True):
    """Something that happened to a call: enough for logs, metrics and traces. It holds no address, no parameter and no text
    of the service."""

    kind: EventKind
    """`request`: one is about to be sent. `answer`: what became of it is known. `retry`: it failed and is tried again.
    `wait`: the call waits for a limit, or an upload between two breaks. `store_down`: the shared store gave no answer.
    `done`: the call is over; each call has one, the last of all."""
    operation: str
    """The operation, for example `room.create`; of `call_path` the path."""
    attempt: int
    """How many requests the call has sent so far, this one included."""
    duration: Optional[float] = None
    """Seconds: in `answer` since its `request`, in `done` since the call began."""
    bytes: Optional[int] = None
    """In `request` those of the body, in `answer` those of the answer, unpacked."""
    status: Optional[int] = None
    """The HTTP status of the last answer, if there was one."""
    code: Optional[int] = None
    """The service's own code, if it is not that of success."""
    why: Optional[str] = None
    """The kind of an error, `cancelled`, or what is waited for: `quota` or `upload`. None if all went well."""
    wait: Optional[float] = None
    """For how many seconds the call waits now."""


OnEvent = Callable[[CallEvent], object]
"""Is told each event of each call. What it raises is logged and does not reach the call."""


class Observer:
    """Tells what happens to one call."""

    __slots__ = ("_attempt", "_begun", "_hook", "_operation", "_sent", "_status")

    def __init__(self, hook: Optional[OnEvent], name: str) -> None:
        self._hook = hook
        # That of `call_path` has the method before it.
        self._operation = name.rpartition(" ")[2]
        self._begun = self._sent = monotonic()
        self._attempt = 0
        self._status: Optional[int] = None

    def request(self, size: Optional[int]) -> None:
        self._attempt += 1
        self._status = None
        self._tell("request", bytes=size)
        self._sent = monotonic()

    def answer(self, status: Optional[int], size: Optional[int], why: Optional[str]) -> None:
        self._status = status
        self._tell("answer", duration=monotonic() - self._sent, bytes=size, status=status, why=why)

    def wait(self, step: Wait) -> None:
        wait = step.time / 1000
        if step.why in ("quota", "upload"):
            self._tell("wait", why=step.why, wait=wait)
            log.debug("%s: waits %.3f s (%s)", self._operation, wait, step.why)
            return
        failed = step.failed
        why, code = (step.why, None) if failed is None else (failed.kind, failed.code)
        self._tell("retry", status=self._status, code=code, why=why, wait=wait)
        log.debug("%s: tries again in %.3f s (%s)", self._operation, wait, why)

    def store_down(self) -> None:
        self._tell("store_down")

    def done(self, error: Optional[BaseException] = None) -> None:
        kind = error.kind if isinstance(error, BaijiayunError) else "cancelled"
        why = None if error is None else kind
        duration = monotonic() - self._begun
        code = error.code if isinstance(error, BaijiayunError) else None
        self._tell("done", duration=duration, status=self._status, code=code, why=why)
        log.debug("%s: %s after %.1f ms, %d requests", self._operation, why or "done", duration * 1000, self._attempt)

    def _tell(
        self,
        kind: EventKind,
        *,
        duration: Optional[float] = None,
        bytes: Optional[int] = None,
        status: Optional[int] = None,
        code: Optional[int] = None,
        why: Optional[str] = None,
        wait: Optional[float] = None,
    ) -> None:
        if self._hook is None:
            return
        event = CallEvent(
            kind=kind,
            operation=self._operation,
            attempt=self._attempt,
            duration=duration,
            bytes=bytes,
            status=status,
            code=code,
            why=why,
            wait=wait,
        )
        try:
            self._hook(event)
        except Exception:
            log.exception("%s: on_event failed", self._operation)
