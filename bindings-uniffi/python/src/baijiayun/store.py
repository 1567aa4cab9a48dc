"""What several processes share: the service's limits, and which callbacks were taken.

`baijiayun.redis` has stores on Redis and Valkey. Anything else that evaluates the same Lua scripts will do.
"""

from __future__ import annotations

from typing import Protocol

__all__ = ["AsyncStore", "Store"]


class Store(Protocol):
    """Evaluates Lua scripts for `Client`."""

    def evaluate(self, script: str, keys: list[str], args: list[int]) -> int:
        """Evaluates a script with these keys and arguments and returns the number that it returns.

        If it raises, calls go on within the limits of this process alone.
        """
        ...


class AsyncStore(Protocol):
    """Evaluates Lua scripts for `AsyncClient`."""

    async def evaluate(self, script: str, keys: list[str], args: list[int]) -> int:
        """As `Store.evaluate`."""
        ...
