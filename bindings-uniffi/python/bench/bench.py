"""Side by side with PyPI's `baijiayun` 1.0.1, in one run: `../dev bench`.

Each candidate lives in a process of its own. Each figure is the least of many batches, and the processes take turns: what
else goes on in the machine disturbs all of them alike.
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
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

KEY = "rLkIPaQjxSwRQmC/ITnHh8i2rifmmbFIVsYw03SSi24zAnkrAd0ZNb2rcTzI2avy7+AmNJDdLmzU89zKUAP3Xg=="
ACCOUNT: Any = ("demo", "12345678", KEY)
CREATED = {"room_id": "12345678901234", "admin_code": "abcdef", "teacher_code": "ghijkl", "student_code": "mnopqr"}
PEER = Path()
"""The folder with the peer."""


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


def create(client: Any) -> Any:
    return client.room.create(title="测试教室", start_time=1501575608, end_time=1501579208, type=2, max_users=100)


def client(http: Any) -> Any:
    """Ours, without limits: they would make it wait."""
    from baijiayun import Client

    return Client(*ACCOUNT, quota=False, operation_quota=False, http=http)


def async_client(http: Any) -> Any:
    from baijiayun import AsyncClient

    return AsyncClient(*ACCOUNT, quota=False, operation_quota=False, http=http)


# Candidates: each is what a process does before, and gives what it then does in every round.


def call_peer() -> Callable[[], object]:
    sys.path.insert(0, str(PEER))
    from baijiayun import BaiJiaYunClient  # type: ignore[attr-defined]
    from requests import Response
    from requests.adapters import BaseAdapter

    body = envelope(CREATED)

    class Null(BaseAdapter):
        def send(self, request: Any, *args: Any, **kwargs: Any) -> Response:
            response = Response()
            response.status_code, response._content, response.request, response.url = 200, body, request, request.url
            return response

    peer = BaiJiaYunClient("12345678", "any secret_key", private_domain="demo")
    peer.cache.partner_key.set(value=KEY, ttl=86400)
    peer._http.mount("https://", Null())
    assert peer.room.create("测试教室", 1501575608, 1501579208, 2, max_users=100)["room_id"] == CREATED["room_id"]
    return lambda: peer.room.create("测试教室", 1501575608, 1501579208, 2, max_users=100)


def call_function() -> Callable[[], object]:
    from baijiayun.http import Response

    body = envelope(CREATED)
    ours = client(lambda request: Response(200, body))
    assert create(ours).room_id == int(CREATED["room_id"])
    return lambda: create(ours)


def call_urllib3() -> Callable[[], object]:
    import urllib3
    from baijiayun.http import Urllib3Executor

    body = envelope(CREATED)

    class Null(urllib3.PoolManager):
        def urlopen(self, *args: Any, **kwargs: Any) -> Any:
            return urllib3.HTTPResponse(io.BytesIO(body), status=200, preload_content=False)

    ours = client(Urllib3Executor(Null()))
    return lambda: create(ours)


def null_httpx() -> None:
    """What httpx opens connections with answers at once, as the adapter of the peer does."""
    import httpx

    body = envelope(CREATED)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]

    def answer(self: object, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers=headers, stream=httpx.ByteStream(body))

    async def async_answer(self: object, request: httpx.Request) -> httpx.Response:
        return answer(self, request)

    httpx.HTTPTransport.handle_request = answer  # type: ignore[method-assign]
    httpx.AsyncHTTPTransport.handle_async_request = async_answer  # type: ignore[method-assign]


def call_httpx() -> Callable[[], object]:
    null_httpx()
    ours = client(None)
    return lambda: create(ours)


def call_async_function() -> Callable[[], Awaitable[object]]:
    from baijiayun.http import Response

    body = envelope(CREATED)

    async def answer(request: object) -> Response:
        return Response(200, body)

    ours = async_client(answer)

    async def call() -> object:
        return await create(ours)

    return call


def call_async_httpx() -> Callable[[], Awaitable[object]]:
    null_httpx()
    ours = async_client(None)

    async def call() -> object:
        return await create(ours)

    return call


def report_dicts(escaped: bool) -> Callable[[], object]:
    body = report(escaped)
    return lambda: json.loads(body)


def report_objects(escaped: bool) -> Callable[[], object]:
    from baijiayun.http import Response

    body = report(escaped)
    ours = client(lambda request: Response(200, body))
    rows = ours.room_data.export_live_report(room_id=1).page().rows
    assert (rows[0].user_name, rows[999].user_number) == ("学员0000号同学", 1_603_866_936_490_999)
    return lambda: ours.room_data.export_live_report(room_id=1).page().rows


CALL = {
    "peer, requests": call_peer,
    "`Client`, a function": call_function,
    "`Client`, urllib3": call_urllib3,
    "`Client`, httpx (the default)": call_httpx,
    "`AsyncClient`, a function": call_async_function,
    "`AsyncClient`, httpx (the default)": call_async_httpx,
}
REPORT = {
    "json.loads, dicts, escaped": lambda: report_dicts(True),
    "ours, whole call, typed objects, escaped": lambda: report_objects(True),
    "json.loads, dicts, UTF-8": lambda: report_dicts(False),
    "ours, whole call, typed objects, UTF-8": lambda: report_objects(False),
}


def work(name: str) -> None:
    """A candidate at work: is told how many rounds to do, and tells the seconds that they took."""
    call = {**CALL, **REPORT}[name]()

    async def rounds_async(rounds: int) -> None:
        for _ in range(rounds):
            await call()  # type: ignore[misc]

    loop = asyncio.new_event_loop()
    for line in sys.stdin:
        rounds = int(line)
        begun = time.perf_counter()
        if "Async" in name:
            loop.run_until_complete(rounds_async(rounds))
        else:
            for _ in range(rounds):
                call()
        print(time.perf_counter() - begun, flush=True)
    loop.close()


class Candidate:
    """A process with a candidate at work."""

    def __init__(self, name: str) -> None:
        program = [sys.executable, __file__, "--peer", str(PEER), "--work", name]
        self._process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.least = float("inf")

    def run(self, rounds: int) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        print(rounds, file=self._process.stdin, flush=True)
        self.least = min(self.least, float(self._process.stdout.readline()) / rounds * 1e6)

    def end(self) -> float:
        """Ends it, and gives the least microseconds of a round."""
        self._process.communicate()
        return self.least


def race(names: list[str], rounds: int, batches: int) -> dict[str, float]:
    """The least microseconds of a round of each candidate."""
    candidates = {name: Candidate(name) for name in names}
    for _ in range(batches):
        for candidate in candidates.values():
            candidate.run(rounds)
    return {name: candidate.end() for name, candidate in candidates.items()}


def table(title: str, unit: str, rows: list[tuple[str, float, str]]) -> None:
    print(f"\n{title}\n\n| | {unit} | |\n|---|---|---|")
    for name, figure, remark in rows:
        print(f"| {name} | {figure:,.1f} | {remark} |")


def whole_call() -> float:
    """A whole call. Returns the slowest of ours over the peer's."""
    least = race(list(CALL), 200, 100)
    base = least["peer, requests"]
    rows = [(name, time, f"{time / base:.2f} of the peer") for name, time in least.items()]
    table("Whole call, `room.create` with 5 parameters, over a transport that answers at once", "µs", rows)
    return max(time for name, time in least.items() if "Client" in name) / base


def large_report() -> float:
    """A large report. Returns ours over json.loads, the worse of both writings."""
    least = race(list(REPORT), 2, 250)
    rows, ratios = [], []
    for name, figure in least.items():
        writing = name.rpartition(", ")[2]
        ratios.append(figure / least[f"json.loads, dicts, {writing}"])
        rows.append((name, figure, f"{ratios[-1]:.2f} of json.loads, {len(report(writing == 'escaped')) / 1000:.0f} kB"))
    table("Report of 1,000 rows with 16 members, Chinese escaped (as PHP does) or not", "µs", rows)
    return max(ratios[1], ratios[3])


FIRST_CALL = """
from baijiayun import Client
from baijiayun.http import Response
answer = Response(200, b'{"code":0,"data":{"room_id":"1","admin_code":"a","teacher_code":"b","student_code":"c"},"msg":"","ts":1}')
Client("demo", "1", "k", http=lambda request: answer).room.create(title="x", start_time=1, end_time=2)
"""


def imports() -> float:
    """Imports in fresh processes. Returns the milliseconds that ours adds to those of the interpreter and httpx."""
    programs = {
        "bare interpreter": "pass",
        "import baijiayun (ours; httpx comes with the first call that needs it)": "import baijiayun",
        "the same and a first call of `room.create`": FIRST_CALL,
        "import httpx": "import httpx",
        "import httpx, baijiayun": "import httpx, baijiayun",
        "import the peer (and with it requests)": f"import sys; sys.path.insert(0, {str(PEER)!r}); import baijiayun",
    }
    least = dict.fromkeys(programs, float("inf"))
    for _ in range(40):
        for name, program in programs.items():
            begun = time.perf_counter()
            subprocess.run([sys.executable, "-c", program], check=True)
            least[name] = min(least[name], (time.perf_counter() - begun) * 1000)
    bare = least["bare interpreter"]
    table("Import in a fresh process", "ms", [(name, figure, f"+ {figure - bare:.1f}") for name, figure in least.items()])
    return least["import httpx, baijiayun"] - least["import httpx"]


def resident() -> int:
    """Bytes of this process in memory."""
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


def grow(calls: int) -> None:
    """Tells the memory of this process before and after so many calls, some of which fail."""
    from baijiayun import ApiError
    from baijiayun.http import Response

    refused = json.dumps({"code": 1001, "data": None, "msg": "参数错误", "ts": 7}).encode()
    bodies = {
        "/room/create": envelope(CREATED),
        "/room/list": envelope({"list": [CREATED] * 20, "total": 20}),
        "/room/info": refused,
    }
    ours = client(lambda request: Response(200, bodies[request.url.partition("/openapi")[2]]))

    def make(calls: int) -> None:
        for number in range(calls // 10):
            for _ in range(8):
                create(ours)
            assert len(ours.room.list().page().rows) == 20
            try:
                ours.room.info(room_id=number)
            except ApiError as error:
                assert error.code == 1001
            else:
                raise AssertionError("it was not refused")

    make(50_000)
    before = resident()
    make(calls)
    print(before, resident())


def growth(calls: int) -> float:
    """How many megabytes a process grows by with so many calls."""
    program = [sys.executable, __file__, "--grow", str(calls)]
    told = subprocess.run(program, check=True, capture_output=True, text=True).stdout.split()
    before, after = (int(figure) / 1e6 for figure in told)
    remark = "of 10 calls 8 create a room, 1 lists 20 rooms, 1 is refused"
    table(f"Memory over {calls:,} calls", "MB", [("before", before, remark), ("after", after, "")])
    return after - before


def main() -> None:
    global PEER
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--peer", type=Path, default=PEER, help="the folder in which baijiayun 1.0.1 is installed, alone")
    parser.add_argument("--calls", type=int, default=1_000_000, help="so many calls must not let the memory grow")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    parser.add_argument("--grow", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    PEER = args.peer.resolve()
    if args.work:
        return work(args.work)
    if args.grow:
        return grow(args.grow)
    if not (PEER / "baijiayun-1.0.1.dist-info").is_dir():
        parser.error("--peer names no folder with the peer: pip install --no-deps --target FOLDER baijiayun==1.0.1")
    import baijiayun

    print(f"baijiayun-sdk {baijiayun.__version__} beside baijiayun 1.0.1, Python {sys.version.split()[0]}, {sys.platform}")
    call, rows, imported, grown = whole_call(), large_report(), imports(), growth(args.calls)
    goals = [
        (f"the slowest of our whole calls takes {call:.2f} of the peer's time", "at most 1/3", call <= 1 / 3),
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
