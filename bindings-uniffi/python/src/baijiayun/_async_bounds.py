"""What a client waits for with async and await: within a time, and until it is closed."""

from __future__ import annotations

import time
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any, Callable, Optional, TypeVar

from ._bounds import Closed, Late
from ._forks import on_fork
from ._loops import caller_of_this_loop

if TYPE_CHECKING:
    from anyio import CancelScope

T = TypeVar("T")


class _Wait:
    """One of these waits. It may be ended from another thread."""

    __slots__ = ("_call", "is_ended", "scope")

    def __init__(self, scope: CancelScope) -> None:
        self._call = caller_of_this_loop()
        self.scope = scope
        self.is_ended = False

    def end(self) -> None:
        self.is_ended = True
        self._call(self.scope.cancel)


class AsyncBounds:
    """What the calls of one client wait for."""

    def __init__(self) -> None:
        self._is_closed = False
        self._is_over = False
        self.after_fork()
        on_fork(self)

    def after_fork(self) -> None:
        """The calls that were under way are the parent's."""
        self._waiting: set[_Wait] = set()
        self._in_flight: set[_Wait] = set()
        self._landed: Optional[Callable[[], Any]] = None

    async def pause(self, seconds: float) -> None:
        """Waits so long.

        Raises:
            Closed: The client was closed.
        """
        from anyio import sleep_forever

        try:
            await self.run(sleep_forever, seconds)
        except Late:
            pass

    async def run(self, work: Callable[[], Awaitable[T]], seconds: float, *, is_request: bool = False) -> T:
        """Does this within a time, and ends without it when the client is closed: at once, or a request that is under
        way when the time given to those is over.

        Raises:
            Late: It did not end.
            Closed: The client was closed.
        """
        from anyio import CancelScope, current_time

        if self._is_over if is_request else self._is_closed:
            raise Closed
        end = time.monotonic() + seconds
        group = self._in_flight if is_request else self._waiting
        wait = _Wait(CancelScope(deadline=current_time() + seconds))
        with wait.scope:
            group.add(wait)
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
            if not wait.is_ended and time.monotonic() <= end:
                return result
        raise Closed if wait.is_ended else Late

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
