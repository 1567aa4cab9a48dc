"""What the classes of the resources have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional, TypeVar

from ._calls import Asked
from ._run import AsyncRunner, Runner
from .options import CallOptions
from .pages import AsyncPages, Pages

T = TypeVar("T")
Params = Optional[Mapping[str, Any]]

NOTHING = type(None)
"""The result of an operation that answers without data."""


class Resource:
    """The operations of one kind."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def _call(self, name: str, result: type[T], params: Params, options: Optional[CallOptions]) -> T:
        return self._runner.run(Asked(name, result, params, options)).data

    def _pages(self, name: str, result: type[T], params: Params, options: Optional[CallOptions]) -> Pages[T, Any]:
        return Pages(self._runner, name, result, params, options)


class AsyncResource:
    """The operations of one kind, to be awaited."""

    def __init__(self, runner: AsyncRunner) -> None:
        self._runner = runner

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    async def _call(self, name: str, result: type[T], params: Params, options: Optional[CallOptions]) -> T:
        return (await self._runner.run(Asked(name, result, params, options))).data

    def _pages(self, name: str, result: type[T], params: Params, options: Optional[CallOptions]) -> AsyncPages[T, Any]:
        return AsyncPages(self._runner, name, result, params, options)
