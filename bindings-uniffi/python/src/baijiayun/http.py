"""Sending requests: with the default executors, unless you give the client another one.

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
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Callable, Generic, Optional, Protocol, TypeVar, Union

from ._bounds import Exchange
from ._loops import PerLoop, is_asyncio
from ._message import Request, Response, own_headers
from ._multipart import Chunk, Multipart, Streamed
from ._plain import Connections
from ._proxies import has_proxies
from ._reading import CODINGS, read_async_body, read_body
from ._tls import trusted
from .errors import TimeoutError

if TYPE_CHECKING:
    import aiohttp
    import httpx
    import urllib3

    from ._aiohttp import AiohttpSender
    from ._httpx import AsyncClientSender, AsyncTransportSender, ClientSender, TransportSender

__all__ = [
    "AiohttpExecutor",
    "AsyncDefaultExecutor",
    "AsyncHttpExecutor",
    "AsyncHttpxExecutor",
    "Chunk",
    "DefaultExecutor",
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


class _Sender(Protocol):
    async def send(self, request: Request) -> Response: ...

    async def close(self) -> None: ...


S = TypeVar("S", bound=_Sender)


class DefaultExecutor:
    """What a `Client` sends with if nothing is said: Python's own http.client, which answers twice as many calls a second as
    urllib3. Connections are kept. Where the environment names a proxy httpx sends.
    """

    def __init__(self) -> None:
        self._connections: Optional[Connections] = None
        self._by_proxy: Optional[HttpxExecutor] = None

    def __call__(self, request: Request) -> Response:
        return self.exchange(request, Exchange(request.timeout))

    def exchange(self, request: Request, exchange: Exchange) -> Response:
        """Sends a request in this thread, and ends in time."""
        if self._connections is None and self._by_proxy is None:
            if has_proxies():
                self._by_proxy = HttpxExecutor()
            else:
                self._connections = Connections()
        if self._connections is not None:
            return self._connections.send(request, exchange)
        return exchange.in_thread(partial(self._by_proxy or HttpxExecutor(), request))

    def close(self) -> None:
        """Closes the connections."""
        connections, self._connections = self._connections, None
        if connections is not None:
            connections.close()
        if self._by_proxy is not None:
            self._by_proxy.close()

    def after_fork(self) -> None:
        """Leaves the connections to the parent process."""
        self._connections = None
        if self._by_proxy is not None:
            self._by_proxy.after_fork()


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
    """Sends with urllib3, which must be installed.

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


class _AsyncExecutor(Generic[S]):
    """Sends by something of which each event loop has its own."""

    _heeds_cancellation = True
    """It needs no task of its own."""

    def __init__(self) -> None:
        self._senders: PerLoop[S] = PerLoop(self._open, self._close)

    async def __call__(self, request: Request) -> Response:
        sender = self._senders.find()
        if sender is None:
            # Modules and certificates take up to half a second: the loop goes on meanwhile.
            request.is_waiting = True
            if is_asyncio():
                import asyncio

                await asyncio.to_thread(self._load, True)
            else:
                from anyio.to_thread import run_sync

                await run_sync(self._load, False)
            sender = await self._senders.get()
        return await sender.send(request)

    def _load(self, is_asyncio: bool) -> None:
        """Gets ready what `_open` needs, in a thread."""
        raise NotImplementedError

    def _open(self) -> S:
        raise NotImplementedError

    async def _close(self, sender: S) -> None:
        await sender.close()

    async def close(self) -> None:
        """Closes the connections of this event loop, unless what they belong to is yours."""
        await self._senders.close()

    def after_fork(self) -> None:
        """Leaves the connections to the parent process."""
        self._senders.forget()


class AsyncDefaultExecutor(_AsyncExecutor[_Sender]):
    """What an `AsyncClient` sends with if nothing is said: in asyncio its own connections with httptools, which answers more
    calls a second than aiohttp and many times more than httpx; in trio, and where the environment names a proxy, httpx.

    At most 100 requests (10 by httpx) and 100 files are under way in an event loop, the others wait for their turn.
    """

    def _load(self, is_asyncio: bool) -> None:
        if not (is_asyncio and _has_httptools()):
            import_module("._httpx", __package__)
        trusted()

    def _open(self) -> _Sender:
        if is_asyncio() and _has_httptools():
            from ._asyncio import AsyncioSender

            return AsyncioSender()
        from ._httpx import open_async

        return open_async()


class AiohttpExecutor(_AsyncExecutor["AiohttpSender"]):
    """Sends with aiohttp (`pip install "baijiayun-sdk[aiohttp]"`), in asyncio alone.

    Without a session of your own it makes connections for each event loop. A session of yours stays yours to close, and
    belongs to one loop; it has to be made with `auto_decompress=False`, and adds its own headers, proxies and cookies.
    """

    def __init__(self, session: Optional[aiohttp.ClientSession] = None) -> None:
        super().__init__()
        self._given = session

    def _load(self, is_asyncio: bool) -> None:
        import_module("._aiohttp", __package__)

        trusted()

    def _open(self) -> AiohttpSender:
        from ._aiohttp import AiohttpSender

        return AiohttpSender(self._given)


class AsyncHttpxExecutor(_AsyncExecutor["Union[AsyncClientSender, AsyncTransportSender]"]):
    """Sends with httpx, in asyncio or trio.

    Without a client of your own it makes connections for each event loop, so that one `AsyncClient` can serve several.
    """

    def __init__(self, client: Optional[httpx.AsyncClient] = None) -> None:
        super().__init__()
        self._given = client

    def _load(self, is_asyncio: bool) -> None:
        import_module("._httpx", __package__)

        trusted()

    def _open(self) -> Union[AsyncClientSender, AsyncTransportSender]:
        from ._httpx import AsyncClientSender, open_async

        return open_async() if self._given is None else AsyncClientSender(self._given)


def _has_httptools() -> bool:
    """Whether requests can go by connections of asyncio: no proxy is named, and httptools is there, of which some systems
    have no wheel."""
    if has_proxies():
        return False
    try:
        import_module("._asyncio", __package__)
    except ImportError:
        return False
    return True
