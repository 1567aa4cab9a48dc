"""Lists, page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping
from typing import Any, Callable, Generic, Optional, TypeVar

from .._boundary import Done
from .._page import List, Page, is_new, next_of
from ..options import CallOptions
from .runner import AsyncRunner

T = TypeVar("T")
Row = TypeVar("Row")

Fetch = Callable[[str], Awaitable[Done[T]]]


class AsyncPages(List[T, Row]):
    """A list. Nothing is asked for until you iterate, and then page by page as you go:

        async for room in client.room.list(limit=100): ...       # all rows of all pages
        page = await client.room.list(page=2, limit=100).page()  # one page
    """

    def __init__(
        self,
        runner: AsyncRunner,
        name: str,
        result: type[T],
        params: Optional[Mapping[str, Any]],
        options: Optional[CallOptions],
    ) -> None:
        super().__init__(name, result, params, options, runner.options)
        self._runner = runner

    async def page(self) -> Page[T, Row]:
        """One page: the one that the parameters name, else the first."""
        return self._read(await self._fetch(""), self._first())

    def pages(self) -> AsyncIterator[Page[T, Row]]:
        """The pages from that one on, one after the other."""
        return _AsyncPageWalk(self._fetch, self._read, self._first())

    def __aiter__(self) -> AsyncIterator[Row]:
        """The rows of all these pages."""
        return _AsyncRowWalk(self.pages())

    async def _fetch(self, page: str) -> Done[T]:
        return await self._runner.run(self._asked(page))


# No generators: those that are awaited must be closed where they are left, which a loop does not do.
class _AsyncPageWalk(AsyncIterator[Page[T, Row]]):
    def __init__(self, fetch: Fetch[T], read: Callable[[Done[T], int], Page[T, Row]], number: int) -> None:
        self._fetch = fetch
        self._read = read
        self._number = number
        self._next: Optional[str] = ""

    async def __anext__(self) -> Page[T, Row]:
        while self._next is not None:
            done = await self._fetch(self._next)
            self._next = next_of(done)
            number, self._number = self._number, self._number + 1
            if is_new(done):
                return self._read(done, number)
        raise StopAsyncIteration


class _AsyncRowWalk(AsyncIterator[Row], Generic[Row]):
    def __init__(self, pages: AsyncIterator[Page[Any, Row]]) -> None:
        self._pages = pages
        self._rows: Iterator[Row] = iter(())

    async def __anext__(self) -> Row:
        while True:
            for row in self._rows:
                return row
            self._rows = iter(await self._pages.__anext__())
