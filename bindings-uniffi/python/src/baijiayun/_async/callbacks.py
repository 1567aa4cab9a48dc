"""What the service posts to you, each taken once."""

from __future__ import annotations

from functools import partial
from typing import Optional

from .._callback import Callback
from .._calls import number_of
from .._receiver import CLAIM_SCRIPT, Receiver, claimable, owner_of_a_claim
from .runner import AsyncRunner


class AsyncCallbacks(Receiver):
    """Checks and reads what the service posts, and takes each callback once."""

    def __init__(self, runner: AsyncRunner, prefix: Optional[str] = None) -> None:
        super().__init__(runner.calls, prefix)
        self._runner = runner

    async def claim(self, event: Callback) -> bool:
        """Claims a callback: true for the first to do so, in this process, or among all that share the store.

        The service posts a callback again when it heard no success. Claim before the work, and `release` when the work
        fails, or the repetition is lost. It is claimed by its `qid` and by its signature: whoever has seen a post can
        give it another `qid` by cutting its fields differently, but not another signature.
        """
        if not self._recent.claim(claimable(event)):
            return False
        owner = owner_of_a_claim()
        try:
            first = await self._ask(event, event.hold, owner) != 0
        except GeneratorExit:
            # The coroutine is thrown away: it may not wait any more.
            self._recent.release(event)
            raise
        except BaseException:
            # It is cancelled before the answer: nobody will do the work.
            self._recent.release(event)
            if self._runner.store is not None:
                await self._runner.bounds.give_back(partial(self._ask, event, 0, owner))
            raise
        if not first:
            # It is another process's, which may give it back.
            self._recent.release(event)
        return first

    async def release(self, event: Callback) -> None:
        """Gives a callback back whose work failed, so that its repetition is taken."""
        self._recent.release(claimable(event))
        await self._ask(event, 0, 0)

    async def _ask(self, event: Callback, seconds: int, owner: int) -> Optional[int]:
        if self._runner.store is None:
            return None
        try:
            return number_of(await self._runner.ask_store(CLAIM_SCRIPT, self._keys(event), [seconds, owner]))
        except Exception as error:
            return number_of(error)
