"""Sending over asyncio's own connections, with the parser of Node (httptools, which uvicorn is built on).

aiohttp spends twice as much on a request, most of it on what is of no use here (cookies, redirects, retries, tracing), and
httpx eight times. Nothing here is shielded: whoever is cancelled cuts the connection, and nothing is lost.
docs/decisions/0032 has the figures.
"""

from __future__ import annotations

import asyncio
from ssl import SSLError
from typing import Optional, cast
from urllib.parse import urlsplit

import httptools

from ._broken import is_handshake
from ._clock import monotonic
from ._exact import in_words
from ._message import Request, Response, own_headers
from ._multipart import Streamed
from ._places import Places
from ._plain import KEPT, MOST_KEPT, ascii_target
from ._reading import CODINGS, Incoming
from ._tls import trusted
from .errors import AnswerError, ConnectError, TimeoutError, TransportError

MOST_HEAD = 64 << 10
"""Most bytes of names and values of the headers of an answer."""


class AsyncioSender:
    """Sends by connections of its own, which belong to the event loop that runs."""

    def __init__(self) -> None:
        self._places = Places()
        self._idle: dict[str, list[tuple[_Connection, float]]] = {}
        self._fixed = "".join(f"{name}: {value}\r\n" for name, value in own_headers().items())
        self._fixed += f"accept-encoding: {CODINGS}\r\n"
        self._is_closed = False

    async def send(self, request: Request) -> Response:
        """Sends a request when there is a place for it."""
        async with self._places.one(request):
            url = urlsplit(request.url)
            origin = f"{url.scheme}://{url.netloc}"
            connection = self._take(origin)
            if connection is None:
                request.is_waiting = True
                connection = await _connect(url.scheme == "https", url.hostname or "", url.port)
                request.is_waiting = False
            target = ascii_target(request.url[len(origin) :])
            head = f"{request.method} {target} HTTP/1.1\r\nhost: {url.netloc}\r\n{self._fixed}"
            head += "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
            if isinstance(request.body, bytes):
                head += f"content-length: {len(request.body)}\r\n"
            try:
                response = await connection.exchange(request, f"{head}\r\n".encode())
            finally:
                if connection.is_free and not self._is_closed:
                    self._keep(origin, connection)
                else:
                    connection.cut()
            return response

    def _take(self, origin: str) -> Optional[_Connection]:
        idle = self._idle.get(origin)
        while idle:
            connection, since = idle.pop()
            if connection.is_free and monotonic() - since < KEPT:
                return connection
            connection.cut()
        return None

    def _keep(self, origin: str, connection: _Connection) -> None:
        idle = self._idle.setdefault(origin, [])
        idle.append((connection, monotonic()))
        if len(idle) > MOST_KEPT:
            idle.pop(0)[0].cut()

    async def close(self) -> None:
        """Closes those that nobody uses now; the others are closed when they are given back."""
        self._is_closed = True
        idle, self._idle = self._idle, {}
        for connections in idle.values():
            for connection, _ in connections:
                connection.cut()
        # The loop closes them in its next turn.
        await asyncio.sleep(0)


async def _connect(is_tls: bool, host: str, port: Optional[int]) -> _Connection:
    loop = asyncio.get_running_loop()
    context = trusted() if is_tls else None
    try:
        _, connection = await loop.create_connection(_Connection, host, port or (443 if is_tls else 80), ssl=context)
    except (OSError, SSLError) as error:
        if is_handshake(error):
            raise
        raise ConnectError(in_words(error)) from error
    return connection


class _Connection(asyncio.Protocol):
    """A connection, on which one request is under way at most."""

    def __init__(self) -> None:
        self.is_free = False
        """Whether another request may be sent on it."""
        self._transport: Optional[asyncio.Transport] = None
        self._is_lost = False
        self._request: Optional[Request] = None
        self._whole: Optional[asyncio.Future[Response]] = None
        self._writable: Optional[asyncio.Future[None]] = None
        self._alarm: Optional[asyncio.TimerHandle] = None

    def cut(self) -> None:
        """Closes it at once."""
        self.is_free = False
        self._quiet()
        if self._transport is not None:
            self._transport.abort()

    async def exchange(self, request: Request, head: bytes) -> Response:
        """Sends a request, and gives the answer."""
        if self._is_lost or self._transport is None:
            raise ConnectionResetError("the connection was closed before anything was sent")
        loop = asyncio.get_running_loop()
        self.is_free = False
        self._request = request
        self._whole = whole = loop.create_future()
        self._parser = httptools.HttpResponseParser(self)
        self._headers: dict[str, str] = {}
        self._head_size = 0
        self._incoming: Optional[Incoming] = None
        self._is_to_be_kept = True
        body = request.body
        try:
            if isinstance(body, Streamed):
                await self._stream(request, body, head, whole)
            else:
                self._transport.write(head + body if body else head)
                if request.answer_timeout < request.timeout:
                    self._watch(request.answer_timeout, "nothing came")
            response: Response = await whole
            return response
        finally:
            self._quiet()
            self._request = self._whole = None
            # An error keeps the frames that it came by.
            self._incoming = None
            if whole.done() and not whole.cancelled() and whole.exception() is None and self._is_to_be_kept:
                self.is_free = not self._is_lost

    async def _stream(self, request: Request, body: Streamed, head: bytes, whole: asyncio.Future[Response]) -> None:
        """Sends a body bit by bit, and no faster than it goes out."""
        transport = cast("asyncio.Transport", self._transport)
        patience = min(request.timeout, request.stall_timeout)
        self._is_to_be_kept = False
        transport.write(head)
        async for piece in body:
            if whole.done():
                # Who does not want the rest has said so.
                return
            transport.write(piece)
            if self._writable is not None:
                self._watch(patience, "nothing moved while the body was sent")
                await self._writable
                self._quiet()
        self._is_to_be_kept = True
        self._watch(request.answer_timeout, "nothing came once the body was sent")

    def _watch(self, seconds: float, why: str) -> None:
        self._quiet()
        self._alarm = asyncio.get_running_loop().call_later(seconds, self._fail, TimeoutError(why))

    def _quiet(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _fail(self, error: Exception) -> None:
        """The exchange under way fails, and the connection with it."""
        if self._whole is not None and not self._whole.done():
            self._whole.set_exception(error)
        self._go_on()
        self.cut()

    def _go_on(self) -> None:
        writable, self._writable = self._writable, None
        if writable is not None and not writable.done():
            writable.set_result(None)

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Optional[Exception]) -> None:
        self._is_lost, self.is_free = True, False
        if self._whole is not None and not self._whole.done():
            if exc is None and self._incoming is not None and _ends_with_connection(self._headers):
                self._finish()
            else:
                self._whole.set_exception(exc or ConnectionResetError("the server closed the connection without an answer"))
        self._go_on()

    def pause_writing(self) -> None:
        self._writable = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        self._go_on()

    def data_received(self, data: bytes) -> None:
        whole = self._whole
        if whole is None:
            # Nobody asked for anything.
            self.cut()
            return
        if whole.done():
            self._is_to_be_kept = False
            return
        if self._alarm is not None and self._request is not None:
            self._watch(self._request.answer_timeout, "nothing more came")
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._fail(TransportError("the server wants another protocol"))
        except httptools.HttpParserCallbackError as error:
            raised = error.__context__
            self._fail(raised if isinstance(raised, (AnswerError, TransportError)) else TransportError(in_words(error)))
        except httptools.HttpParserError as error:
            self._fail(TransportError(f"the answer is no HTTP: {in_words(error)}"))

    # What the parser calls.

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head_size += len(name) + len(value)
        if self._head_size > MOST_HEAD:
            raise TransportError("the answer has too many headers")
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        if self._parser.get_status_code() < 200:
            # Something that comes before the answer.
            self._headers = {}
        elif self._request is not None:
            self._incoming = Incoming(self._request, self._headers)

    def on_body(self, body: bytes) -> None:
        if self._incoming is not None:
            self._incoming.take(body)

    def on_message_complete(self) -> None:
        if self._incoming is not None:
            if not self._parser.should_keep_alive():
                self._is_to_be_kept = False
            self._finish()

    def _finish(self) -> None:
        if self._whole is not None and not self._whole.done() and self._incoming is not None:
            try:
                content = self._incoming.whole()
            except TransportError as error:
                self._fail(error)
                return
            self._whole.set_result(Response(self._parser.get_status_code(), content, self._headers))
            self._go_on()


def _ends_with_connection(headers: dict[str, str]) -> bool:
    """Whether the end of the connection is that of the body."""
    return "content-length" not in headers and "transfer-encoding" not in headers

