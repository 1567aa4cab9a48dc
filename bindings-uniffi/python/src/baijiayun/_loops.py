"""Things that belong to an event loop."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Callable, Generic, Optional, TypeVar

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")


LAST_WORD = 1.0
"""Seconds that a cancelled task may take to give back what it holds."""


async def give_back(work: Awaitable[object]) -> None:
    """Does this though the task is cancelled, within a second."""
    from anyio import move_on_after

    with move_on_after(LAST_WORD, shield=True):
        await work


TO_END = 0.05
"""Seconds that what was cancelled may take to end before whoever waited for it goes on without."""

_ending: set[asyncio.Task[Any]] = set()
"""What is still about to end, though nobody waits for it."""


async def in_a_task(work: Callable[[], Awaitable[T]]) -> T:
    """Does what must not be cancelled by asyncio's own means, which break into what anyio's scopes shield: httpcore then
    never gives back the place of its connection. Whoever waits for it can be cancelled at once; it then ends by a scope."""
    import asyncio

    if not is_asyncio():
        return await work()
    from anyio import CancelScope

    scope = CancelScope()

    async def do() -> T:
        with scope:
            return await work()
        raise asyncio.CancelledError

    task = asyncio.ensure_future(do())
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if not task.done():
            scope.cancel()
            _ending.add(task)
            task.add_done_callback(_ended)
        raise


async def apart(work: Callable[[], Awaitable[T]]) -> T:
    """Does what may not heed being cancelled: in asyncio in a task of its own, which is left behind then. (trio leaves no task
    behind.)"""
    import asyncio

    if not is_asyncio():
        return await work()

    async def do() -> T:
        return await work()

    task = asyncio.ensure_future(do())
    try:
        await asyncio.wait({task})
    except asyncio.CancelledError:
        from anyio import move_on_after

        _leave(task)
        with move_on_after(TO_END, shield=True):
            await asyncio.wait({task})
        raise
    except GeneratorExit:
        # The coroutine is thrown away, maybe with its loop.
        with suppress(RuntimeError):
            _leave(task)
        raise
    return task.result()


def _leave(task: asyncio.Task[Any]) -> None:
    """It is to end, and nobody waits for it."""
    task.cancel()
    _ending.add(task)
    task.add_done_callback(_ended)


def _ended(task: asyncio.Task[Any]) -> None:
    _ending.discard(task)
    if not task.cancelled():
        # What became of it is of no interest to anybody.
        task.exception()


def caller_of_this_loop() -> Callable[[Callable[[], object]], None]:
    """Has the loop that runs do something, from any thread. One that is over does nothing."""
    import asyncio

    have_done: Callable[[Callable[[], object]], object]
    try:
        have_done = asyncio.get_running_loop().call_soon_threadsafe
    except RuntimeError:
        from trio.lowlevel import current_trio_token

        have_done = current_trio_token().run_sync_soon

    def call(work: Callable[[], object]) -> None:
        try:
            have_done(work)
        except RuntimeError:
            pass

    return call


def this_loop() -> Any:
    """The loop that runs: asyncio's, or trio's token."""
    import asyncio

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        from trio.lowlevel import current_trio_token

        return current_trio_token()


def is_asyncio() -> bool:
    """Whether the loop that runs is asyncio's."""
    import asyncio

    return isinstance(this_loop(), asyncio.AbstractEventLoop)


def runs_here(loop: Any) -> bool:
    """Whether that is the loop that runs."""
    try:
        return this_loop() is loop
    except (RuntimeError, ImportError):
        return False


def is_over(loop: Any) -> bool:
    """Whether a loop was closed. That of trio cannot be asked, and ends what is its in order."""
    is_closed = getattr(loop, "is_closed", None)
    return is_closed is not None and bool(is_closed())


class PerLoop(Generic[T]):
    """Something of which each event loop has its own, made when the loop first asks for it, and closed when the loop ends.

    A loop that ends in order (`asyncio.run`, `anyio.run`, trio) closes its asynchronous generators, so one of them waits
    for that. What belongs to a loop that was closed without is let go when another loop asks.
    """

    def __init__(self, make: Callable[[], T], close: Callable[[T], Awaitable[object]]) -> None:
        self._make = make
        self._close = close
        self._kept: dict[Any, tuple[T, AsyncGenerator[None, None]]] = {}

    def find(self) -> Optional[T]:
        """That of the loop that runs, if it has one."""
        kept = self._kept.get(this_loop())
        return None if kept is None else kept[0]

    async def get(self) -> T:
        """That of the loop that runs."""
        loop = this_loop()
        if loop not in self._kept:
            for other in [other for other in self._kept if is_over(other)]:
                self._kept.pop(other, None)
            made = self._make()
            guard = self._guard(loop, made)
            self._kept[loop] = made, guard
            await guard.__anext__()
            return made
        return self._kept[loop][0]

    async def close(self) -> None:
        """Closes that of the loop that runs; the next to ask gets another one."""
        kept = self._kept.get(this_loop())
        if kept is not None:
            await kept[1].aclose()

    def drop(self, value: T) -> None:
        """It is of no use any more: the next to ask gets another one. Who still uses this one may go on."""
        for loop, (kept, _) in list(self._kept.items()):
            if kept is value:
                del self._kept[loop]

    def forget(self) -> None:
        """Leaves all of them to whoever else has them."""
        self._kept = {}

    async def _guard(self, loop: Any, made: T) -> AsyncGenerator[None, None]:
        kept = self._kept
        try:
            yield
        finally:
            if kept.get(loop, (None,))[0] is made:
                del kept[loop]
            # In a forked process it is the parent's. For a loop that was left without order nothing can be awaited any more.
            if kept is self._kept and runs_here(loop):
                await self._close(made)
