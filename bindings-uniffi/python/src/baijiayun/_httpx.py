"""Sending with httpx. This module is loaded with the first request, for it loads httpx.

A client of httpx does much that is of no use here: it merges settings, keeps cookies, follows redirects, and its log shows
the addresses of signed GETs. So what is made here sends by a transport, the part of httpx that speaks HTTP, which takes a
tenth of the time. A client that was given, or that proxies need, is used as it is.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from functools import lru_cache, partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Union, cast

import httpx

from ._loops import in_a_task
from ._message import Request, Response, own_headers
from ._multipart import Streamed
from ._places import MOST, Places
from ._proxies import has_proxies
from ._reading import CODINGS, read_async_body
from ._tls import trusted


def open_sync() -> Union[ClientSender, TransportSender]:
    """Sends by connections of its own."""
    if has_proxies():
        return ClientSender(httpx.Client(**_settings()))
    return TransportSender()


def open_async() -> Union[AsyncClientSender, AsyncTransportSender]:
    """Sends by connections of its own, which belong to the event loop that runs."""
    if has_proxies():
        return AsyncClientSender(httpx.AsyncClient(**_settings()), is_own=True)
    return AsyncTransportSender()


class ClientSender:
    """Sends by a client."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def send(self, request: Request) -> httpx.Response:
        return self.client.send(_for_client(self.client, request), stream=True, follow_redirects=False)

    def close(self) -> None:
        self.client.close()


MOST_AT_ONCE = 10
"""Most requests under way. httpcore looks through all connections and all that wait whenever one ends: 500 calls take 0.4 s of
processor time with 8 at once, and 1.9 s with 100."""


class AsyncSender:
    """Sends when there is a place for a request."""

    def __init__(self) -> None:
        self._places = Places(MOST_AT_ONCE)

    async def send(self, request: Request) -> Response:
        """Sends a request and reads the answer."""
        async with self._places.one(request):
            return await in_a_task(partial(self._exchange, request))

    async def _exchange(self, request: Request) -> Response:
        response = await self._begin(request)
        try:
            chunks = cast("AsyncIterable[bytes]", response.stream)
            body = await read_async_body(request, response.headers, chunks)
        finally:
            await response.aclose()
        return Response(response.status_code, body, response.headers)

    async def _begin(self, request: Request) -> httpx.Response:
        raise NotImplementedError

    async def close(self) -> None:
        raise NotImplementedError


class AsyncClientSender(AsyncSender):
    """Sends by a client."""

    def __init__(self, client: httpx.AsyncClient, *, is_own: bool = False) -> None:
        super().__init__()
        self.client = client
        self._is_own = is_own

    async def _begin(self, request: Request) -> httpx.Response:
        return await self.client.send(_for_client(self.client, request), stream=True, follow_redirects=False)

    async def close(self) -> None:
        if self._is_own:
            await self.client.aclose()


class TransportSender:
    """Sends by a transport."""

    def __init__(self) -> None:
        self._transport = httpx.HTTPTransport(verify=trusted())

    def send(self, request: Request) -> httpx.Response:
        return self._transport.handle_request(_for_transport(request))

    def close(self) -> None:
        self._transport.close()


class AsyncTransportSender(AsyncSender):
    """Sends by a transport."""

    def __init__(self) -> None:
        super().__init__()
        self._transport = httpx.AsyncHTTPTransport(verify=trusted(), limits=_LIMITS)

    async def _begin(self, request: Request) -> httpx.Response:
        return await self._transport.handle_async_request(_for_transport(request))

    async def close(self) -> None:
        await self._transport.aclose()


_LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=MOST, keepalive_expiry=15)
"""`Places` keeps their number."""


def chunks(response: httpx.Response) -> Iterable[bytes]:
    """The body of an answer, as it comes in, packed as it is."""
    return cast("Iterable[bytes]", response.stream)


class _Parts(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body with files as httpx takes it."""

    def __init__(self, body: Streamed) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._body.__aiter__()


def _for_client(client: Union[httpx.Client, httpx.AsyncClient], request: Request) -> httpx.Request:
    """The request with what the client adds to it."""
    body = request.body
    content: Any = body
    if isinstance(body, Streamed):
        content = iter(body) if isinstance(client, httpx.Client) else body.__aiter__()
    timeout = httpx.Timeout(**_timeouts(request))
    headers = {"accept-encoding": CODINGS, **request.headers}
    return client.build_request(request.method, _url(request), headers=headers, content=content, timeout=timeout)


def _for_transport(request: Request) -> httpx.Request:
    """The request as it goes out."""
    body, url = request.body, _url(request)
    headers = [("host", url.netloc.decode()), *_FIXED, *request.headers.items()]
    if isinstance(body, bytes):
        headers.append(("content-length", str(len(body))))
    stream = _Parts(body) if isinstance(body, Streamed) else httpx.ByteStream(body or b"")
    return httpx.Request(request.method, url, headers=headers, stream=stream, extensions={"timeout": _timeouts(request)})


_FIXED = [("accept-encoding", CODINGS), ("connection", "keep-alive"), *own_headers().items()]


def _url(request: Request) -> httpx.URL:
    """The address, read. Those of forms come again and again, the others are signed and differ."""
    return _read_url(request.url) if isinstance(request.body, bytes) else httpx.URL(request.url)


_read_url = lru_cache(maxsize=512)(httpx.URL)


def _timeouts(request: Request) -> dict[str, float]:
    timeout = request.timeout
    return {"connect": timeout, "read": request.answer_timeout, "write": min(timeout, request.stall_timeout), "pool": timeout}


def _settings() -> dict[str, Any]:
    """Settings of the clients made here: no cookie is kept, whatever the service sets."""
    return {"cookies": CookieJar(DefaultCookiePolicy(allowed_domains=[])), "headers": own_headers()}
