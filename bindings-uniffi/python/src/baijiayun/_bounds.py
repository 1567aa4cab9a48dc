"""What a client waits for: within a time, and until it is closed.

A thread cannot be ended. So what was given to a client (executors, stores, signers) runs in threads that are kept for it,
and a call that waited long enough goes on without: what comes later is not taken.
"""

from __future__ import annotations

import threading
from contextvars import copy_context
from functools import partial
from typing import Any, Callable, Optional, TypeVar

from ._forks import on_fork
from .errors import ConnectError

T = TypeVar("T")

MOST_STUCK = 100
"""When so many threads wait for something that never ends, nothing more is begun."""

MOST_IDLE = 32
"""So many threads are kept when there is nothing to do."""


STACK = 1 << 20
"""Bytes for the stack of such a thread. As many are reserved for each, and 8 MB would be usual."""


class Late(Exception):
    """What was waited for did not end in time."""


class Closed(Exception):
    """The client was closed meanwhile."""


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
        usual = threading.stack_size(STACK)
        try:
            threading.Thread(target=self._run, name="baijiayun", daemon=True).start()
        finally:
            threading.stack_size(usual)

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

    def run(self, work: Callable[[], T], seconds: float, *, is_request: bool = False) -> T:
        """Does this within a time, and ends without it when the client is closed: at once, or a request that is under
        way when the time given to those is over.

        Raises:
            Late: It did not end.
            Closed: The client was closed.
        """
        job = _Job(work)
        group = self._in_flight if is_request else self._waiting
        group.add(job)
        try:
            if self._is_over if is_request else self._is_closed:
                raise Closed
            _workers.start(job)
            has_happened = job.wait(seconds)
            if job.is_done and not (is_request and self._is_over):
                if job.error is not None:
                    raise job.error
                result: T = job.result
                return result
            raise Closed if has_happened else Late
        finally:
            if not job.is_done:
                _workers.leave(job)
            group.discard(job)
            if self._is_closed and not self._in_flight:
                with self._landed:
                    self._landed.notify_all()

    def close(self, within: float) -> None:
        """Ends what waits, and after this time what is in flight."""
        self._is_closed = True
        for latch in list(self._waiting):
            latch.happen()
        try:
            with self._landed:
                self._landed.wait_for(lambda: not self._in_flight, within)
        finally:
            self._is_over = True
            for latch in list(self._in_flight):
                latch.happen()
