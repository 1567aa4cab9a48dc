"""Lists, page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping
from typing import Any, Callable, Generic, Optional, TypeVar

from ._boundary import Done
from ._calls import Asked
from ._run import AsyncRunner, Runner
from .options import CallOptions

__all__ = ["AsyncPages", "Page", "Pages"]

T = TypeVar("T")
Row = TypeVar("Row")


class Page(Generic[T, Row]):
    """A page of a list. Iterate over it to get its rows."""

    __slots__ = ("data", "rows", "total")

    def __init__(self, data: T, rows: list[Row], total: Optional[int]) -> None:
        self.data: T = data
        """The data of the page, as the documents describe them."""
        self.rows: list[Row] = rows
        """The rows in them."""
        self.total: Optional[int] = total
        """How many rows there are in all, if the service says so."""

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return f"<Page of {len(self.rows)} rows, {self.total} in all>"


class _List(Generic[T, Row]):
    """A list as it is asked for."""

    def __init__(
        self, name: str, result: type[T], params: Optional[Mapping[str, Any]], options: Optional[CallOptions]
    ) -> None:
        self._name = name
        self._result = result
        self._params = params
        self._options = options

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._name}>"

    def _asked(self, page: str) -> Asked[T]:
        """The call for one page."""
        return Asked(self._name, self._result, self._params, self._options, page=page)

    def _read(self, done: Done[T]) -> Page[T, Row]:
        """The page that came."""
        place, total = (done.page.list, done.page.total) if done.page else ("", None)
        rows: Any = done.data
        for member in filter(None, place.split(".")):
            rows = rows.get(member) if hasattr(rows, "get") else getattr(rows, member, None)
        return Page(done.data, rows or [], total)


def _is_new(done: Done[Any]) -> bool:
    return done.page is None or not done.page.repeated


def _next(done: Done[Any]) -> Optional[str]:
    return done.page.next if done.page else None


class Pages(_List[T, Row]):
    """A list. Nothing is asked for until you iterate, and then page by page as you go:

        for room in client.room.list(limit=100): ...      # all rows of all pages
        page = client.room.list(page=2, limit=100).page()  # one page
    """

    def __init__(
        self,
        runner: Runner,
        name: str,
        result: type[T],
        params: Optional[Mapping[str, Any]],
        options: Optional[CallOptions],
    ) -> None:
        super().__init__(name, result, params, options)
        self._runner = runner

    def page(self) -> Page[T, Row]:
        """One page: the one that the parameters name, else the first."""
        return self._read(self._runner.run(self._asked("")))

    def pages(self) -> Iterator[Page[T, Row]]:
        """The pages from that one on, one after the other."""
        page: Optional[str] = ""
        while page is not None:
            done = self._runner.run(self._asked(page))
            if _is_new(done):
                yield self._read(done)
            page = _next(done)

    def __iter__(self) -> Iterator[Row]:
        """The rows of all these pages."""
        for page in self.pages():
            yield from page.rows


class AsyncPages(_List[T, Row]):
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
        super().__init__(name, result, params, options)
        self._runner = runner

    async def page(self) -> Page[T, Row]:
        """One page: the one that the parameters name, else the first."""
        return self._read(await self._fetch(""))

    def pages(self) -> AsyncIterator[Page[T, Row]]:
        """The pages from that one on, one after the other."""
        return _AsyncPageWalk(self._fetch, self._read)

    def __aiter__(self) -> AsyncIterator[Row]:
        """The rows of all these pages."""
        return _AsyncRowWalk(self.pages())

    async def _fetch(self, page: str) -> Done[T]:
        return await self._runner.run(self._asked(page))


# Not async generators: those must be closed where they are left, which `async for` does not do.
class _AsyncPageWalk(AsyncIterator[Page[T, Row]]):
    def __init__(self, fetch: Callable[[str], Awaitable[Done[T]]], read: Callable[[Done[T]], Page[T, Row]]) -> None:
        self._fetch = fetch
        self._read = read
        self._next: Optional[str] = ""

    async def __anext__(self) -> Page[T, Row]:
        while self._next is not None:
            done = await self._fetch(self._next)
            self._next = _next(done)
            if _is_new(done):
                return self._read(done)
        raise StopAsyncIteration


class _AsyncRowWalk(AsyncIterator[Row]):
    def __init__(self, pages: AsyncIterator[Page[Any, Row]]) -> None:
        self._pages = pages
        self._rows: Iterator[Row] = iter(())

    async def __anext__(self) -> Row:
        while True:
            for row in self._rows:
                return row
            self._rows = iter(await self._pages.__anext__())
