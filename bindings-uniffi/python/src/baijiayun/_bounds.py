"""What a client waits for: within a time, and until it is closed.

A thread cannot be ended. So what was given to a client (executors, stores, signers) runs in threads that are kept for it,
and a call that waited long enough goes on without: what comes later is not taken. The executor of this package sends in the
thread of the call: its connection can be cut.
"""

from __future__ import annotations

import inspect
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from contextvars import copy_context
from functools import partial
from math import inf
from typing import Any, Callable, Optional, TypeVar

from ._clock import monotonic
from ._ended import Closed, Late
from ._forks import on_fork
from ._message import Request, Response
from ._telling import Telling
from .errors import ConnectError, MisuseError

T = TypeVar("T")

IS_AWAITED = False
"""Whether what these bounds wait for is awaited."""

MOST_STUCK = 100
"""When so many threads wait for something that never ends, nothing more is begun."""

MOST_IDLE = 32
"""So many threads are kept when there is nothing to do."""


STACK = 1 << 20
"""Bytes for the stack of such a thread. As many are reserved for each, and 8 MB would be usual."""


class Latch:
    """Something that happens once."""

    __slots__ = ("_lock", "_once")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()
        self._once = [None]

    def happen(self) -> None:
        """Wakes who waits."""
        try:
            self._once.pop()
        except IndexError:
            return
        self._lock.release()

    def wait(self, seconds: float) -> bool:
        """Whether it happens within a time."""
        return self._lock.acquire(timeout=min(max(0.0, seconds), threading.TIMEOUT_MAX))


def start_thread(work: Callable[[], object]) -> None:
    """Begins a thread that keeps no process from ending."""
    usual = threading.stack_size(STACK)
    try:
        threading.Thread(target=work, name="baijiayun", daemon=True).start()
    finally:
        threading.stack_size(usual)


class _Job(Latch):
    """Work that a thread does for another."""

    __slots__ = ("_work", "error", "is_done", "result")

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__()
        self._work: Optional[Callable[[], Any]] = partial(copy_context().run, work)
        self.is_done = False
        self.result: Any = None
        self.error: Optional[BaseException] = None

    def do(self) -> None:
        work, self._work = self._work, None
        try:
            self.result = work() if work else None
        except BaseException as error:
            self.error = error
        self.is_done = True
        _workers.stuck.discard(self)
        self.happen()


class _Workers:
    """The threads of this process that do what may never end."""

    def __init__(self) -> None:
        self.forks = 0
        self.after_fork()
        on_fork(self)

    def after_fork(self) -> None:
        """The parent's threads are not here."""
        self.forks += 1
        self.idle: list[_Worker] = []
        self.stuck: set[_Job] = set()

    def start(self, job: _Job) -> None:
        if len(self.stuck) >= MOST_STUCK:
            raise ConnectError(f"{MOST_STUCK} executors, stores and signers never ended: until some do, none is begun")
        try:
            worker = self.idle.pop()
        except IndexError:
            try:
                worker = _Worker()
            except (RuntimeError, MemoryError):
                # There is no room for another thread: then it is done here, within what times it keeps itself.
                job.do()
                return
        worker.take(job)

    def leave(self, job: _Job) -> None:
        """Nobody waits for this any more."""
        self.stuck.add(job)
        if job.is_done:
            self.stuck.discard(job)


class _Worker:
    """A thread that does one job after the other."""

    def __init__(self) -> None:
        self._jobs: list[_Job] = []
        self._forks = _workers.forks
        self._go = threading.Lock()
        self._go.acquire()
        start_thread(self._run)

    def take(self, job: _Job) -> None:
        self._jobs.append(job)
        self._go.release()

    def _run(self) -> None:
        while True:
            self._go.acquire()
            job = self._jobs.pop()
            job.do()
            # What it held is not kept until the next one.
            del job
            # What it did may have forked: nobody in the child waits for it.
            if len(_workers.idle) >= MOST_IDLE or self._forks != _workers.forks:
                return
            _workers.idle.append(self)


_workers = _Workers()


def in_thread(job: _Job, seconds: float) -> None:
    """Has a thread do it, and waits until it is done, somebody says that it happened, or so long."""
    try:
        _workers.start(job)
        job.wait(seconds)
    finally:
        if not job.is_done:
            _workers.leave(job)


class Exchange(Latch):
    """A request that is under way, of which somebody may say from another thread that nobody waits for it any more."""

    __slots__ = ("_ends", "_job", "_socket", "is_ended", "is_late")

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._ends = monotonic() + seconds
        self._job: Optional[_Job] = None
        self._socket: Optional[socket.socket] = None
        self.is_ended: bool = False
        """The client was closed."""
        self.is_late: bool = False
        """Its time is over."""

    def left(self) -> float:
        """Seconds until its time is over."""
        return self._ends - monotonic()

    def happen(self) -> None:
        """The client was closed, and gave it no more time."""
        self.is_ended = True
        self._stop()

    def expire(self) -> None:
        """Its time is over."""
        self.is_late = True
        self._stop()

    def _stop(self) -> None:
        if self._job is not None:
            self._job.happen()
        if self._socket is not None:
            # Whoever reads or writes there is woken. A TLS socket's own method would touch what the other thread uses.
            with suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def check(self) -> None:
        """Raises what became of it, if nobody waits for it any more."""
        if self.is_ended:
            raise Closed
        if self.is_late:
            raise Late

    def in_thread(self, work: Callable[[], T]) -> T:
        """Does what cannot be ended in a thread, and goes on without it when nobody waits any more."""
        job = self._job = _Job(work)
        self.check()
        try:
            in_thread(job, self.left())
            if job.is_done and not self.is_ended:
                if job.error is not None:
                    raise job.error
                result: T = job.result
                return result
            raise Closed if self.is_ended else Late
        finally:
            self._job = None

    @contextmanager
    def on(self, connection: socket.socket) -> Generator[None, None, None]:
        """While the block sends and receives here, the connection is cut when its time is over, or the client closed."""
        self._socket = connection
        _watch.add(self, self._ends)
        try:
            self.check()
            yield
        except BaseException:
            # It was cut, and that is why.
            self.check()
            raise
        finally:
            _watch.remove(self)
            self._socket = None


class _Watch:
    """A thread that knows when which exchange is to end, for sockets count from byte to byte."""

    def __init__(self) -> None:
        self.after_fork()
        on_fork(self)

    def after_fork(self) -> None:
        """The parent's thread is not here, and neither are its exchanges."""
        self._ends: dict[Exchange, float] = {}
        self._changed = threading.Condition()
        self._wakes = inf
        """When it looks next."""
        self._is_begun = False

    def add(self, exchange: Exchange, end: float) -> None:
        with self._changed:
            self._ends[exchange] = end
            # It wakes rarely: exchanges usually end long before their time, and then nobody tells it.
            if end < self._wakes:
                self._wakes = end
                if self._is_begun:
                    self._changed.notify()
                else:
                    self._is_begun = True
                    start_thread(self._run)

    def remove(self, exchange: Exchange) -> None:
        with self._changed:
            self._ends.pop(exchange, None)

    def _run(self) -> None:
        changed = self._changed
        with changed:
            while changed is self._changed:
                now = monotonic()
                for exchange in [exchange for exchange, end in self._ends.items() if end <= now]:
                    del self._ends[exchange]
                    exchange.expire()
                self._wakes = min(self._ends.values(), default=inf)
                changed.wait(None if self._wakes == inf else max(0.0, min(self._wakes - now, threading.TIMEOUT_MAX)))


_watch = _Watch()


class Bounds:
    """What the calls of one client wait for."""

    def __init__(self) -> None:
        self._is_closed = False
        self._is_over = False
        self._in_flight: set[Latch] = set()
        self.after_fork()
        on_fork(self)

    def after_fork(self) -> None:
        """The calls that were under way are the parent's."""
        self._waiting: set[Latch] = set()
        self._in_flight = set()
        self._landed = threading.Condition()

    def pause(self, seconds: float) -> None:
        """Waits so long.

        Raises:
            Closed: The client was closed.
        """
        latch = Latch()
        self._waiting.add(latch)
        try:
            if self._is_closed or latch.wait(seconds):
                raise Closed
        finally:
            self._waiting.discard(latch)

    def run(self, work: Callable[[], T], seconds: float) -> T:
        """Does this within a time, and ends without it at once when the client is closed.

        Raises:
            Late: It did not end.
            Closed: The client was closed.
        """
        job = _Job(work)
        self._waiting.add(job)
        try:
            if self._is_closed:
                raise Closed
            in_thread(job, seconds)
            if not job.is_done:
                raise Closed if self._is_closed else Late
            if job.error is not None:
                raise job.error
            result: T = job.result
        finally:
            self._waiting.discard(job)
        return _not_awaited(result)

    def send(self, http: Callable[[Request], Response], request: Request) -> Response:
        """Sends a request within its time, and ends without an answer when the client is closed and the time given to
        those that are under way is over.

        Raises:
            Late: No answer came.
            Closed: The client was closed.
        """
        exchange = Exchange(request.timeout)
        self._in_flight.add(exchange)
        try:
            if self._is_over:
                raise Closed
            # Of its class: a double of unittest.mock has members of any name.
            bounded: Any = getattr(type(http), "exchange", None)
            if bounded is not None:
                response: Response = bounded(http, request, exchange)
                exchange.check()
                return response
            return _not_awaited(exchange.in_thread(partial(http, request)))
        finally:
            self._in_flight.discard(exchange)
            if self._is_closed and not self._in_flight:
                with self._landed:
                    self._landed.notify_all()

    def read(self, reading: Callable[[], T]) -> T:
        """Reads a large answer. Other threads go on meanwhile."""
        return reading()

    def tell(self, telling: Telling) -> None:
        """Tells the user something."""
        _not_awaited(telling.tell())

    def give_back(self, work: Callable[[], object]) -> None:
        """Gives something back though the call is over."""
        work()

    def close(self, within: float) -> None:
        """Ends what waits, and after this time what is in flight."""
        self._is_closed = True
        for latch in list(self._waiting):
            latch.happen()
        try:
            with self._landed:
                self._landed.wait_for(lambda: not self._in_flight, max(0.0, min(within, threading.TIMEOUT_MAX)))
        finally:
            self._is_over = True
            for latch in list(self._in_flight):
                latch.happen()


def _not_awaited(given: T) -> T:
    """What a function of the user's gave, unless it is to be awaited, which nobody does here."""
    if inspect.iscoroutine(given):
        given.close()
        raise MisuseError(f"what a Client is given must not be awaited: {given.__qualname__} is an `async def`")
    return given
