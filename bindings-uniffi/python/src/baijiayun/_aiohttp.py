"""Sending with aiohttp. This module is loaded with the first request, for it loads aiohttp."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Optional

import aiohttp
from anyio import CancelScope, current_time
from yarl import URL

from ._message import Request, Response, own_headers
from ._multipart import Streamed
from ._places import Places
from ._reading import CODINGS, read_async_body
from ._tls import trusted
from .errors import TimeoutError


class AiohttpSender:
    """Sends by a session: one that was given, or one of its own."""

    def __init__(self, session: Optional[aiohttp.ClientSession] = None) -> None:
        self._is_own = session is None
        self._places = Places()
        self._headers = own_headers() if session is None else {}
        self._session = session or _session()
        self._timeouts: dict[tuple[float, float], aiohttp.ClientTimeout] = {}

    async def send(self, request: Request) -> Response:
        """Sends a request when there is a place for it."""
        async with self._places.one(request):
            if not isinstance(request.body, Streamed):
                return await self._exchange(request, request.body)
            with CancelScope() as scope:
                return await self._exchange(request, _watched(request, request.body, scope))
            raise TimeoutError("nothing moved while the body was sent")

    async def _exchange(self, request: Request, body: Any) -> Response:
        timeout = self._timeout(request.timeout, request.answer_timeout)
        headers = {**self._headers, "accept-encoding": CODINGS, **request.headers}
        # It is written and signed as it is.
        url = URL(request.url, encoded=True)
        async with self._session.request(
            request.method, url, data=body, headers=headers, allow_redirects=False, timeout=timeout
        ) as answer:
            content = await read_async_body(request, answer.headers, answer.content.iter_any())
            return Response(answer.status, content, answer.headers)

    def _timeout(self, connect: float, read: float) -> aiohttp.ClientTimeout:
        """Most calls have the same."""
        found = self._timeouts.get((connect, read))
        if found is None:
            if len(self._timeouts) > 20:
                self._timeouts.clear()
            found = aiohttp.ClientTimeout(total=None, sock_connect=connect, sock_read=read)
            self._timeouts[connect, read] = found
        return found

    async def close(self) -> None:
        if self._is_own:
            await self._session.close()


def _session() -> aiohttp.ClientSession:
    session = aiohttp.ClientSession(
        # `Places` keeps their number.
        connector=aiohttp.TCPConnector(limit=0, ssl=trusted()),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
    )
    # It would send a GET a second time that nobody answered, and some operations change something by GET.
    setattr(session, "_retry_connection", False)  # noqa: B010
    return session


async def _watched(request: Request, body: Streamed, scope: CancelScope) -> AsyncIterator[bytes]:
    """A body; the scope ends when nothing moves, neither while it is sent nor when it was."""
    async for piece in body:
        scope.deadline = current_time() + min(request.timeout, request.stall_timeout)
        yield piece
    scope.deadline = current_time() + request.answer_timeout
