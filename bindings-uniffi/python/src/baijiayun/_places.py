"""How many requests are sent at a time."""

from __future__ import annotations

from types import TracebackType
from typing import Optional

from anyio import Semaphore

from ._message import Request
from ._multipart import Streamed

MOST = 100
"""Most requests of a client that are under way in an event loop."""


class Places:
    """Places for requests under way, in the order in which they were asked for.

    What waits here is known not to have left.
    """

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self._free = Semaphore(most, fast_acquire=True)
        # Files take their time: nothing else is to wait for them.
        self._free_for_files = Semaphore(MOST, fast_acquire=True)

    def one(self, request: Request) -> _Place:
        """A place for a request."""
        return _Place(self._free_for_files if isinstance(request.body, Streamed) else self._free, request)


class _Place:
    __slots__ = ("_free", "_request")

    def __init__(self, free: Semaphore, request: Request) -> None:
        self._free = free
        self._request = request

    async def __aenter__(self) -> None:
        self._request.is_waiting = True
        await self._free.acquire()
        self._request.is_waiting = False

    async def __aexit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], traceback: Optional[TracebackType]
    ) -> None:
        self._free.release()
