"""Small calls beside a list of 50 MB, in one process: how long the worst of them takes.

    python bench/large.py [SECONDS]

Answers come from memory. A small call takes a thread, or a task, at a time; beside them another one gets the list again
and again. Without pieces Python's lock, or the event loop, is held for as long as the list is read.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path
from typing import Any, Callable

import anyio
from baijiayun import AsyncClient, Client
from baijiayun.http import Request, Response

# What the documents print, so that no member is missing and has to be made up.
VECTORS = json.loads((Path(__file__).parents[3] / "tests/vectors/answers.json").read_bytes())
PRINTED = {vector["name"]: vector["body"] for vector in VECTORS}
SMALL = PRINTED["live.get_user_count: example 1"].encode()
ROW = json.dumps(json.loads(PRINTED["room.list: example 1"])["data"]["list"][0], ensure_ascii=False).encode()
LARGE = b'{"code":0,"data":{"list":[' + b",".join([ROW] * (50_000_000 // len(ROW))) + b'],"total":1},"msg":"","ts":1}'
SETTINGS: dict[str, Any] = {"quota": False, "max_answer": 64 << 20}


def answer(request: Request) -> Response:
    return Response(200, LARGE if request.url.endswith("/room/list") else SMALL)


def report(name: str, times: list[float], lists: int) -> None:
    times.sort()
    p50, p99 = (1000 * times[int(len(times) * part)] for part in (0.5, 0.99))
    print(f"{name:45} {len(times):6} small  {lists:3} lists  {p50:7.2f} ms {p99:7.2f} ms {1000 * times[-1]:7.1f} ms worst")


def threads(name: str, large: Callable[[Client], object], seconds: float) -> None:
    client = Client("demo", "1", "key", http=answer, **SETTINGS)
    end = time.monotonic() + seconds
    times: list[float] = []
    lists = [0]

    def beside() -> None:
        while time.monotonic() < end:
            if large(client) is not None:
                lists[0] += 1
            else:
                time.sleep(0.1)

    other = threading.Thread(target=beside)
    other.start()
    while time.monotonic() < end:
        begin = time.perf_counter()
        client.live.get_user_count(room_id=1)
        times.append(time.perf_counter() - begin)
        time.sleep(0.001)
    other.join()
    report(name, times, lists[0])


async def tasks(name: str, is_beside: bool, seconds: float) -> None:
    async def send(request: Request) -> Response:
        return answer(request)

    client = AsyncClient("demo", "1", "key", http=send, **SETTINGS)
    end = time.monotonic() + seconds
    times: list[float] = []
    lists = [0]

    async def beside() -> None:
        while is_beside and time.monotonic() < end:
            await client.room.list().page()
            lists[0] += 1

    async with anyio.create_task_group() as group:
        group.start_soon(beside)
        while time.monotonic() < end:
            begin = time.perf_counter()
            await client.live.get_user_count(room_id=1)
            times.append(time.perf_counter() - begin)
            await anyio.sleep(0.001)
    report(name, times, lists[0])


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    threads("Client, nothing beside", lambda client: None, seconds)
    threads("Client, beside typed lists", lambda client: client.room.list().page(), seconds)
    threads("Client, beside lists by name", lambda client: client.call("room.list"), seconds)
    anyio.run(tasks, "AsyncClient, nothing beside", False, seconds)
    anyio.run(tasks, "AsyncClient, beside typed lists", True, seconds)


if __name__ == "__main__":
    main()
