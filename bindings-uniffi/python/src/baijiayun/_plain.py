"""Sending with Python's own http.client, in the thread of the call.

Another library would send in half the pace, most of it spent on what is of no use here (cookies, redirects, retries), and
in a thread of its own, for it cannot be ended in time. docs/decisions/0032 has the figures.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from typing import Any, Optional
from urllib.parse import quote, urlsplit

from ._bounds import Exchange
from ._broken import is_handshake
from ._clock import monotonic
from ._ended import Late
from ._exact import in_words
from ._message import Request, Response, own_headers
from ._multipart import Streamed
from ._reading import CODINGS, read_body
from ._tls import trusted
from .errors import ConnectError, TimeoutError

KEPT = 15.0
"""Seconds that a connection is kept without being used. Servers close theirs a little later."""

MOST_KEPT = 100
"""Most connections to a host that are kept without being used."""


class Connections:
    """Connections that are kept."""

    def __init__(self) -> None:
        self._idle: dict[str, list[tuple[HTTPConnection, float]]] = {}
        self._headers = own_headers()
        self._is_closed = False

    def send(self, request: Request, exchange: Exchange) -> Response:
        """Sends a request within the time of its exchange."""
        url = urlsplit(request.url)
        origin = f"{url.scheme}://{url.netloc}"
        connection = self._take(origin) or self._connect(url.scheme, url.netloc, request, exchange)
        try:
            with exchange.on(connection.sock):
                response, is_kept = self._converse(connection, request, request.url[len(origin) :])
        except BaseException:
            connection.close()
            raise
        if is_kept and not self._is_closed:
            self._keep(origin, connection)
        else:
            connection.close()
        return response

    def close(self) -> None:
        """Closes those that nobody uses now; the others are closed when they are given back."""
        self._is_closed = True
        idle, self._idle = self._idle, {}
        for connections in idle.values():
            for connection, _ in connections:
                connection.close()

    def _take(self, origin: str) -> Optional[HTTPConnection]:
        idle = self._idle.get(origin)
        while idle:
            try:
                connection, since = idle.pop()
            except IndexError:
                break
            if monotonic() - since < KEPT and not _is_readable(connection.sock):
                return connection
            connection.close()
        return None

    def _keep(self, origin: str, connection: HTTPConnection) -> None:
        idle = self._idle.setdefault(origin, [])
        idle.append((connection, monotonic()))
        if len(idle) > MOST_KEPT:
            with suppress(IndexError):
                idle.pop(0)[0].close()

    def _connect(self, scheme: str, netloc: str, request: Request, exchange: Exchange) -> HTTPConnection:
        patience = max(0.001, min(exchange.left(), request.timeout))
        connection: HTTPConnection
        if scheme == "https":
            connection = HTTPSConnection(netloc, timeout=patience, context=trusted())
        else:
            connection = HTTPConnection(netloc, timeout=patience)
        is_wanted = [True]

        def connect() -> None:
            connection.connect()
            if not is_wanted:
                connection.close()

        try:
            # Looking a name up cannot be ended.
            exchange.in_thread(connect)
        except BaseException as error:
            is_wanted.clear()
            connection.close()
            if isinstance(error, (Late, socket.timeout)):
                raise ConnectError("no connection was made in time") from error
            if isinstance(error, (OSError, HTTPException)) and not is_handshake(error):
                raise ConnectError(in_words(error)) from error
            raise
        return connection

    def _converse(self, connection: HTTPConnection, request: Request, target: str) -> tuple[Response, bool]:
        """The answer, and whether the connection can be used again."""
        body: Any = iter(request.body) if isinstance(request.body, Streamed) else request.body
        headers = {**self._headers, "accept-encoding": CODINGS, **request.headers}
        sock = connection.sock
        sock.settimeout(min(request.timeout, request.stall_timeout))
        is_sent = True
        try:
            connection.request(request.method, ascii_target(target), body, headers)
        except socket.timeout as error:
            raise TimeoutError("nothing moved while the body was sent") from error
        except (BrokenPipeError, ConnectionResetError):
            # Who does not want the rest of a body may have said so, and why.
            is_sent = False
        sock.settimeout(request.answer_timeout)
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        content = read_body(request, found, _pieces(answer))
        answer.close()
        return Response(answer.status, content, found), is_sent and not answer.will_close


def _pieces(answer: HTTPResponse) -> Iterator[bytes]:
    while piece := answer.read1(1 << 16):
        yield piece
    left: Optional[int] = answer.length
    if left:
        raise IncompleteRead(b"", left)


def ascii_target(target: str) -> str:
    """What stands behind the host of an address, as it may stand in a request."""
    if not target.startswith("/"):
        target = f"/{target}"
    is_plain = target.isascii() and target.isprintable() and " " not in target
    return target if is_plain else quote(target, safe="%/:=&?~#+!$,;'@()*[]")


def _is_readable(sock: socket.socket) -> bool:
    """Whether a connection that waits for nothing has something to say: that it is closed."""
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(sock, select.POLLIN)
        return bool(poll.poll(0))
    return bool(select.select([sock], [], [], 0)[0])
