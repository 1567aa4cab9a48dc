"""Forked processes: neither connections nor calls of the parent are theirs."""

from __future__ import annotations

import json
import os
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any

import anyio
import pytest
from baijiayun import AsyncClient, Client, MisuseError
from baijiayun.http import Request, Response, Urllib3Executor
from conftest import KEY, Clock, envelope, event
from server import Answer, Received, serving

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork"),
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]

OK = json.dumps({"code": 0, "data": {"room_id": "7"}, "msg": "", "ts": 7}).encode()


def in_child(work: Callable[[], object]) -> None:
    """Does something in a forked process, and fails if it fails there."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            traceback.print_exc(file=sys.stderr)
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


def answer(request: Received) -> Answer:
    return 200, {}, OK


@pytest.mark.parametrize("executor", [None, Urllib3Executor])
def test_connections_are_not_shared(executor: Any) -> None:
    with serving(answer) as server, Client(server.url, "1", KEY, http=executor and executor()) as client:
        client.room.info(room_id=1)

        def work() -> None:
            assert client.room.info(room_id=1).room_id == 7

        in_child(work)
        client.room.info(room_id=1)
    ports = [request.port for request in server.received]
    # The parent goes on with the connection that it had; the child made its own.
    assert ports[0] == ports[2] != ports[1]


def test_connections_of_loops_are_not_shared() -> None:
    with serving(answer) as server:
        client = AsyncClient(server.url, "1", KEY)

        def work() -> None:
            room = anyio.run(lambda: client.room.info(room_id=1))
            assert room.room_id == 7

        work()
        in_child(work)
        work()
    assert len({request.port for request in server.received}) == 3


def test_a_call_that_was_under_way_stays_with_the_parent() -> None:
    children: list[int] = []
    client = Client("demo", "1", KEY, http=lambda request: envelope({"room_id": 1}), quota=(1, 10))

    def fork(seconds: float) -> None:
        if not children:
            children.append(os.fork())
        clock.sleep(seconds)

    clock = Clock()
    client._runner.calls.unix = client._runner.calls.monotonic = clock
    client._runner.sleep = fork
    client.room.info(room_id=1)
    try:
        assert client.room.info(room_id=1).room_id == 1
    except MisuseError as error:
        assert children == [0] and "forked" in str(error)
        # The child can make calls of its own.
        assert client.room.info(room_id=1).room_id == 1
        assert client._runner.calls.engine.calls() == 0
        os._exit(0)
    finally:
        if children == [0]:
            os._exit(1)
    _, status = os.waitpid(children[0], 0)
    assert os.waitstatus_to_exitcode(status) == 0


def test_forks_among_busy_threads() -> None:
    """A lock that another thread held when the process forked would stay locked in the child."""
    client = Client("demo", "1", KEY, http=lambda request: envelope({"room_id": 1}), quota=False)
    stop = threading.Event()

    def busy() -> None:
        number = 0
        while not stop.is_set():
            client.room.info(room_id=1)
            client.callbacks.claim(event(str(number := number + 1)))

    threads = [threading.Thread(target=busy) for _ in range(3)]
    for thread in threads:
        thread.start()

    def work() -> None:
        for _ in range(3):
            assert client.room.info(room_id=1).room_id == 1
        assert client.callbacks.claim(event("x"))

    try:
        for _ in range(20):
            in_child(work)
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_iterations_go_on_in_the_child() -> None:
    def http(request: Request) -> Response:
        assert isinstance(request.body, bytes)
        page = 2 if b"page=2" in request.body else 1
        return envelope({"list": [{"room_id": page}], "total": 2})

    client = Client("demo", "1", KEY, http=http)
    rooms = iter(client.room.list(limit=1))
    assert next(rooms).room_id == 1

    def work() -> None:
        assert [room.room_id for room in rooms] == [2]

    in_child(work)
    assert [room.room_id for room in rooms] == [2]
