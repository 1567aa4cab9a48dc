"""Calls that are interrupted, deadlines, and what threads share."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from baijiayun import Client, ConnectError, TimeoutError
from baijiayun.http import HttpxExecutor, Request, Response, Urllib3Executor
from conftest import KEY, envelope
from server import serving, silent, unused
from test_http import answering
from test_promises import Dripping


@contextmanager
def interrupted(after: float) -> Iterator[None]:
    """Has the main thread interrupted as Ctrl-C does, if it is still in the block then."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, after)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no such timer")
@pytest.mark.parametrize("http", [None, HttpxExecutor, Urllib3Executor])
def test_a_client_goes_on_after_ctrl_c(http: Any) -> None:
    stuck = threading.Event()
    answers: Any = iter([lambda: stuck.wait(30), *[lambda: None] * 10])

    def answer(request: Any) -> Any:
        next(answers)()
        return 200, {}, json.dumps({"code": 0, "data": {"title": "课"}, "msg": "", "ts": 7}).encode()

    with serving(answer) as server:
        client = Client(server.url, "1", KEY, http=http and http())
        with pytest.raises(KeyboardInterrupt):
            with interrupted(0.2):
                client.room.info(room_id=1)
        assert client._runner.calls.engine.calls() == 0
        # Neither a lock nor an answer of that call is left.
        for _ in range(3):
            assert client.room.info(room_id=1).title == "课"
        stuck.set()


def test_deadlines(tmp_path: Any) -> None:
    """Of headers that drip, of uploads and of all of an upload, without anybody's help."""
    path = tmp_path / "a.mp4"
    path.write_bytes(bytes(1 << 20))
    began = time.monotonic()
    with silent() as url:
        client = Client(url, "1", KEY, upload_deadline=0.1, attempts=1)
        with pytest.raises(TimeoutError):
            client.room.set_cover(room_id=1, web_bg_img=path)
        with pytest.raises(TimeoutError):
            client.video.upload(path, definition=16, options={"deadline": 0.1})
        with pytest.raises(TimeoutError):
            Client(url, "1", KEY).room.info(room_id=1, options={"timeout": 0.1})
    server = Dripping()
    try:
        with pytest.raises(TimeoutError):
            Client(server.url, "1", KEY, deadline=0.2, attempts=1).room.info(room_id=1)
    finally:
        server.close()
    assert time.monotonic() - began < 30


def test_a_body_that_drips() -> None:
    """For which a socket's own timeout starts anew with every byte."""
    over = threading.Event()

    def drip() -> None:
        taken, _ = listener.accept()
        with taken:
            taken.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
            while not over.wait(0.01):
                try:
                    taken.sendall(b"y")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip)
        thread.start()
        try:
            client = Client(f"http://127.0.0.1:{listener.getsockname()[1]}", "1", KEY, attempts=1)
            with pytest.raises(TimeoutError):
                client.room.info(room_id=1, options={"attempt_timeout": 0.2})
        finally:
            over.set()
            thread.join()


def test_closing_cuts_what_is_under_way() -> None:
    from baijiayun import ClosedError

    with silent() as url:
        client = Client(url, "1", KEY)
        raised: list[BaseException] = []

        def call() -> None:
            try:
                client.room.info(room_id=1)
            except BaseException as error:
                raised.append(error)

        thread = threading.Thread(target=call)
        thread.start()
        while not client._runner.bounds._in_flight:
            time.sleep(0.001)
        client.close(within=0.05)
        thread.join(30)
    assert [type(error) for error in raised] == [ClosedError]


def test_threads_get_the_same_objects() -> None:
    """Since 3.12 `cached_property` has no lock: each of four threads had claims of its own, and took the same callback."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(30):
            client = Client("demo", "1", KEY, http=lambda request: envelope())
            found: list[int] = []
            ready = threading.Barrier(4)

            def ask(client: Client = client, found: list[int] = found, ready: threading.Barrier = ready) -> None:
                ready.wait()
                found.append(id(client.callbacks))
                found.append(id(client.room))

            threads = [threading.Thread(target=ask) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert len(set(found)) == 2
    finally:
        sys.setswitchinterval(before)


@pytest.mark.parametrize("status", ["refused", "times out"])
def test_requests_tells_why_it_did_not_connect(status: str) -> None:
    """By the recipe of the guide: the request never left, so that any operation is tried again."""
    requests = pytest.importorskip("requests")
    from baijiayun.http import read_body

    def send(request: Request) -> Response:
        with requests.request(
            request.method, request.url, headers={**request.headers, "accept-encoding": "gzip, deflate"},
            data=request.body, timeout=(0.01, request.timeout), allow_redirects=False, stream=True,
        ) as answer:  # fmt: skip
            body = read_body(request, answer.headers, answer.raw.stream(65536, decode_content=False))
            return Response(answer.status_code, body, answer.headers)

    # Nobody routes this address (RFC 5737); where something does, it refuses.
    url = unused() if status == "refused" else "http://192.0.2.1"
    client = Client(url, "1", KEY, http=send, attempts=1)
    with pytest.raises(ConnectError):
        client.room.delete(room_id=1)


def test_no_resource_is_left_open() -> None:
    """With all of Python's warnings on: what a client opened is closed."""
    with serving(answering()) as server:
        program = f"""
import asyncio, gc
from baijiayun import AsyncClient, Client

async def main():
    client = AsyncClient({server.url!r}, "1", "k")
    await asyncio.gather(*(client.room.info(room_id=1) for _ in range(5)))

asyncio.run(main())
with Client({server.url!r}, "1", "k") as client:
    client.room.info(room_id=1)
del client
gc.collect()
"""
        command = [sys.executable, "-X", "dev", "-W", "error", "-c", program]
        ran = subprocess.run(command, capture_output=True, text=True)
    # A loop that is watched also says what took its time.
    assert ran.returncode == 0 and "Warning" not in ran.stderr and "Traceback" not in ran.stderr, ran.stderr
