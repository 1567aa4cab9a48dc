"""Stores on Redis (5 or later) or Valkey, with redis-py or any client that has its methods.

    client = Client("demo", "12345678", partner_key, store=RedisStore.from_url("redis://127.0.0.1"))

A store that is down does not stop calls: they go on within the limits of their process.
"""

from __future__ import annotations

from hashlib import sha1
from typing import Any, Callable, Protocol, Union, cast

from ._loops import PerLoop

__all__ = ["AsyncRedisStore", "RedisStore"]

TIMEOUT = 0.5
"""Seconds that a store gets to answer, if the client is made here."""


class _Redis(Protocol):
    """What is used of `redis.Redis` and of `redis.asyncio.Redis`, whose answers are to be awaited."""

    def evalsha(self, sha: str, numkeys: int, *keys_and_args: Any) -> Any: ...

    def eval(self, script: str, numkeys: int, *keys_and_args: Any) -> Any: ...


class RedisStore:
    """A store for `Client`.

    A `redis.Redis` of your own should have a short `socket_timeout`: a call waits for the store.
    """

    def __init__(self, redis: _Redis) -> None:
        self._redis = redis
        self._is_own = False

    @classmethod
    def from_url(cls, url: str, **settings: Any) -> RedisStore:
        """The store at an address such as `redis://:password@127.0.0.1:6379/0`; `settings` are those of redis-py."""
        from redis import Redis

        store = cls(_open(Redis, url, settings))
        store._is_own = True
        return store

    def close(self) -> None:
        """Closes the connections, unless the client is yours."""
        if self._is_own:
            cast("Any", self._redis).close()

    def evaluate(self, script: str, keys: list[str], args: list[int]) -> int:
        """Evaluates a Lua script, which is sent only if Redis does not know it."""
        try:
            return int(self._redis.evalsha(_sha(script), len(keys), *keys, *args))
        except Exception as error:
            if not _is_unknown_script(error):
                raise
        return int(self._redis.eval(script, len(keys), *keys, *args))


class AsyncRedisStore:
    """A store for `AsyncClient`: the same with `redis.asyncio.Redis`, which runs on asyncio only.

    Connections belong to an event loop: give it what makes a client, and each loop gets one of its own.
    """

    def __init__(self, redis: Union[_Redis, Callable[[], _Redis]]) -> None:
        self._is_own = callable(redis)
        self._redis: PerLoop[_Redis] = PerLoop(redis if callable(redis) else lambda: redis, self._close)

    async def _close(self, redis: Any) -> None:
        """Closes the connections of a loop that ends, if the client was made for it."""
        close = getattr(redis, "aclose", None) or getattr(redis, "close", None)
        if self._is_own and close is not None:
            await close()

    async def close(self) -> None:
        """Closes the connections of this event loop, unless the client is yours."""
        await self._redis.close()

    @classmethod
    def from_url(cls, url: str, **settings: Any) -> AsyncRedisStore:
        """The store at an address such as `redis://:password@127.0.0.1:6379/0`; `settings` are those of redis-py."""
        from redis.asyncio import Redis

        return cls(lambda: _open(Redis, url, settings))

    def after_fork(self) -> None:
        """Leaves the connections to the parent process."""
        self._redis.forget()

    async def evaluate(self, script: str, keys: list[str], args: list[int]) -> int:
        """Evaluates a Lua script, which is sent only if Redis does not know it."""
        redis = await self._redis.get()
        try:
            return int(await redis.evalsha(_sha(script), len(keys), *keys, *args))
        except Exception as error:
            if not _is_unknown_script(error):
                raise
        return int(await redis.eval(script, len(keys), *keys, *args))


def _open(redis: Any, url: str, settings: dict[str, Any]) -> Any:
    return redis.from_url(url, **{"socket_timeout": TIMEOUT, "socket_connect_timeout": TIMEOUT, **settings})


def _sha(script: str) -> str:
    return sha1(script.encode(), usedforsecurity=False).hexdigest()


def _is_unknown_script(error: Exception) -> bool:
    return "NoScript" in type(error).__name__ or "NOSCRIPT" in str(error)
