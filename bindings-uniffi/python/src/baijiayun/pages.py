"""Lists, page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Generic, Optional, TypeVar

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
        self.data = data
        """The data of the page, as the documents describe them."""
        self.rows = rows
        """The rows in them."""
        self.total = total
        """How many rows there are in all, if the service says so."""

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return f"<Page of {len(self.rows)} rows, {self.total} in all>"


class _Asked(Generic[T, Row]):
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
        return Asked(self._name, self._result, self._params, self._options, page=page)

    def _page(self, done: Done[T]) -> Page[T, Row]:
        place, total = (done.page.list, done.page.total) if done.page else ("", None)
        rows: Any = done.data
        for member in filter(None, place.split(".")):
            rows = rows.get(member) if hasattr(rows, "get") else getattr(rows, member, None)
        return Page(done.data, rows or [], total)


def _is_new(done: Done[Any]) -> bool:
    return done.page is None or not done.page.repeated


def _next(done: Done[Any]) -> Optional[str]:
    return done.page.next if done.page else None


class Pages(_Asked[T, Row]):
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
        return self._page(self._runner.run(self._asked("")))

    def pages(self) -> Iterator[Page[T, Row]]:
        """The pages from that one on, one after the other."""
        page: Optional[str] = ""
        while page is not None:
            done = self._runner.run(self._asked(page))
            if _is_new(done):
                yield self._page(done)
            page = _next(done)

    def __iter__(self) -> Iterator[Row]:
        """The rows of all these pages."""
        for page in self.pages():
            yield from page.rows


class AsyncPages(_Asked[T, Row]):
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
        return self._page(await self._runner.run(self._asked("")))

    async def pages(self) -> AsyncIterator[Page[T, Row]]:
        """The pages from that one on, one after the other."""
        page: Optional[str] = ""
        while page is not None:
            done = await self._runner.run(self._asked(page))
            if _is_new(done):
                yield self._page(done)
            page = _next(done)

    async def __aiter__(self) -> AsyncIterator[Row]:
        """The rows of all these pages."""
        async for page in self.pages():
            for row in page.rows:
                yield row
