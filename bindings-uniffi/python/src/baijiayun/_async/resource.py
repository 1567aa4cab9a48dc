"""What the classes of the resources have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional, TypeVar

from .._calls import Asked
from ..options import CallOptions
from .pages import AsyncPages
from .runner import AsyncRunner

T = TypeVar("T")
Params = Optional[Mapping[str, Any]]


class AsyncResource:
    """The operations of one kind."""

    def __init__(self, runner: AsyncRunner) -> None:
        self._runner = runner

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    async def _call(self, name: str, result: type[T], params: Params, options: Optional[CallOptions]) -> T:
        return (await self._runner.run(Asked(name, result, params, options, self._runner.options))).data

    def _pages(self, name: str, result: type[T], params: Params, options: Optional[CallOptions]) -> AsyncPages[T, Any]:
        return AsyncPages(self._runner, name, result, params, options)
