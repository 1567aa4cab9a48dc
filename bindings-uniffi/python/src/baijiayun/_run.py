"""Running calls: plainly, and with async and await."""

from __future__ import annotations

import time
from collections.abc import Awaitable
from typing import Any, Callable, Optional, TypeVar

from ._boundary import Done, Store as StoreStep, Wait
from ._calls import Action, Asked, Calls, log, on_fork
from ._native import quota_script
from ._shared import Shared
from .errors import MisuseError
from .http import AsyncHttpExecutor, AsyncHttpxExecutor, HttpExecutor, HttpxExecutor, Request, Response
from .store import AsyncStore, Store

T = TypeVar("T")

QUOTA_SCRIPT = quota_script()

Signer = Callable[[str], str]
"""Signs a text on another machine: MD5 over it, `&partner_key=` and the key, in lower-case hex."""

AsyncSigner = Callable[[str], Awaitable[str]]
"""The same to be awaited."""


class Runner(Shared):
    """Carries out what calls ask for."""

    def __init__(
        self, calls: Calls, http: Optional[HttpExecutor], store: Optional[Store], signer: Optional[Signer]
    ) -> None:
        self.calls = calls
        self.http: HttpExecutor = http or HttpxExecutor()
        self.is_own: bool = http is None
        self.store = store
        self.signer = signer
        self.sleep: Callable[[float], object] = time.sleep
        self.closed: bool = False
        on_fork(self.http)
        on_fork(self.store)

    def run(self, asked: Asked[T]) -> Done[T]:
        """A call from beginning to end."""
        _check_open(self.closed, asked)
        steps = self.calls.steps(asked)
        try:
            action = next(steps)
            while True:
                try:
                    outcome = self._do(action)
                except Exception as error:
                    action = steps.throw(error)
                else:
                    action = steps.send(outcome)
        except StopIteration as stop:
            done: Done[T] = stop.value
            return done
        finally:
            steps.close()

    def _do(self, action: Action) -> Any:
        if isinstance(action, Request):
            return self.http(action)
        if isinstance(action, Wait):
            log.debug("waiting %s ms (%s)", action.time, action.why)
            return self.sleep(action.time / 1000)
        if isinstance(action, StoreStep):
            return None if self.store is None else self.store.evaluate(QUOTA_SCRIPT, action.keys, action.args)
        return self.sign(action.text)

    def sign(self, text: str) -> str:
        """Has a text signed elsewhere."""
        if self.signer is None:
            raise MisuseError("neither partner_key nor a signer was given")
        return self.signer(text)

    def close(self) -> None:
        """Closes the connections."""
        self.closed = True
        if self.is_own and isinstance(self.http, HttpxExecutor):
            self.http.close()


class AsyncRunner(Shared):
    """Carries out what calls ask for, with async and await."""

    def __init__(
        self,
        calls: Calls,
        http: Optional[AsyncHttpExecutor],
        store: Optional[AsyncStore],
        signer: Optional[AsyncSigner],
    ) -> None:
        self.calls = calls
        self.http: AsyncHttpExecutor = http or AsyncHttpxExecutor()
        self.is_own: bool = http is None
        self.store = store
        self.signer = signer
        self.sleep: Callable[[float], Awaitable[object]] = _sleep
        self.closed: bool = False
        on_fork(self.http)
        on_fork(self.store)

    async def run(self, asked: Asked[T]) -> Done[T]:
        """A call from beginning to end."""
        _check_open(self.closed, asked)
        steps = self.calls.steps(asked)
        try:
            action = next(steps)
            while True:
                try:
                    outcome = await self._do(action)
                except Exception as error:
                    action = steps.throw(error)
                else:
                    action = steps.send(outcome)
        except StopIteration as stop:
            done: Done[T] = stop.value
            return done
        finally:
            steps.close()

    async def _do(self, action: Action) -> Any:
        if isinstance(action, Request):
            from anyio import fail_after

            with fail_after(action.timeout):
                sent = self.http(action)
                if isinstance(sent, Response):
                    raise MisuseError("the HTTP executor of an AsyncClient must be awaited: write it with `async def`")
                return await sent
        if isinstance(action, Wait):
            log.debug("waiting %s ms (%s)", action.time, action.why)
            return await self.sleep(action.time / 1000)
        if isinstance(action, StoreStep):
            return None if self.store is None else await self.store.evaluate(QUOTA_SCRIPT, action.keys, action.args)
        return await self.sign(action.text)

    async def sign(self, text: str) -> str:
        """Has a text signed elsewhere."""
        if self.signer is None:
            raise MisuseError("neither partner_key nor a signer was given")
        return await self.signer(text)

    async def close(self) -> None:
        """Closes the connections."""
        self.closed = True
        if self.is_own and isinstance(self.http, AsyncHttpxExecutor):
            await self.http.close()


async def _sleep(seconds: float) -> None:
    from anyio import sleep

    await sleep(seconds)


def _check_open(closed: bool, asked: Asked[Any]) -> None:
    if closed:
        raise MisuseError(f"{asked.name}: the client is closed", operation=asked.name)
