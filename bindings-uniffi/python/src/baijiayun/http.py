"""Sending requests: with httpx unless you give the client another executor.

An executor is any callable that takes a `Request` and returns a `Response`; for `AsyncClient` it is one that can be
awaited. What it raises means that there was no answer: `baijiayun.ConnectError`, `ConnectionRefusedError` and the
like say that the request never left, `TimeoutError` that time was up, anything else that nobody knows.

    def send(request: Request) -> Response:
        answer = requests.request(
            request.method, request.url, headers=request.headers, data=request.body,
            timeout=request.timeout, allow_redirects=False)
        return Response(answer.status_code, answer.content, answer.headers)

    client = Client("demo", "12345678", partner_key, http=send)
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Callable, Optional, Union

from ._loops import PerLoop
from ._multipart import Chunk, Multipart, Streamed
from ._version import DISTRIBUTION, version
from .errors import AnswerError, TimeoutError

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
]

MAX_BYTES = 64 << 20
"""Answers of more bytes are refused, as the core does."""


class Request:
    """A signed request. It may hold passwords: do not log it."""

    __slots__ = ("answer_timeout", "body", "headers", "method", "stall_timeout", "timeout", "url")

    def __init__(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        body: Union[bytes, Streamed, None],
        timeout: float,
        stall_timeout: float,
        answer_timeout: Optional[float] = None,
    ) -> None:
        self.method: str = method
        """`GET` or `POST`."""
        self.url: str = url
        """The address. That of a GET is signed."""
        self.headers: dict[str, str] = headers
        """The headers, also content-type and content-length."""
        self.body: Union[bytes, Streamed, None] = body
        """The form; with files, or for a chunk of one, an object that gives the bytes bit by bit, also to `async for`."""
        self.timeout: float = timeout
        """How long to wait for the answer, in seconds."""
        self.stall_timeout: float = stall_timeout
        """How long nothing may move while the body is sent, in seconds."""
        self.answer_timeout: float = timeout if answer_timeout is None else min(timeout, answer_timeout)
        """How long nothing may come once the body is sent, in seconds."""

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.url.partition('?')[0]}>"


class Response:
    """What was answered."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, body: bytes, headers: Optional[Mapping[str, str]] = None) -> None:
        """`retry-after` is the one header that matters; its name is in small letters, or the mapping does not care."""
        self.status: int = status
        self.body: bytes = body
        self.headers: Mapping[str, str] = {} if headers is None else headers

    def __repr__(self) -> str:
        return f"<Response {self.status}, {len(self.body)} bytes>"


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

        answer = _Answer(request)
        response = (self._sender or self._open()).send(request)
        try:
            for chunk in chunks(response):
                answer.take(chunk)
        finally:
            response.close()
        return Response(response.status_code, answer.whole(), response.headers)

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
        answer = _Answer(request)
        response = self._send(request)
        try:
            for chunk in response.stream():
                answer.take(chunk)
            return Response(response.status, answer.whole(), response.headers)
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
                headers={**self._pool.headers, **request.headers},
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

        answer = _Answer(request)
        response = await self._senders.get().send(request)
        try:
            async for chunk in async_chunks(response):
                answer.take(chunk)
        finally:
            await response.aclose()
        return Response(response.status_code, answer.whole(), response.headers)

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


class _Answer:
    """An answer as it comes in, within time and size."""

    def __init__(self, request: Request) -> None:
        self.end = time.monotonic() + request.timeout
        self.chunks: list[bytes] = []
        self.size = 0

    def take(self, chunk: bytes) -> None:
        self.chunks.append(chunk)
        self.size += len(chunk)
        if self.size > MAX_BYTES:
            raise AnswerError(f"the answer is longer than {MAX_BYTES} bytes", kind="too_large")
        if time.monotonic() > self.end:
            raise TimeoutError("the answer took too long")

    def whole(self) -> bytes:
        return b"".join(self.chunks)


def own_headers() -> dict[str, str]:
    """What requests have besides their own headers."""
    return {"user-agent": f"{DISTRIBUTION}/{version()} python"}
