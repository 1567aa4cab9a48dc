"""Clocks that tests set, and what waits by them."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from baijiayun import Client
from baijiayun.http import Request, Response
from conftest import KEY, envelope, forms

freezegun = pytest.importorskip("freezegun")


def test_a_frozen_day_is_that_of_requests() -> None:
    """Of a client that was made before, too."""
    sent: list[Request] = []

    def http(request: Request) -> Response:
        sent.append(request)
        return envelope({})

    client = Client("demo", "1", KEY, http=http)
    with freezegun.freeze_time("2030-01-01 00:00:00"):
        client.room.info(room_id=1)
        Client("demo", "1", KEY, http=http).room.info(room_id=1)
    client.room.info(room_id=1)
    stamps = [int(form["timestamp"]) for form in forms(sent)]
    assert stamps[:2] == [1893456000, 1893456000] and abs(stamps[2] - time.time()) < 60


def test_waits_end_while_the_clock_stands_still() -> None:
    """For a limit, and before another attempt; in clients that were made before and meanwhile."""
    answers = [Response(503, b""), envelope({})]
    before = Client("demo", "1", KEY, http=lambda request: answers.pop(0), quota=(1, 1))
    with freezegun.freeze_time("2030-01-01 00:00:00"):
        before.room.info(room_id=1)
        within = Client("demo", "1", KEY, http=lambda request: envelope({}), quota=(1, 1))
        for _ in range(2):
            within.room.info(room_id=1)
    assert not answers


GEVENT = """
from gevent import monkey

monkey.patch_all()
import gevent
from baijiayun import Client
from baijiayun.http import Response

answer = Response(200, b'{"code":0,"data":{"title":"a"},"msg":"","ts":1}')
client = Client("demo", "1", "k", http=lambda request: answer, quota=(2, 1))
ticks = []


def tick():
    while True:
        ticks.append(1)
        gevent.sleep(0.01)


ticking = gevent.spawn(tick)
calls = [gevent.spawn(client.room.info, room_id=1) for _ in range(3)]
gevent.joinall(calls, raise_error=True)
assert len(ticks) > 10, "waiting for the limit held everything up"
print([call.value.title for call in calls])
"""


def test_waits_under_gevent() -> None:
    pytest.importorskip("gevent")
    ran = subprocess.run([sys.executable, "-c", GEVENT], capture_output=True, text=True, timeout=60)
    assert ran.stdout == "['a', 'a', 'a']\n", ran.stderr
