"""Sending requests: with httpx unless you give the client another executor.

An executor is any callable that takes a `Request` and returns a `Response`; for `AsyncClient` it is one that can be
awaited. What it raises means that there was no answer: `baijiayun.ConnectError`, `ConnectionRefusedError` and the
like say that the request never left, `TimeoutError` that time was up, anything else that nobody knows. After
`request.timeout` nobody waits for it any more. Redirects are not to be followed, and nothing is to be sent twice.

    def send(request: Request) -> Response:
        with requests.request(
            request.method, request.url, headers={**request.headers, "accept-encoding": "gzip, deflate"},
            data=request.body, timeout=request.timeout, allow_redirects=False, stream=True) as answer:
            # Unpacked bit by bit, and no longer than it may be.
            body = read_body(request, answer.headers, answer.raw.stream(decode_content=False))
            return Response(answer.status_code, body, answer.headers)

    client = Client("demo", "12345678", partner_key, http=send)
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Callable, Optional, Union

from ._loops import PerLoop
from ._message import Request, Response, own_headers
from ._multipart import Chunk, Multipart, Streamed
from ._reading import CODINGS, read_async_body, read_body
from .errors import TimeoutError

if TYPE_CHECKING:
    import httpx
    import urllib3

    from ._httpx import AsyncClientSender, AsyncTransportSender, ClientSender, TransportSender

__all__ = [
    "AsyncHttpExecutor",
    "AsyncHttpxExecutor",
    "Chunk",
    "HttpExecutor",
    "HttpxExecutor",
    "Multipart",
    "Request",
    "Response",
    "Streamed",
    "Urllib3Executor",
    "read_async_body",
    "read_body",
]

HttpExecutor = Callable[[Request], Response]
"""Sends a request and waits for the answer."""

AsyncHttpExecutor = Callable[[Request], Awaitable[Response]]
"""The same to be awaited."""


class HttpxExecutor:
    """Sends with httpx.

    Without a client of your own it makes connections when it is first used: they are kept, the proxies of the environment
    are used, redirects are not followed, and cookies are not kept.
    """

    def __init__(self, client: Optional[httpx.Client] = None) -> None:
        self._given = client
        self._sender: Union[ClientSender, TransportSender, None] = None
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Response:
        from ._httpx import chunks

        response = (self._sender or self._open()).send(request)
        try:
            body = read_body(request, response.headers, chunks(response))
        finally:
            response.close()
        return Response(response.status_code, body, response.headers)

    def _open(self) -> Union[ClientSender, TransportSender]:
        from ._httpx import ClientSender, open_sync

        with self._lock:
            if self._sender is None:
                self._sender = open_sync() if self._given is None else ClientSender(self._given)
            return self._sender

    def close(self) -> None:
        """Closes the connections, unless the client is yours."""
        sender, self._sender = self._sender, None
        if sender is not None and self._given is None:
            sender.close()

    def after_fork(self) -> None:
        """Leaves the connections to the parent process."""
        self._lock = threading.Lock()
        self._sender = None


class Urllib3Executor:
    """Sends with urllib3, which costs less time per request than httpx. urllib3 must be installed.

        client = Client("demo", "12345678", partner_key, http=Urllib3Executor())

    A pool of your own (for example a `urllib3.ProxyManager`) stays yours to close.
    """

    def __init__(self, pool: Optional[urllib3.PoolManager] = None) -> None:
        self._given = pool
        self._pool = pool or self._open()

    def _open(self) -> urllib3.PoolManager:
        import urllib3

        return urllib3.PoolManager(maxsize=20, headers=own_headers())

    def __call__(self, request: Request) -> Response:
        response = self._send(request)
        try:
            body = read_body(request, response.headers, response.stream(decode_content=False))
            return Response(response.status, body, response.headers)
        except BaseException:
            response.close()
            raise
        finally:
            response.release_conn()

    def _send(self, request: Request) -> urllib3.BaseHTTPResponse:
        from urllib3 import Timeout
        from urllib3.exceptions import ProtocolError

        try:
            return self._pool.request(
                request.method,
                request.url,
                headers={**self._pool.headers, "accept-encoding": CODINGS, **request.headers},
                body=iter(request.body) if isinstance(request.body, Streamed) else request.body,
                # The time for connecting is also that for a part of the body to go out.
                timeout=Timeout(connect=min(request.timeout, request.stall_timeout), read=request.answer_timeout),
                preload_content=False,
                redirect=False,
                retries=False,
            )
        except ProtocolError as error:
            if isinstance(error.args[-1], socket.timeout):
                raise TimeoutError("nothing moved while the body was sent") from error
            raise

    def close(self) -> None:
        """Closes the connections, unless the pool is yours."""
        if self._given is None:
            self._pool.clear()

    def after_fork(self) -> None:
        """Leaves the connections to the parent process."""
        self._pool = self._given or self._open()


class AsyncHttpxExecutor:
    """Sends with httpx, in asyncio or trio.

    Without a client of your own it makes connections for each event loop, so that one `AsyncClient` can serve several.
    """

    def __init__(self, client: Optional[httpx.AsyncClient] = None) -> None:
        self._given = client
        self._senders = PerLoop(self._open)

    async def __call__(self, request: Request) -> Response:
        from ._httpx import async_chunks

        response = await self._senders.get().send(request)
        try:
            body = await read_async_body(request, response.headers, async_chunks(response))
        finally:
            await response.aclose()
        return Response(response.status_code, body, response.headers)

    def _open(self) -> Union[AsyncClientSender, AsyncTransportSender]:
        from ._httpx import AsyncClientSender, open_async

        return open_async() if self._given is None else AsyncClientSender(self._given)

    async def close(self) -> None:
        """Closes the connections of this event loop, unless the client is yours."""
        sender = self._senders.take()
        if sender is not None and self._given is None:
            await sender.close()

    def after_fork(self) -> None:
        """Leaves the connections to the parent process."""
        self._senders.forget()
