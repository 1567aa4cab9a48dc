"""The executors of this package, over real connections to a server on this machine."""

from __future__ import annotations

import gzip
import json
import os
import tracemalloc
import zlib
from contextlib import suppress
from http.client import RemoteDisconnected
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import anyio
import httpx
import pytest
import urllib3
from baijiayun import AnswerError, AsyncClient, Client, ConnectError, File, TimeoutError, TransportError
from baijiayun._calls import Asked
from baijiayun.http import AiohttpExecutor, AsyncHttpxExecutor, HttpxExecutor, Urllib3Executor, read_body
from conftest import KEY, Drive
from server import Answer, Received, serving, silent, unused

OK = json.dumps({"code": 0, "data": {"title": "课"}, "msg": "", "ts": 7}).encode()


class Wire(Drive):
    """A drive over real connections."""

    def __init__(self, mode: str, executor: Any = None) -> None:
        super().__init__(mode)
        self.executor = executor


EXECUTORS: dict[str, tuple[str, Any]] = {
    "plain": ("plain", None),
    "httpx": ("plain", HttpxExecutor),
    "urllib3": ("plain", Urllib3Executor),
    "asyncio": ("asyncio", None),
    "asyncio-aiohttp": ("asyncio", AiohttpExecutor),
    "asyncio-httpx": ("asyncio", AsyncHttpxExecutor),
    "trio": ("trio", None),
}


@pytest.fixture(params=EXECUTORS)
def drive(request: pytest.FixtureRequest) -> Wire:
    mode, executor = EXECUTORS[request.param]
    return Wire(mode, executor and executor())


def client_at(drive: Wire, url: str, **settings: Any) -> Any:
    kind = AsyncClient if drive.is_async else Client
    return kind(url, "12345678", KEY, http=drive.executor, quota=False, **{"attempts": 1, **settings})


def answering(status: int = 200, headers: Any = None, body: bytes = OK) -> Any:
    def answer(request: Received) -> Answer:
        return status, headers or {}, body

    return answer


def test_a_form(drive: Wire) -> None:
    with serving(answering()) as server:
        client = client_at(drive, server.url)
        assert drive.do(lambda: client.room.info(room_id=1)).title == "课"
        drive.do(client.close)
    request = server.received[0]
    assert (request.method, request.path) == ("POST", "/openapi/room/info")
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.headers["accept"] == "application/json"
    assert request.headers["user-agent"].startswith("baijiayun-sdk/")
    assert request.body.startswith(b"partner_id=12345678&room_id=1&timestamp=")


def test_a_get(drive: Wire) -> None:
    with serving(answering()) as server:
        client = client_at(drive, server.url)
        params = {"a": "x y&z+课/%"}
        drive.do(lambda: client.call_path("/openapi/x", params, method="GET"))
    assert server.received[0].method == "GET"
    path, _, query = server.received[0].path.partition("?")
    assert path == "/openapi/x" and dict(parse_qsl(query))["a"] == params["a"]


def test_files(drive: Wire) -> None:
    told: list[tuple[int, int]] = []
    content = bytes(300_000)
    with serving(answering(body=b'{"code":0,"data":"u","msg":"","ts":1}')) as server:
        client = client_at(drive, server.url)
        file = File(content, name="封面.png", progress=lambda sent, size: told.append((sent, size)))
        assert drive.do(lambda: client.room.set_cover(room_id=1, web_bg_img=file)) == "u"
    request = server.received[0]
    assert request.headers["content-length"] == str(len(request.body)) and "transfer-encoding" not in request.headers
    assert 'filename="封面.png"'.encode() in request.body and content in request.body
    assert told[-1] == (300_000, 300_000) and len(told) > 3


def test_connections_are_kept() -> None:
    with serving(answering()) as server:
        with client_at(Wire("plain"), server.url) as client:
            for _ in range(3):
                client.room.info(room_id=1)

        async def main() -> None:
            async with client_at(Wire("asyncio"), server.url) as client:
                for _ in range(3):
                    await client.room.info(room_id=1)

        anyio.run(main)
    ports = [request.port for request in server.received]
    assert len(set(ports[:3])) == len(set(ports[3:])) == 1


def test_a_client_serves_several_loops() -> None:
    with serving(answering()) as server:
        client = client_at(Wire("asyncio"), server.url)
        for backend in ("asyncio", "asyncio", "trio", "trio"):
            anyio.run(lambda: client.room.info(room_id=1), backend=backend)
    assert len(server.received) == 4


def test_nobody_listens(drive: Wire) -> None:
    client = client_at(drive, unused())
    with pytest.raises(ConnectError) as caught:
        drive.do(lambda: client.room.info(room_id=1))
    assert isinstance(
        caught.value.__cause__,
        (ConnectError, httpx.ConnectError, urllib3.exceptions.NewConnectionError, aiohttp.ClientConnectorError),
    )


def test_the_connection_is_cut(drive: Wire) -> None:
    with serving(lambda request: None) as server:
        client = client_at(drive, server.url)
        with pytest.raises(TransportError) as caught:
            drive.do(lambda: client.room.info(room_id=1))
    assert caught.value.kind == "transport" and isinstance(
        caught.value.__cause__,
        (httpx.HTTPError, urllib3.exceptions.HTTPError, RemoteDisconnected, ConnectionResetError, aiohttp.ServerDisconnectedError),
    )


def test_the_answer_is_cut(drive: Wire) -> None:
    with serving(answering(headers={"content-length": "9999", "connection": "close"})) as server:
        client = client_at(drive, server.url)
        with pytest.raises(TransportError) as caught:
            drive.do(lambda: client.room.info(room_id=1))
    assert caught.value.kind == "transport"


def test_nobody_answers(drive: Wire) -> None:
    with silent() as url:
        client = client_at(drive, url, attempt_timeout=0.5)
        with pytest.raises(TimeoutError) as caught:
            drive.do(lambda: client.room.info(room_id=1))
    assert caught.value.kind == "timeout"


def test_a_body_that_gets_stuck(drive: Wire) -> None:
    with silent() as url:
        client = client_at(drive, url)
        asked = Asked("room.set_cover", str, {"room_id": 1, "web_bg_img": bytes(16 << 20)})
        asked.stall_timeout = 0.05
        with pytest.raises(TimeoutError):
            drive.do(lambda: client._runner.run(asked))


def test_redirects_are_not_followed(drive: Wire) -> None:
    with serving(answering(302, {"location": "/elsewhere"}, b"")) as server:
        client = client_at(drive, server.url)
        with pytest.raises(AnswerError) as caught:
            drive.do(lambda: client.room.info(room_id=1))
    assert caught.value.status == 302 and len(server.received) == 1


def test_cookies_are_not_kept(drive: Wire) -> None:
    with serving(answering(headers={"set-cookie": "session=1; Path=/"})) as server:
        client = client_at(drive, server.url)

        async def twice() -> None:
            for _ in range(2):
                await client.room.info(room_id=1)

        if drive.is_async:
            drive.do(twice)
        else:
            client.room.info(room_id=1)
            client.room.info(room_id=1)
    assert all("cookie" not in request.headers for request in server.received)


def raw_deflate(body: bytes) -> bytes:
    packing = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packing.compress(body) + packing.flush()


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", lambda body: gzip.compress(body[:9]) + gzip.compress(body[9:]) + bytes(8)),
        ("deflate", zlib.compress),
        ("Deflate", raw_deflate),
        ("identity", bytes),
    ],
)
def test_compressed_answers(drive: Wire, coding: str, pack: Any) -> None:  # promise: compressed_answers, default_codings
    with serving(answering(headers={"content-encoding": coding}, body=pack(OK))) as server:
        client = client_at(drive, server.url)
        assert drive.do(lambda: client.room.info(room_id=1)).title == "课"
    assert server.received[0].headers["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize(
    ("coding", "body", "why"),
    [
        ("gzip, gzip", gzip.compress(gzip.compress(OK)), "packed as 'gzip, gzip'"),  # promise: two_codings_refused
        ("br", OK, "packed as 'br'"),
        ("gzip", OK, "it is no gzip"),
        ("deflate", zlib.compress(OK)[:-6], "ended before its deflate did"),
    ],
)
def test_codings_that_are_refused(drive: Wire, coding: str, body: bytes, why: str) -> None:
    with serving(answering(headers={"content-encoding": coding}, body=body)) as server:
        client = client_at(drive, server.url)
        with pytest.raises(TransportError, match=why):
            drive.do(lambda: client.room.info(room_id=1))


def test_answers_that_are_too_long(drive: Wire) -> None:
    """promise: answer_over_limit, answer_limit_per_client, answer_limit_per_call, answer_limit_of_decoded"""
    long = json.dumps({"code": 0, "data": {"title": "课", "more": "x" * 2000}, "msg": "", "ts": 7}).encode()
    packed = gzip.compress(bytes(300_000_000))
    answers = [({}, long), ({"transfer-encoding": "chunked"}, b"7d0\r\n" + bytes(2000) + b"\r\n0\r\n\r\n")]
    answers.append(({"content-encoding": "gzip"}, packed))
    with serving(lambda request: (200, *answers.pop(0))) as server:
        client = client_at(drive, server.url, max_answer=1000)
        for _ in range(3):
            with pytest.raises(AnswerError, match="the answer is longer than 1000 bytes .* raise max_answer") as caught:
                drive.do(lambda: client.room.info(room_id=1))
            assert caught.value.kind == "too_large"
        assert client._runner.calls.engine.calls() == 0
        answers.append(({}, long))
        assert drive.do(lambda: client.room.info(room_id=1, options={"max_answer": 5000})).title == "课"


def test_an_answer_in_very_small_pieces_takes_no_more_room_than_its_bytes() -> None:
    request: Any = SimpleNamespace(timeout=60, max_answer=8 << 20)
    sizes = [0, 1, 2, 4095, 4096, 4097, 70_000]
    body = os.urandom(300_000)
    for first in sizes:
        for size in sizes[1:]:
            pieces = [body[:first], *(body[at : at + size] for at in range(first, len(body), size))]
            assert read_body(request, {}, iter(pieces)) == body, (first, size)
    tracemalloc.start()
    try:
        assert len(read_body(request, {}, (number.to_bytes(2, "big") for number in range(1 << 16)))) == 2 << 16
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 1 << 20, most


def test_the_service_throttles(drive: Wire) -> None:
    answers = [(429, {"retry-after": "3"}, b"slow down"), (200, {}, OK)]
    with serving(lambda request: answers.pop(0)) as server:
        client = client_at(drive, server.url, attempts=3)
        drive.set_clock(client)
        drive.do(lambda: client.room.info(room_id=1))
    assert 3 <= sum(drive.clock.waits) < 6 and len(server.received) == 2


def test_a_client_of_your_own() -> None:
    with serving(answering()) as server:
        with httpx.Client(headers={"x-mine": "1"}) as mine, Client(server.url, "1", KEY, http=HttpxExecutor(mine)) as client:
            client.room.info(room_id=1)
            client.close()
            assert not mine.is_closed

        async def main() -> None:
            async with httpx.AsyncClient(headers={"x-mine": "1"}) as mine:
                async with AsyncClient(server.url, "1", KEY, http=AsyncHttpxExecutor(mine)) as client:
                    await client.room.info(room_id=1)
                assert not mine.is_closed

        anyio.run(main)
    assert [request.headers["x-mine"] for request in server.received] == ["1", "1"]


@pytest.mark.parametrize("name", ["http_proxy", "ALL_PROXY"])
def test_proxies_of_the_environment(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """promise: default_proxies"""
    with serving(answering()) as server:
        monkeypatch.setenv(name, server.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        with Client("http://service.invalid", "1", KEY) as client:
            assert client.room.info(room_id=1).title == "课"

        async def main() -> None:
            async with AsyncClient("http://service.invalid", "1", KEY) as client:
                await client.room.info(room_id=1)

        anyio.run(main)
    assert [request.path for request in server.received] == ["http://service.invalid/openapi/room/info"] * 2


@pytest.mark.parametrize("status", [407, 502])
def test_a_proxy_that_refuses(drive: Wire, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """promise: never_left_proxy"""
    with serving(answering(status, {"connection": "close"}, b"<html>")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        if isinstance(drive.executor, Urllib3Executor):
            drive.executor = Urllib3Executor(urllib3.ProxyManager(proxy.url))

        async def by_aiohttp() -> None:
            async with aiohttp.ClientSession(auto_decompress=False, trust_env=True) as session:
                async with AsyncClient("https://service.invalid", "1", KEY, http=AiohttpExecutor(session), attempts=2) as client:
                    await client.room.delete(room_id=1)

        with pytest.raises(ConnectError) as caught:
            if isinstance(drive.executor, AiohttpExecutor):
                anyio.run(by_aiohttp)
            client = client_at(drive, "https://service.invalid", attempts=2)
            drive.do(lambda: client.room.delete(room_id=1))
    assert str(status) in str(caught.value)
    assert [(request.method, request.path) for request in proxy.received] == [("CONNECT", "service.invalid:443")] * 2


def open_sockets() -> int:
    """How many sockets this process has open."""
    count = 0
    for name in os.listdir("/proc/self/fd"):
        # Other threads close some meanwhile.
        with suppress(FileNotFoundError):
            count += os.readlink(f"/proc/self/fd/{name}").startswith("socket:")
    return count


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="this system does not show open files there")
def test_connections_are_closed_with_the_client(drive: Wire) -> None:
    if drive.executor is not None:
        pytest.skip("it is yours to close")
    with serving(answering(headers={"connection": "keep-alive"})) as server:
        client = client_at(drive, server.url)
        before = open_sockets()
        if drive.is_async:

            async def main() -> None:
                await client.room.info(room_id=1)
                there = open_sockets()
                await client.close()
                await anyio.sleep(0)
                assert open_sockets() < there

            drive.do(main)
        else:
            client.room.info(room_id=1)
            assert open_sockets() > before
            client.close()
            assert open_sockets() <= before + 1


def test_the_executor_of_the_documentation() -> None:
    """That of `baijiayun.http`, with urllib in place of requests."""
    from urllib.request import Request as UrllibRequest
    from urllib.request import urlopen

    from baijiayun.http import Multipart, Request, Response

    def send(request: Request) -> Response:
        body = request.body if not isinstance(request.body, Multipart) else iter(request.body)
        built = UrllibRequest(request.url, body, request.headers, method=request.method)
        with urlopen(built, timeout=request.timeout) as answer:
            return Response(answer.status, answer.read(), answer.headers)

    with serving(answering()) as server:
        client = Client(server.url, "1", KEY, http=send)
        assert client.room.info(room_id=1).title == "课"
        client.room.set_cover(room_id=1, web_bg_img=b"12345")
    assert b"12345" in server.received[1].body
