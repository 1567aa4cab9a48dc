"""What many tasks, cancelled ones among them, and many event loops do to one `AsyncClient`."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import subprocess
import sys
from contextlib import suppress
from typing import Any

import anyio
import pytest
from baijiayun import AsyncClient, ConnectError, TransportError
from baijiayun.http import AiohttpExecutor, AsyncHttpxExecutor, Request, Response
from conftest import KEY, envelope
from server import Received, serving
from test_http import OK, answering, open_sockets

SERVER = """
import asyncio

BODY = b'{"code":0,"data":{"title":"a"},"msg":"","ts":1}'
ANSWER = b"HTTP/1.1 200 OK\\r\\ncontent-length: %d\\r\\n\\r\\n" % len(BODY) + BODY


class Service(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.read = transport, b""

    def data_received(self, data):
        self.read += data
        head, end, rest = self.read.partition(b"\\r\\n\\r\\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\\r\\n")[0] or 0)
        if end and len(rest) >= length:
            self.read = rest[length:]
            # So that calls are cancelled in every state.
            asyncio.get_running_loop().call_later(0.002, self.transport.write, ANSWER)


async def main():
    server = await asyncio.get_running_loop().create_server(Service, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
"""


@pytest.fixture(scope="module")
def service() -> Any:
    """A server in a process of its own, that answers after 2 ms."""
    with subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.kill()


def free(url: str, http: Any = None, **settings: Any) -> AsyncClient:
    """A client without limits: they would make it wait."""
    return AsyncClient(url, "1", KEY, http=http, quota=False, operation_quota=False, **settings)


def taken(client: AsyncClient) -> int:
    """How many places for requests are taken in this loop."""
    executor: Any = client._runner.http
    places = executor._senders.find()._places
    taken: int = places.most - places._free.value
    return taken


@pytest.mark.parametrize(("http", "calls"), [(None, 20_000), (AiohttpExecutor, 2_000), (AsyncHttpxExecutor, 2_000)])
def test_cancelled_calls_lose_no_place(service: str, http: Any, calls: int) -> None:
    """By asyncio's own means, at random moments: while they wait for a place, connect, send and read."""
    chance = random.Random(1)

    async def one(client: AsyncClient) -> None:
        task = asyncio.ensure_future(client.room.info(room_id=1))
        await asyncio.sleep(chance.random() * 0.008)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            pass

    async def many(client: AsyncClient, count: int) -> None:
        for _ in range(count):
            await one(client)

    async def main() -> None:
        async with free(service, http and http(), attempt_timeout=10, attempts=1) as client:
            await client.room.info(room_id=1)
            # More at once than there are places.
            await asyncio.gather(*(many(client, calls // 200) for _ in range(200)))
            while taken(client):
                await asyncio.sleep(0.001)
            assert client._runner.calls.engine.calls() == 0
            # All places are of use.
            done = await asyncio.gather(*(client.room.info(room_id=1) for _ in range(200)))
            assert [room.title for room in done] == ["a"] * 200

    asyncio.run(main())


@pytest.mark.parametrize("http", [None, AiohttpExecutor, AsyncHttpxExecutor])
def test_timeouts_of_asyncio_lose_no_place(service: str, http: Any) -> None:
    async def main() -> None:
        async with free(service, http and http()) as client:
            await client.room.info(room_id=1)
            for _ in range(150):
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(client.room.info(room_id=1), 0.0005)
            while taken(client):
                await asyncio.sleep(0.001)
            assert (await client.room.info(room_id=1)).title == "a"

    asyncio.run(main())


@pytest.mark.parametrize(
    ("backend", "http"), [("asyncio", None), ("asyncio", AiohttpExecutor), ("asyncio", AsyncHttpxExecutor), ("trio", None)]
)
def test_a_thousand_calls_at_once(service: str, backend: str, http: Any) -> None:
    async def main() -> None:
        titles = []

        async def one() -> None:
            titles.append((await client.room.info(room_id=1)).title)

        async with free(service, http and http()) as client:
            async with anyio.create_task_group() as group:
                for _ in range(1000):
                    group.start_soon(one)
        assert titles == ["a"] * 1000

    anyio.run(main, backend=backend)


@pytest.mark.parametrize(("http", "most"), [(None, 100), (AiohttpExecutor, 100), (AsyncHttpxExecutor, 10)])
def test_what_waits_for_a_place_has_not_left(http: Any, most: int) -> None:
    """It ends at its time, and as a request that nobody has to look for."""

    async def main() -> None:
        async with free(url, http and http(), attempts=1) as client:
            async with anyio.create_task_group() as group:
                for _ in range(100):
                    group.start_soon(hold, client)
                while client._runner.http._senders.find() is None or taken(client) < most:  # type: ignore[attr-defined]
                    await anyio.sleep(0.001)
                with pytest.raises(ConnectError, match="no connection was there in time; nothing was sent"):
                    await client.room.delete(room_id=1, options={"deadline": 0.05})
                group.cancel_scope.cancel()

    async def hold(client: AsyncClient) -> None:
        await client.room.info(room_id=1)

    with silent() as url:
        anyio.run(main)


@pytest.mark.parametrize("what", ["http", "store", "signer"])
def test_what_does_not_heed_cancellation_holds_no_call(what: str) -> None:
    begun: list[str] = []
    is_over = False

    async def hold(*args: Any) -> Any:
        begun.append(what)
        while not is_over:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(3600)

    async def answer(request: Any) -> Response:
        return envelope({"title": "课"})

    class Store:
        evaluate = staticmethod(hold)

    held: dict[str, Any] = {"http": hold} if what == "http" else {"http": answer}
    if what == "store":
        held["store"] = Store
    key: dict[str, Any] = {"signer": hold} if what == "signer" else {"partner_key": KEY}
    clients = [AsyncClient("demo", "1", **key, **held) for _ in range(2)]

    async def main() -> None:
        nonlocal is_over
        try:
            await call_twice()
        finally:
            # asyncio itself cancels what is left when the loop ends, and waits.
            is_over = True

    async def call_twice() -> None:
        if what == "store":
            assert (await clients[0].room.info(room_id=1)).title == "课"
        else:
            with pytest.raises(TimeoutError):
                await clients[0].room.info(room_id=1, options={"deadline": 0.1, "attempts": 1})
        # Whoever gives a call up does not wait for it either.
        given_up = asyncio.ensure_future(clients[1].room.info(room_id=1))
        while len(begun) < 2:
            await asyncio.sleep(0)
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up

    asyncio.run(main())
    assert all(client._runner.calls.engine.calls() == 0 for client in clients)


def silent() -> Any:
    from server import silent

    return silent()


async def ask(client: AsyncClient) -> None:
    assert (await client.room.info(room_id=1)).title == "课"


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="this system does not show open files there")
@pytest.mark.parametrize("http", [None, AiohttpExecutor, AsyncHttpxExecutor])
def test_many_loops_leave_nothing_behind(http: Any) -> None:
    """As in Django and Celery: `asyncio.run` again and again. The server is in this process, and has a socket for each too."""
    with serving(answering()) as server:
        client = free(server.url, http and http())
        asyncio.run(ask(client))
        gc.collect()
        before = open_sockets()
        for _ in range(20):
            asyncio.run(ask(client))
        # The server notices that a connection was closed a little later.
        assert eventually(lambda: open_sockets() <= before + 1)
        executor: Any = client._runner.http
        assert not executor._senders._kept


def eventually(condition: Any) -> bool:
    import time

    for _ in range(5000):
        if condition():
            return True
        time.sleep(0.001)
    return False


def test_loops_that_end_without_order_are_forgotten() -> None:
    with serving(answering()) as server:
        client = free(server.url)
        executor: Any = client._runner.http
        for _ in range(3):
            loop = asyncio.new_event_loop()
            loop.run_until_complete(ask(client))
            loop.close()
            assert len(executor._senders._kept) == 1
        asyncio.run(ask(client))
        assert not executor._senders._kept


@pytest.mark.parametrize("is_closed", [True, False])
def test_loops_that_do_not_see_to_generators(is_closed: bool, service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As those of nest_asyncio, in notebooks: what is collected later has nothing to say."""
    untold: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda raised: untold.append(raised.exc_value))

    async def main() -> None:
        sys.set_asyncgen_hooks(None, None)
        await AsyncClient(service, "1", KEY).room.info(room_id=1)

    loop = asyncio.new_event_loop()
    loop.run_until_complete(main())
    if is_closed:
        loop.close()
    gc.collect()
    loop.close()
    assert not [error for error in untold if isinstance(error, RuntimeError)]


def test_stores_of_loops_that_end_are_closed() -> None:
    from baijiayun.redis import AsyncRedisStore

    closed = []

    class Redis:
        async def evalsha(self, *args: Any) -> int:
            return 0

        async def eval(self, *args: Any) -> int:
            return 0

        async def aclose(self) -> None:
            closed.append(1)

    async def http(request: Request) -> Response:
        return envelope({"title": "课"})

    client = AsyncClient("demo", "1", KEY, http=http, store=AsyncRedisStore(Redis))
    for number in range(3):
        asyncio.run(ask(client))
        assert len(closed) == number + 1
    mine = Redis()
    client = AsyncClient("demo", "1", KEY, http=http, store=AsyncRedisStore(mine))
    asyncio.run(ask(client))
    assert len(closed) == 3


def test_the_first_call_does_not_block_the_loop() -> None:
    """Modules and certificates are loaded in a thread: what imports them is not the thread of the loop."""
    program = """
import asyncio, builtins, threading

seen = {}
load = builtins.__import__

def watched(name, *args, **kwargs):
    if name.partition(".")[0] in ("httptools", "httpx", "certifi"):
        seen.setdefault(name.partition(".")[0], threading.current_thread() is threading.main_thread())
    return load(name, *args, **kwargs)

builtins.__import__ = watched
from baijiayun import AsyncClient, ConnectError

async def main():
    try:
        await AsyncClient("http://127.0.0.1:9", "1", "k", attempts=1).room.info(room_id=1)
    except ConnectError:
        print(sorted(seen.items()))

asyncio.run(main())
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "'httptools', False" in ran.stdout and "True" not in ran.stdout, ran.stdout + ran.stderr


@pytest.mark.parametrize("http", [None, AiohttpExecutor, AsyncHttpxExecutor])
def test_a_get_is_not_sent_twice(http: Any) -> None:
    """aiohttp would send it twice, and `room.stop_smart_live` is a GET that changes something."""
    answers = [OK, None]

    def answer(request: Received) -> Any:
        body = answers.pop(0)
        return None if body is None else (200, {}, body)

    with serving(answer) as server:

        async def main() -> None:
            async with free(server.url, http and http(), attempts=1) as client:
                await client.call_path("/openapi/x", method="GET")
                with pytest.raises(TransportError):
                    await client.call_path("/openapi/x", method="GET")

        asyncio.run(main())
    assert len(server.received) == 2


def test_a_session_of_your_own() -> None:
    import aiohttp

    with serving(answering()) as server:

        async def main() -> None:
            async with aiohttp.ClientSession(headers={"x-mine": "1"}, auto_decompress=False) as mine:
                async with free(server.url, AiohttpExecutor(mine)) as client:
                    await ask(client)
                assert not mine.closed

        asyncio.run(main())
    assert server.received[0].headers["x-mine"] == "1"
