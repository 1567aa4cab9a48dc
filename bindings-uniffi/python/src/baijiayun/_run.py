"""Running calls: plainly, and with async and await."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import partial
from typing import Any, Callable, Optional, TypeVar

from ._async_bounds import AsyncBounds
from ._boundary import Done, Sign, Wait
from ._boundary import Store as StoreStep
from ._bounds import Bounds
from ._calls import Action, Asked, Calls, Reading, log
from ._forks import on_fork
from ._message import Request, Response
from ._native import quota_script
from ._shared import Shared
from .errors import MisuseError
from .http import AsyncHttpExecutor, AsyncHttpxExecutor, HttpExecutor, HttpxExecutor
from .store import AsyncStore, Store

T = TypeVar("T")

QUOTA_SCRIPT = quota_script()

WITHIN = 30.0
"""Seconds that closing a client gives to requests in flight, if nothing is said."""

STORE_PATIENCE = 0.5
"""Seconds that the store gets for a callback. For calls the engine says it."""

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
        self.bounds: Bounds = Bounds()
        self.sleep: Callable[[float], object] = self.bounds.pause
        on_fork(self.http)
        on_fork(self.store)

    def run(self, asked: Asked[T]) -> Done[T]:
        """A call from beginning to end."""
        steps = self.calls.steps(asked)
        outcome: Any = None
        try:
            action = next(steps)
            while True:
                try:
                    outcome = self._do(action)
                except Exception as error:
                    action = steps.throw(error)
                else:
                    # An error keeps this frame, but not the answer.
                    outcome, told = None, outcome
                    action = steps.send(told)
        except StopIteration as stop:
            done: Done[T] = stop.value
            return done
        finally:
            steps.close()

    def _do(self, action: Action) -> Any:
        if isinstance(action, Request):
            return self.bounds.run(partial(self.http, action), action.timeout, is_request=True)
        if isinstance(action, Reading):
            return action()
        if isinstance(action, Wait):
            log.debug("waiting %s ms (%s)", action.time, action.why)
            return self.sleep(action.time / 1000)
        if isinstance(action, StoreStep):
            return self.ask_store(QUOTA_SCRIPT, action.keys, action.args, action.timeout / 1000)
        return self.sign(action)

    def ask_store(self, script: str, keys: list[str], args: list[int], patience: float = STORE_PATIENCE) -> Any:
        """What the store gives; None if there is none."""
        if self.store is None:
            return None
        return self.bounds.run(partial(self.store.evaluate, script, keys, args), patience)

    def sign(self, step: Sign) -> Any:
        """Has a text signed elsewhere."""
        if self.signer is None:
            raise MisuseError("neither partner_key nor a signer was given")
        return self.bounds.run(partial(self.signer, step.text), step.timeout / 1000)

    def close(self, within: float = WITHIN) -> None:
        """Ends the calls, and closes the connections."""
        self.calls.close()
        try:
            self.bounds.close(within)
        finally:
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
        self.bounds: AsyncBounds = AsyncBounds()
        self.sleep: Callable[[float], Awaitable[object]] = self.bounds.pause
        on_fork(self.http)
        on_fork(self.store)

    async def run(self, asked: Asked[T]) -> Done[T]:
        """A call from beginning to end."""
        steps = self.calls.steps(asked)
        outcome: Any = None
        try:
            action = next(steps)
            while True:
                try:
                    outcome = await self._do(action)
                except Exception as error:
                    action = steps.throw(error)
                else:
                    # An error keeps this frame, but not the answer.
                    outcome, told = None, outcome
                    action = steps.send(told)
        except StopIteration as stop:
            done: Done[T] = stop.value
            return done
        finally:
            steps.close()

    async def _do(self, action: Action) -> Any:
        if isinstance(action, Request):
            return await self.bounds.run(partial(self._send, action), action.timeout, is_request=True)
        if isinstance(action, Reading):
            from anyio.to_thread import run_sync

            return await run_sync(action)
        if isinstance(action, Wait):
            log.debug("waiting %s ms (%s)", action.time, action.why)
            return await self.sleep(action.time / 1000)
        if isinstance(action, StoreStep):
            return await self.ask_store(QUOTA_SCRIPT, action.keys, action.args, action.timeout / 1000)
        return await self.sign(action)

    def _send(self, request: Request) -> Awaitable[Response]:
        sent = self.http(request)
        if isinstance(sent, Response):
            raise MisuseError("the HTTP executor of an AsyncClient must be awaited: write it with `async def`")
        return sent

    async def ask_store(self, script: str, keys: list[str], args: list[int], patience: float = STORE_PATIENCE) -> Any:
        """What the store gives; None if there is none."""
        if self.store is None:
            return None
        return await self.bounds.run(partial(self.store.evaluate, script, keys, args), patience)

    async def sign(self, step: Sign) -> Any:
        """Has a text signed elsewhere."""
        if self.signer is None:
            raise MisuseError("neither partner_key nor a signer was given")
        return await self.bounds.run(partial(self.signer, step.text), step.timeout / 1000)

    async def close(self, within: float = WITHIN) -> None:
        """Ends the calls, and closes the connections."""
        self.calls.close()
        try:
            await self.bounds.close(within)
        finally:
            if self.is_own and isinstance(self.http, AsyncHttpxExecutor):
                await self.http.close()
