"""What lists have in common, however they are waited for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Generic, Optional, TypeVar

from ._boundary import Done
from ._calls import Asked
from .options import CallOptions

T = TypeVar("T")
Row = TypeVar("Row")


class Page(Generic[T, Row]):
    """A page of a list. Iterate over it to get its rows."""

    __slots__ = ("data", "number", "rows", "total")

    def __init__(self, data: T, rows: list[Row], total: Optional[int], number: int = 1) -> None:
        self.data: T = data
        """The data of the page, as the documents describe them."""
        self.rows: list[Row] = rows
        """The rows in them."""
        self.total: Optional[int] = total
        """How many rows there are in all, if the service says so."""
        self.number: int = number
        """Which page it is: `client.room.list(page=number + 1, ...)` goes on behind it, also tomorrow."""

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return f"<Page {self.number} of {len(self.rows)} rows, {self.total} in all>"


class List(Generic[T, Row]):
    """A list as it is asked for."""

    def __init__(
        self,
        name: str,
        result: type[T],
        params: Optional[Mapping[str, Any]],
        options: Optional[CallOptions],
        defaults: Optional[CallOptions],
    ) -> None:
        self._name = name
        self._result = result
        # Those of now, whatever becomes of the mapping until the pages are asked for.
        self._params = None if params is None else dict(params)
        self._options = options
        self._defaults = defaults

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._name}>"

    def _asked(self, page: str) -> Asked[T]:
        """The call for one page."""
        return Asked(self._name, self._result, self._params, self._options, self._defaults, page=page)

    def _first(self) -> int:
        """The number of the first page."""
        given = (self._params or {}).get("page")
        try:
            return 1 if given is None else int(given)
        except (TypeError, ValueError):
            return 1

    def _read(self, done: Done[T], number: int) -> Page[T, Row]:
        """The page that came."""
        place, total = (done.page.list, done.page.total) if done.page else ("", None)
        rows: Any = done.data
        for member in filter(None, place.split(".")):
            rows = rows.get(member) if hasattr(rows, "get") else getattr(rows, member, None)
        return Page(done.data, rows or [], total, number)


def is_new(done: Done[Any]) -> bool:
    """Whether the page was not there before."""
    return done.page is None or not done.page.repeated


def next_of(done: Done[Any]) -> Optional[str]:
    """The page behind this one."""
    return done.page.next if done.page else None
