"""Side by side with PyPI's `baijiayun` 1.0.1, in one run: `../dev bench`.

Each figure is the least of many batches, the batches of all candidates taken in turn: other work on the machine then
disturbs all of them alike.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import io
import json
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any, Callable

KEY = "rLkIPaQjxSwRQmC/ITnHh8i2rifmmbFIVsYw03SSi24zAnkrAd0ZNb2rcTzI2avy7+AmNJDdLmzU89zKUAP3Xg=="
CREATED = {"room_id": "12345678901234", "admin_code": "abcdef", "teacher_code": "ghijkl", "student_code": "mnopqr"}


def envelope(data: object) -> bytes:
    """An answer as PHP writes it: without spaces, everything but ASCII escaped."""
    return json.dumps({"code": 0, "data": data, "msg": "", "ts": 1501572288}, separators=(",", ":")).encode()


def report(escaped: bool) -> bytes:
    """A watch report of 1,000 rows, the same as in core/benches."""
    rows = [
        {
            "date": "2023-06-01",
            "user_number": 1_603_866_936_490_000 + row,
            "user_name": f"学员{row:04}号同学",
            "user_role": row % 3,
            "first_time": f"2023-06-01 {row % 24:02}:{row % 60:02}:{row % 59:02}",
            "last_time": f"2023-06-01 {row % 24:02}:{row % 59:02}:{row % 60:02}",
            "first_heartbeat_time": f"2023-06-01 {row % 24:02}:{row % 60:02}:00",
            "last_heartbeat_time": f"2023-06-01 {row % 24:02}:{row % 60:02}:59",
            "actual_listen_time": 3000 + row,
            "user_ip": f"118.212.{row % 250}.{row % 200}",
            "area": "北京市",
            "city": "海淀区",
            "network_operator": "电信",
            "group_id": row % 9,
            "client_type": row % 7,
            "is_audition": row % 2,
        }
        for row in range(1000)
    ]
    written = envelope({"total": 1000, "room_user_info": rows})
    return written if escaped else json.dumps(json.loads(written), ensure_ascii=False, separators=(",", ":")).encode()


def race(candidates: dict[str, Callable[[int], object]], rounds: int, batches: int) -> dict[str, float]:
    """Least microseconds per round of each candidate. A candidate does so many rounds."""
    least = dict.fromkeys(candidates, float("inf"))
    for _ in range(batches):
        for name, run in candidates.items():
            begun = time.perf_counter()
            run(rounds)
            least[name] = min(least[name], (time.perf_counter() - begun) / rounds * 1e6)
    return least


def again(call: Callable[[], object]) -> Callable[[int], object]:
    """A candidate that makes this call again and again."""

    def run(rounds: int) -> None:
        for _ in range(rounds):
            call()

    return run


def table(title: str, unit: str, rows: list[tuple[str, float, str]]) -> None:
    print(f"\n{title}\n\n| | {unit} | |\n|---|---|---|")
    for name, figure, remark in rows:
        print(f"| {name} | {figure:,.1f} | {remark} |")


def load_peer(folder: Path) -> ModuleType:
    """The peer, whose import name is ours as well: it is loaded first and then hidden."""
    sys.path.insert(0, str(folder))
    import baijiayun

    sys.path.remove(str(folder))
    for name in list(sys.modules):
        if name.split(".")[0] == "baijiayun":
            del sys.modules[name]
    return baijiayun


def peer_call(peer: ModuleType, body: bytes) -> Callable[[], object]:
    """A call of the peer, with `requests` whose transport answers at once."""
    import requests
    from requests.adapters import BaseAdapter

    class Null(BaseAdapter):
        def send(self, request: Any, *args: Any, **kwargs: Any) -> requests.Response:
            response = requests.Response()
            response.status_code, response._content = 200, body
            response.request, response.url = request, request.url
            return response

        def close(self) -> None:
            pass

    client = peer.BaiJiaYunClient("12345678", "any secret_key", private_domain="demo")
    client.cache.partner_key.set(value=KEY, ttl=86400)
    client._http.mount("https://", Null())
    return lambda: client.room.create("测试教室", 1501575608, 1501579208, 2, max_users=100)


def our_clients(body: bytes) -> dict[str, Any]:
    """Our client with transports that answer at once."""
    import httpx
    import urllib3
    from baijiayun import AsyncClient, Client
    from baijiayun.http import AsyncHttpxExecutor, HttpxExecutor, Response, Urllib3Executor

    class NullHttpx(httpx.BaseTransport, httpx.AsyncBaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, content=body)

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, content=body)

    class NullUrllib3(urllib3.PoolManager):
        def urlopen(self, method: str, url: str, redirect: bool = True, **kwargs: Any) -> Any:
            return urllib3.HTTPResponse(io.BytesIO(body), status=200, preload_content=False)

    async def answer(request: object) -> Response:
        return Response(200, body)

    account: Any = ("demo", "12345678", KEY)
    settings: Any = {"quota": False, "operation_quota": False}
    return {
        "Client, a function": Client(*account, **settings, http=lambda request: Response(200, body)),
        "Client, urllib3": Client(*account, **settings, http=Urllib3Executor(NullUrllib3())),
        "Client, httpx": Client(*account, **settings, http=HttpxExecutor(httpx.Client(transport=NullHttpx()))),
        "AsyncClient, a function": AsyncClient(*account, **settings, http=answer),
        "AsyncClient, httpx": AsyncClient(
            *account, **settings, http=AsyncHttpxExecutor(httpx.AsyncClient(transport=NullHttpx()))
        ),
    }


def create(client: Any) -> Any:
    return client.room.create(title="测试教室", start_time=1501575608, end_time=1501579208, type=2, max_users=100)


def whole_call(peer: ModuleType) -> float:
    """A whole call. Returns ours over the peer's."""
    body = envelope(CREATED)
    clients = our_clients(body)
    old = peer_call(peer, body)
    assert old()["room_id"] == create(clients["Client, a function"]).room_id == CREATED["room_id"]

    def awaited(client: Any) -> Callable[[int], object]:
        async def main(rounds: int) -> None:
            for _ in range(rounds):
                await create(client)

        return lambda rounds: asyncio.run(main(rounds))

    candidates = {"peer, requests": again(old)}
    for name, client in clients.items():
        is_async = name.startswith("AsyncClient")
        candidates[name] = awaited(client) if is_async else again(lambda client=client: create(client))
    least = race(candidates, 200, 100)
    base = least["peer, requests"]
    rows = [(name, time, f"{time / base:.2f} of the peer") for name, time in least.items()]
    table("Whole call, `room.create` with 5 parameters, over a transport that answers at once", "µs", rows)
    return least["Client, a function"] / base


def large_report() -> float:
    """A large report. Returns ours over json.loads, the worse of both writings."""
    import msgspec
    from baijiayun import Client
    from baijiayun.http import Response

    worst = 0.0
    for escaped in (True, False):
        body = report(escaped)
        client = Client("demo", "12345678", KEY, quota=False, http=lambda request, body=body: Response(200, body))

        def ours(client: Any = client) -> Any:
            return client.room_data.export_live_report(room_id=1).page().rows

        assert ours()[999].user_number == 1_603_866_936_490_999 and ours()[0].user_name == "学员0000号同学"
        least = race(
            {
                "json.loads, dicts": again(lambda body=body: json.loads(body)),
                "ours, whole call, typed objects": again(ours),
                "msgspec.json.decode, dicts, nothing checked": again(lambda body=body: msgspec.json.decode(body)),
            },
            2,
            250,
        )
        base = least["json.loads, dicts"]
        how = "escaped" if escaped else "UTF-8"
        rows = [(name, time, f"{time / base:.2f} of json.loads") for name, time in least.items()]
        table(f"Report of 1,000 rows, {len(body) / 1000:.0f} kB, Chinese {how}", "µs", rows)
        worst = max(worst, least["ours, whole call, typed objects"] / base)
    return worst


FIRST_CALL = """
from baijiayun import Client
from baijiayun.http import Response
answer = Response(200, b'{"code":0,"data":{"room_id":"1"},"msg":"","ts":1}')
Client("demo", "1", "k", http=lambda request: answer).room.create(title="x", start_time=1, end_time=2)
"""


def imports(peer: Path) -> float:
    """Imports in fresh processes. Returns the milliseconds that ours adds to those of the interpreter and httpx."""
    programs = {
        "bare interpreter": "pass",
        "import baijiayun (ours; httpx comes with the first call that needs it)": "import baijiayun",
        "the same and a first call of `room.create`, null transport": FIRST_CALL,
        "import httpx": "import httpx",
        "import httpx, baijiayun": "import httpx, baijiayun",
        "import the peer (and with it requests)": f"import sys; sys.path.insert(0, {str(peer)!r}); import baijiayun",
    }

    def fresh(program: str) -> Callable[[int], object]:
        return lambda rounds: subprocess.run([sys.executable, "-c", program], check=True)

    least = {name: time / 1000 for name, time in race({name: fresh(p) for name, p in programs.items()}, 1, 40).items()}
    bare = least["bare interpreter"]
    table("Import in a fresh process", "ms", [(name, time, f"+ {time - bare:.1f}") for name, time in least.items()])
    return least["import httpx, baijiayun"] - least["import httpx"]


def resident() -> int:
    """Bytes of this process in memory."""
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


def growth(calls: int) -> None:
    """What a process of its own prints: its memory before and after so many calls, some of which fail."""
    from baijiayun import ApiError, Client
    from baijiayun.http import Response

    created, rows = envelope(CREATED), envelope({"list": [CREATED] * 20, "total": 20})
    refused = json.dumps({"code": 1001, "data": None, "msg": "参数错误", "ts": 7}).encode()
    bodies = {"/room/create": created, "/room/list": rows, "/room/info": refused}
    client = Client(
        "demo",
        "12345678",
        KEY,
        quota=False,
        operation_quota=False,
        http=lambda request: Response(200, bodies[request.url.partition("/openapi")[2]]),
    )

    def some(calls: int) -> None:
        for number in range(calls // 10):
            for _ in range(8):
                create(client)
            assert len(client.room.list().page().rows) == 20
            try:
                client.room.info(room_id=number)
            except ApiError as error:
                assert error.code == 1001
            else:
                raise AssertionError("it was not refused")

    some(50_000)
    before = resident()
    some(calls)
    print(before, resident())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", type=Path, help="the folder in which baijiayun 1.0.1 is installed, alone")
    parser.add_argument("--calls", type=int, default=1_000_000, help="so many calls must not let the memory grow")
    parser.add_argument("--growth", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.growth:
        return growth(args.calls)
    if args.peer is None or not (args.peer / "baijiayun").is_dir():
        parser.error("--peer names no folder with the peer: pip install --no-deps --target FOLDER baijiayun==1.0.1")
    peer = load_peer(args.peer)
    import baijiayun

    ours = metadata.distribution("baijiayun-sdk").version
    assert Path(baijiayun.__file__).parent.parent != args.peer and hasattr(peer, "BaiJiaYunClient")
    print(f"baijiayun-sdk {ours} beside baijiayun 1.0.1, Python {sys.version.split()[0]}, {sys.platform}")

    call, rows, imported = whole_call(peer), large_report(), imports(args.peer)
    program = [sys.executable, __file__, "--growth", "--calls", str(args.calls)]
    before, after = map(int, subprocess.run(program, check=True, capture_output=True, text=True).stdout.split())
    grown = (after - before) / 1e6
    remark = "8 of 10 create a room, 1 lists 20 rows, 1 is refused"
    table(f"Memory over {args.calls:,} calls", "MB", [("before", before / 1e6, remark), ("after", after / 1e6, "")])

    goals = [
        (f"a whole call takes {call:.2f} of the peer's time", "at most 1/3", call <= 1 / 3),
        (f"a report takes {rows:.2f} of json.loads", "less than 1", rows < 1),
        (f"the import takes {imported:.1f} ms over those of the interpreter and httpx", "under 40 ms", imported < 40),
        (f"the memory grew by {grown:.2f} MB", "under 1 MB", grown < 1),
    ]
    print("\n| measured | goal | |\n|---|---|---|")
    for measured, goal, met in goals:
        print(f"| {measured} | {goal} | {'met' if met else 'MISSED'} |")
    sys.exit(0 if all(met for _, _, met in goals) else 1)


if __name__ == "__main__":
    main()
