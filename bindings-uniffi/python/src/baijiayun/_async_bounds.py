"""What a client waits for with async and await: within a time, and until it is closed."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Awaitable
from functools import partial
from typing import TYPE_CHECKING, Any, Callable, Optional, TypeVar

from ._clock import monotonic
from ._ended import Closed, Late
from ._forks import on_fork
from ._loops import apart, caller_of_this_loop, give_back
from ._message import Request, Response
from ._telling import Telling
from .errors import MisuseError

if TYPE_CHECKING:
    import asyncio

    from anyio import CancelScope

T = TypeVar("T")

IS_AWAITED = True
"""Whether what these bounds wait for is awaited."""


class _Scope:
    """One of these waits, in any event loop. It may be ended from another thread."""

    __slots__ = ("_call", "_scope", "is_ended")

    def __init__(self, seconds: float) -> None:
        from anyio import CancelScope, current_time

        self._call = caller_of_this_loop()
        self._scope: CancelScope = CancelScope(deadline=current_time() + seconds)
        self.is_ended = False

    def __enter__(self) -> None:
        self._scope.__enter__()

    def __exit__(self, *raised: Any) -> Optional[bool]:
        return self._scope.__exit__(*raised)

    def end(self) -> None:
        self.is_ended = True
        self._call(self._scope.cancel)


class _Timer:
    """The same in asyncio, in a third of the time: what `asyncio.timeout` does, with an end."""

    __slots__ = ("_cancels", "_handle", "_is_over", "_loop", "_task", "is_cancelled", "is_ended")

    def __init__(self, loop: asyncio.AbstractEventLoop, task: asyncio.Task[Any], seconds: float) -> None:
        self._loop = loop
        self._task = task
        self._cancels = task.cancelling()  # type: ignore[attr-defined,unused-ignore]
        self._handle = loop.call_later(seconds, self._cancel)
        self._is_over = False
        self.is_cancelled = False
        self.is_ended = False

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Optional[type[BaseException]], error: object, traceback: object) -> bool:
        self._is_over = True
        self._handle.cancel()
        if not self.is_cancelled:
            return False
        # Whoever else cancelled the task is not to be forgotten.
        is_ours = self._task.uncancel() <= self._cancels  # type: ignore[attr-defined,unused-ignore]
        return is_ours and kind is not None and kind.__name__ == "CancelledError"

    def _cancel(self) -> None:
        if not self._is_over and not self.is_cancelled:
            self.is_cancelled = True
            self._task.cancel()

    def end(self) -> None:
        self.is_ended = True
        try:
            self._loop.call_soon_threadsafe(self._cancel)
        except RuntimeError:
            # The loop is over.
            pass


def _wait(seconds: float) -> Any:
    if sys.version_info >= (3, 11):
        import asyncio

        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return _Scope(seconds)
        task = asyncio.current_task(loop)
        if task is not None:
            return _Timer(loop, task, seconds)
    return _Scope(seconds)


class AsyncBounds:
    """What the calls of one client wait for."""

    def __init__(self) -> None:
        self._is_closed = False
        self._is_over = False
        self.after_fork()
        on_fork(self)

    def after_fork(self) -> None:
        """The calls that were under way are the parent's."""
        self._waiting: set[Any] = set()
        self._in_flight: set[Any] = set()
        self._landed: Optional[Callable[[], Any]] = None

    async def pause(self, seconds: float) -> None:
        """Waits so long.

        Raises:
            Closed: The client was closed.
        """
        from anyio import sleep_forever

        try:
            await self._wait_for(sleep_forever, seconds)
        except Late:
            pass

    async def run(self, work: Callable[[], Awaitable[T]], seconds: float) -> T:
        """Does this within a time, and ends without it at once when the client is closed.

        Raises:
            Late: It did not end.
            Closed: The client was closed.
        """
        return await self._wait_for(partial(apart, work), seconds)

    async def _wait_for(self, work: Callable[[], Awaitable[T]], seconds: float) -> T:
        if self._is_closed:
            raise Closed
        return await self._within(work, seconds, self._waiting)

    async def send(self, http: Callable[[Request], Awaitable[Response]], request: Request) -> Response:
        """Sends a request within its time, and ends without an answer when the client is closed and the time given to
        those that are under way is over.

        Raises:
            Late: No answer came.
            Closed: The client was closed.
        """
        if self._is_over:
            raise Closed
        send = partial(_sent, http, request)
        work = send if getattr(type(http), "_heeds_cancellation", False) else partial(apart, send)
        return await self._within(work, request.timeout, self._in_flight)

    async def _within(self, work: Callable[[], Awaitable[T]], seconds: float, group: set[Any]) -> T:
        end = monotonic() + seconds
        wait = _wait(seconds)
        group.add(wait)
        with wait:
            try:
                result = await work()
            except Exception as error:
                if wait.is_ended:
                    raise Closed from error
                raise
            finally:
                group.discard(wait)
                if self._landed is not None and not self._in_flight:
                    self._landed()
            # It may have kept the event loop from ending it.
            if not wait.is_ended and monotonic() <= end:
                return result
        raise Closed if wait.is_ended else Late

    async def read(self, reading: Callable[[], T]) -> T:
        """Reads a large answer in a thread, so that the loop goes on."""
        from anyio.to_thread import run_sync

        return await run_sync(reading)

    async def tell(self, telling: Telling) -> None:
        """Tells the user something."""
        told: Any = telling.tell()
        if inspect.isawaitable(told):
            await told

    async def give_back(self, work: Callable[[], Awaitable[object]]) -> None:
        """Gives something back though the task is cancelled, within a second."""
        await give_back(work())

    async def close(self, within: float) -> None:
        """Ends what waits, and after this time what is in flight."""
        self._is_closed = True
        for wait in list(self._waiting):
            wait.end()
        try:
            if self._in_flight:
                await self._land(within)
        finally:
            self._is_over = True
            for wait in list(self._in_flight):
                wait.end()

    async def _land(self, within: float) -> None:
        from anyio import Event, move_on_after

        landed, call = Event(), caller_of_this_loop()
        self._landed = lambda: call(landed.set)
        # They may have landed meanwhile, in another thread.
        if self._in_flight:
            with move_on_after(within):
                await landed.wait()


def _sent(http: Callable[[Request], Awaitable[Response]], request: Request) -> Awaitable[Response]:
    sent = http(request)
    if isinstance(sent, Response):
        raise MisuseError("the HTTP executor of an AsyncClient must be awaited: write it with `async def`")
    return sent
