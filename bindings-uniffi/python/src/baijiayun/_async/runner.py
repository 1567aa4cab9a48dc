"""Running calls."""

from __future__ import annotations

from collections.abc import Awaitable
from contextlib import suppress
from functools import partial
from typing import Any, Callable, Optional, TypeVar, cast

from .._async_bounds import AsyncBounds
from .._boundary import Done, Sign, Wait
from .._boundary import Store as StoreStep
from .._calls import Action, Asked, Calls, Reading
from .._forks import on_fork
from .._message import Request
from .._native import quota_script
from .._shared import Shared
from .._telling import Telling
from ..errors import MisuseError
from ..http import AsyncDefaultExecutor, AsyncHttpExecutor
from ..options import CallOptions, merged
from ..store import AsyncStore

T = TypeVar("T")

QUOTA_SCRIPT = quota_script()

WITHIN = 30.0
"""Seconds that closing a client gives to requests in flight, if nothing is said."""

STORE_PATIENCE = 0.5
"""Seconds that the store gets for a callback. For calls the engine says it."""

AsyncSigner = Callable[[str], Awaitable[str]]
"""Signs a text on another machine: MD5 over it, `&partner_key=` and the key, in lower-case hex."""


class AsyncRunner(Shared):
    """Carries out what calls ask for."""

    def __init__(
        self,
        calls: Calls,
        http: Optional[AsyncHttpExecutor] = None,
        store: Optional[AsyncStore] = None,
        signer: Optional[AsyncSigner] = None,
    ) -> None:
        self.calls = calls
        self.http: AsyncHttpExecutor = http or AsyncDefaultExecutor()
        self.is_own: bool = http is None
        self.store = store
        self.signer = signer
        self.options: Optional[CallOptions] = None
        """What calls go by that say nothing else."""
        self.bounds: AsyncBounds = AsyncBounds()
        self.sleep: Callable[[float], Awaitable[object]] = self.bounds.pause
        on_fork(self.http)
        on_fork(self.store)

    def with_options(self, options: CallOptions) -> AsyncRunner:
        """The same, for calls with these options."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other.options = merged(self.options, options)
        return other

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
        except BaseException as error:
            if asked.video_id is not None and getattr(error, "video_id", None) is None:
                # Also of errors that are not ours: without it nobody could go on with the upload.
                with suppress(Exception):
                    setattr(error, "video_id", asked.video_id)  # noqa: B010
            raise
        finally:
            steps.close()

    async def _do(self, action: Action) -> Any:
        if isinstance(action, Request):
            return await self.bounds.send(self.http, action)
        if isinstance(action, Reading):
            return await self.bounds.read(action)
        if isinstance(action, Telling):
            return await self.bounds.tell(action)
        if isinstance(action, Wait):
            return await self.sleep(action.time / 1000)
        if isinstance(action, StoreStep):
            return await self.ask_store(QUOTA_SCRIPT, action.keys, action.args, action.timeout / 1000)
        return await self.sign(action)

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
        if isinstance(within, bool) or not isinstance(cast("object", within), (int, float)):
            raise MisuseError(f"within must be a number of seconds, not a {type(within).__name__}")
        self.calls.close()
        try:
            await self.bounds.close(within)
        finally:
            if self.is_own and isinstance(self.http, AsyncDefaultExecutor):
                await self.http.close()
