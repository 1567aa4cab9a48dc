"""What BaijiaYun posts: answered at once, worked off later."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from baijiayun import AsyncClient, CallbackError
from baijiayun.callbacks import SUCCESS, Event, failure
from fastapi import Request, Response

log = logging.getLogger("classroom")

MAX_BYTES = 4 << 20
"""A longer body is none of the service's; it is not read to its end."""


class Inbox:
    """Takes callbacks, each once, and has them worked off one after the other."""

    def __init__(self, client: AsyncClient, work: Callable[[Event], Awaitable[None]], size: int = 1024) -> None:
        self._client = client
        self.work = work
        self.waiting: asyncio.Queue[Event] = asyncio.Queue(size)

    async def receive(self, request: Request) -> Response:
        """The route. The signature covers the body as it was posted, so no framework may parse it before."""
        try:
            event = self._client.callbacks.parse(await read(request), request.headers)
        except CallbackError as error:
            log.warning("a callback was refused: %s", error)
            return reply(failure("not signed by this account"), 401)
        # It posts again what it believes lost: every qid is taken once.
        if not await self._client.callbacks.claim(event):
            return reply(SUCCESS)
        try:
            self.waiting.put_nowait(event)
        except asyncio.QueueFull:
            await self._client.callbacks.release(event)
            return reply(failure("busy, post it again"))
        return reply(SUCCESS)

    async def work_off(self) -> None:
        """Runs as a task, as long as the server does. What waits must be in a database before it may not be lost."""
        while True:
            event = await self.waiting.get()
            try:
                await self.work(event)
            except Exception:
                log.exception("the work for %s %s failed", event.name, event.qid)
            finally:
                self.waiting.task_done()


async def read(request: Request) -> bytes:
    """The body, byte for byte."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise CallbackError(f"the body is longer than {MAX_BYTES} bytes")
    return bytes(body)


def reply(body: str, status: int = 200) -> Response:
    """What the service understands."""
    return Response(body, status, media_type="application/json")
