"""Calls over real connections beside aiohttp, httpx, urllib3 and PyPI's `baijiayun` 1.0.1: `../dev bench` runs it too.

A server in a process of its own answers at once. Candidates take turns in one process; the figures are the best of several rounds, so
that what else goes on in the machine disturbs all of them alike.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

SERVER = """
import asyncio

BODY = b'{"code":0,"data":{"room_id":"12345678901234","admin_code":"a","teacher_code":"b","student_code":"c"},"msg":"","ts":1}'
ANSWER = b"HTTP/1.1 200 OK\\r\\ncontent-type: application/json\\r\\ncontent-length: %d\\r\\n\\r\\n" % len(BODY) + BODY


class Service(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.read = transport, b""

    def data_received(self, data):
        self.read += data
        while True:
            head, end, rest = self.read.partition(b"\\r\\n\\r\\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\\r\\n")[0] or 0)
            if not end or len(rest) < length:
                return
            self.read = rest[length:]
            self.transport.write(ANSWER)


async def main():
    server = await asyncio.get_running_loop().create_server(Service, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
"""
FORM = b"title=%E6%B5%8B%E8%AF%95&start_time=1501575608&end_time=1501579208&type=2&max_users=100&partner_id=12345678&sign=" + b"a" * 32
HEADERS = {"content-type": "application/x-www-form-urlencoded"}
PEER = ""
TASKS = (1, 16, 256)


def create(client: Any) -> Any:
    return client.room.create(title="测试教室", start_time=1501575608, end_time=1501579208, type=2, max_users=100)


async def open_async(name: str, url: str) -> tuple[Callable[[], Awaitable[Any]], Callable[[], Awaitable[Any]]]:
    """A candidate: a call, and how it is closed."""
    path = f"{url}/openapi/room/create"
    if name == "aiohttp":
        import aiohttp

        session = aiohttp.ClientSession()

        async def by_aiohttp() -> Any:
            async with session.post(path, data=FORM, headers=HEADERS) as answer:
                return json.loads(await answer.read())

        return by_aiohttp, session.close
    if name == "httpx":
        import httpx

        httpx_client = httpx.AsyncClient(timeout=30)

        async def by_httpx() -> Any:
            return (await httpx_client.post(path, content=FORM, headers=HEADERS)).json()

        return by_httpx, httpx_client.aclose
    import baijiayun.http
    from baijiayun import AsyncClient

    executor = getattr(baijiayun.http, name.partition(", ")[2], None)
    client = AsyncClient(url, "1", "key", quota=False, operation_quota=False, http=executor and executor())

    async def by_us() -> Any:
        return await create(client)

    return by_us, client.close


async def pace(call: Callable[[], Awaitable[Any]], tasks: int, seconds: float) -> float:
    """Calls a second."""
    count, end = 0, time.perf_counter() + seconds

    async def work() -> None:
        nonlocal count
        while time.perf_counter() < end:
            await call()
            count += 1

    begun = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(tasks)))
    return count / (time.perf_counter() - begun)


async def burst(call: Callable[[], Awaitable[Any]]) -> str:
    """1,000 calls at once."""
    begun = time.perf_counter()
    done = await asyncio.gather(*(call() for _ in range(1000)), return_exceptions=True)
    return f"{sum(not isinstance(each, BaseException) for each in done)} in {time.perf_counter() - begun:.2f} s"


async def awaited(url: str, seconds: float, rounds: int) -> dict[str, list[Any]]:
    names = ["aiohttp", "httpx", "AsyncClient", "AsyncClient, AiohttpExecutor", "AsyncClient, AsyncHttpxExecutor"]
    opened = {name: await open_async(name, url) for name in names}
    best: dict[str, list[Any]] = {name: [0.0] * len(TASKS) for name in names}
    for call, _ in opened.values():
        await call()
    for _ in range(rounds):
        for place, tasks in enumerate(TASKS):
            for name, (call, _) in opened.items():
                best[name][place] = max(best[name][place], await pace(call, tasks, seconds))
    for name, (call, close) in opened.items():
        best[name].append(await burst(call))
        await close()
    return best


def plain(name: str, url: str) -> Callable[[], Any]:
    if name == "urllib3":
        import urllib3

        pool = urllib3.PoolManager(maxsize=20)
        return lambda: json.loads(
            pool.request("POST", f"{url}/openapi/room/create", body=FORM, headers=HEADERS).data
        )
    import baijiayun.http
    from baijiayun import Client

    executor = getattr(baijiayun.http, name.partition(", ")[2], None)
    client = Client(url, "1", "key", quota=False, operation_quota=False, http=executor and executor())
    return lambda: create(client)


def pace_of_threads(call: Callable[[], Any], count: int, seconds: float) -> float:
    done, end = [0], time.perf_counter() + seconds

    def work() -> None:
        while time.perf_counter() < end:
            call()
            done[0] += 1

    threads = [threading.Thread(target=work) for _ in range(count)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done[0] / (time.perf_counter() - begun)


def threaded(url: str, seconds: float, rounds: int) -> dict[str, list[float]]:
    names = ["urllib3", "Client", "Client, Urllib3Executor", "Client, HttpxExecutor"]
    calls = {name: plain(name, url) for name in names}
    best = {name: [0.0, 0.0] for name in names}
    for _ in range(rounds):
        for place, count in enumerate((1, 16)):
            for name, call in calls.items():
                best[name][place] = max(best[name][place], pace_of_threads(call, count, seconds))
    return best


def peer(url: str, seconds: float, rounds: int) -> list[float]:
    """PyPI's baijiayun 1.0.1, which is plain alone, in a process of its own, for it has the same import name."""
    program = [sys.executable, __file__, "--peer", PEER, "--be-peer", url, "--seconds", str(seconds), "--rounds", str(rounds)]
    told: list[float] = json.loads(subprocess.run(program, check=True, capture_output=True, text=True).stdout)
    return told


def be_peer(url: str, seconds: float, rounds: int) -> None:
    sys.path.insert(0, PEER)
    from baijiayun import BaiJiaYunClient  # type: ignore[attr-defined]

    client = BaiJiaYunClient("12345678", "any secret_key", private_domain="demo")
    client.cache.partner_key.set(value="key", ttl=86400)
    # It knows https alone, so its session is turned to the server.
    send = client._http.send
    client._http.send = lambda request, **how: (setattr(request, "url", f"{url}/openapi/room/create"), send(request, **how))[1]

    def call() -> Any:
        return client.room.create("测试教室", 1501575608, 1501579208, 2, max_users=100)

    print(json.dumps([max(pace_of_threads(call, count, seconds) for _ in range(rounds)) for count in (1, 16)]))


def main() -> None:
    global PEER
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--peer", type=Path, help="the folder in which baijiayun 1.0.1 is installed, alone")
    parser.add_argument("--seconds", type=float, default=1.0, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--be-peer", help=argparse.SUPPRESS)
    args = parser.parse_args()
    PEER = str(args.peer.resolve()) if args.peer else ""
    if args.be_peer:
        return be_peer(args.be_peer, args.seconds, args.rounds)
    with subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        try:
            tasks = asyncio.run(awaited(url, args.seconds, args.rounds))
            threads = threaded(url, args.seconds, args.rounds)
            if PEER:
                threads["PyPI's baijiayun 1.0.1"] = peer(url, args.seconds, args.rounds)
        finally:
            server.kill()
    print(f"Python {sys.version.split()[0]}, {sys.platform}\n\n| calls a second | 1 task | 16 | 256 | 1,000 at once |\n|---|---|---|---|---|")
    base = tasks["aiohttp"]
    for name, row in tasks.items():
        shown = " | ".join(f"{pace:,.0f} ({pace / base[place]:.2f})" for place, pace in enumerate(row[:3]))
        print(f"| {name} | {shown} | {row[3]} |")
    print("\n| calls a second | 1 thread | 16 |\n|---|---|---|")
    for name, pair in threads.items():
        shown = " | ".join(f"{pace:,.0f} ({pace / threads['urllib3'][place]:.2f})" for place, pace in enumerate(pair))
        print(f"| {name} | {shown} |")


if __name__ == "__main__":
    main()
