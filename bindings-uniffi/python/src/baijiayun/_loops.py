"""Things that belong to an event loop."""

from __future__ import annotations

from collections.abc import Awaitable
from itertools import count
from typing import TYPE_CHECKING, Callable, Generic, Optional, TypeVar

if TYPE_CHECKING:
    from anyio.lowlevel import RunVar

T = TypeVar("T")

_numbers = count()


LAST_WORD = 1.0
"""Seconds that a cancelled task may take to give back what it holds."""


async def give_back(work: Awaitable[object]) -> None:
    """Does this though the task is cancelled, within a second."""
    from anyio import move_on_after

    with move_on_after(LAST_WORD, shield=True):
        await work


def caller_of_this_loop() -> Callable[[Callable[[], object]], None]:
    """Has the loop that runs do something, from any thread. One that is over does nothing."""
    from asyncio import get_running_loop

    have_done: Callable[[Callable[[], object]], object]
    try:
        have_done = get_running_loop().call_soon_threadsafe
    except RuntimeError:
        from trio.lowlevel import current_trio_token

        have_done = current_trio_token().run_sync_soon

    def call(work: Callable[[], object]) -> None:
        try:
            have_done(work)
        except RuntimeError:
            pass

    return call


class PerLoop(Generic[T]):
    """Something of which each event loop has its own, made when the loop first asks for it."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._var: Optional[RunVar[Optional[T]]] = None

    def get(self) -> T:
        """That of the loop that runs."""
        found = self._of_this_loop().get()
        if found is None:
            found = self._make()
            self._of_this_loop().set(found)
        return found

    def take(self) -> Optional[T]:
        """That of the loop that runs, if there is one; the next to ask gets another one."""
        if self._var is None:
            return None
        found = self._var.get()
        self._var.set(None)
        return found

    def forget(self) -> None:
        """Leaves all of them to whoever else has them."""
        self._var = None

    def _of_this_loop(self) -> RunVar[Optional[T]]:
        if self._var is None:
            from anyio.lowlevel import RunVar

            self._var = RunVar(f"baijiayun.{next(_numbers)}", None)
        return self._var
