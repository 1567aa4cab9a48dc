"""The example against the mock of the service: `pytest`. It needs the program `bjy` (see README.md)."""

import asyncio
import hashlib
import json
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import uvicorn
from app import create_app
from baijiayun.callbacks import SUCCESS, Event
from baijiayun.testing import Mock
from fastapi import FastAPI

pytestmark = pytest.mark.anyio

LESSON = {"title": "高一数学 第一课", "start_time": "2030-01-01T08:00:00", "end_time": "2030-01-01T09:00:00+08:00"}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@asynccontextmanager
async def running(mock: Mock) -> AsyncIterator[tuple[FastAPI, httpx.AsyncClient]]:
    """The application and a browser, in one process."""
    app = create_app(mock.async_client)
    transport = httpx.ASGITransport(app)
    browsing = httpx.AsyncClient(transport=transport, base_url="http://app")
    async with app.router.lifespan_context(app), browsing as browser:
        yield app, browser


def signed(key: str, **fields: Any) -> str:
    """A callback as the service posts it."""
    fields = {"timestamp": int(time.time()), **fields}
    text = "&".join(f"{name}={fields[name]}" for name in sorted(fields)) + f"&partner_key={key}"
    return urlencode({**fields, "sign": hashlib.md5(text.encode()).hexdigest()})


async def post(browser: httpx.AsyncClient, body: str) -> httpx.Response:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return await browser.post("/callbacks", content=body, headers=headers)


async def test_rooms(baijiayun_mock: Mock) -> None:
    async with running(baijiayun_mock) as (_, browser):
        assert (await browser.get("/rooms")).json() == []
        created = await browser.post("/rooms", json=LESSON)
        assert created.status_code == 201
        room_id = created.json()["room_id"]
        assert len(room_id) == 14 and len(created.json()["student_code"]) == 6
        # 08:00 without a time zone was Beijing time, and so it comes back.
        lesson = {"room_id": room_id, "title": LESSON["title"], "start_time": "2030-01-01T08:00:00+08:00"}
        assert (await browser.get("/rooms")).json() == [lesson]
        assert (await browser.delete(f"/rooms/{room_id}")).status_code == 204
        assert (await browser.get("/rooms")).json() == []


async def test_errors_have_words_for_users(baijiayun_mock: Mock) -> None:
    async with running(baijiayun_mock) as (_, browser):
        missing = await browser.delete("/rooms/17010111111111")
        assert (missing.status_code, missing.json()) == (404, {"detail": "没有这个教室，或者已被删除"})
        wrong = await browser.delete("/rooms/first")
        assert wrong.status_code == 422 and "room_id" in wrong.json()["detail"]
        assert (await browser.post("/rooms", json={**LESSON, "title": ""})).status_code == 422


async def test_a_callback_is_taken_once(baijiayun_mock: Mock) -> None:
    async with running(baijiayun_mock) as (app, browser):
        body = signed(baijiayun_mock.partner_key, qid="q1", room_id=1, op="start", op_time="2030-01-01 08:00:00")
        for _ in range(2):
            answer = await post(browser, body)
            assert (answer.status_code, answer.text) == (200, SUCCESS)
        await app.state.inbox.waiting.join()
        event = {"room_id": "1", "what": "start", "when": "2030-01-01 08:00:00"}
        assert (await browser.get("/events")).json() == [event]


async def test_what_the_service_did_not_post_is_refused(baijiayun_mock: Mock) -> None:
    async with running(baijiayun_mock) as (app, browser):
        forged = signed("another key", qid="q1", room_id=1, op="start")
        too_long = signed(baijiayun_mock.partner_key, qid="q2", text="x" * (4 << 20))
        too_old = signed(baijiayun_mock.partner_key, qid="q3", room_id=1, op="start", timestamp=1501572288)
        for body in (forged, too_long, too_old, "", "{"):
            answer = await post(browser, body)
            assert (answer.status_code, answer.json()["code"]) == (401, 1)
        await app.state.inbox.waiting.join()
        assert (await browser.get("/events")).json() == []


async def test_a_full_queue_has_it_posted_again(baijiayun_mock: Mock) -> None:
    async with running(baijiayun_mock) as (app, browser):
        inbox = app.state.inbox
        inbox.waiting = asyncio.Queue(1)
        first, second = (
            signed(baijiayun_mock.partner_key, qid=qid, room_id=1, op="start", op_time="") for qid in ("q1", "q2")
        )
        assert (await post(browser, first)).text == SUCCESS
        assert json.loads((await post(browser, second)).text)["code"] == 1
        assert inbox.waiting.get_nowait().qid == "q1"
        inbox.waiting.task_done()
        # The service posts it again: it was given back, so it is taken.
        assert (await post(browser, second)).text == SUCCESS
        assert inbox.waiting.get_nowait().qid == "q2"
        inbox.waiting.task_done()


async def test_work_that_fails_does_not_stop_the_worker(baijiayun_mock: Mock) -> None:
    async with running(baijiayun_mock) as (app, browser):
        works = app.state.inbox.work
        failures: list[Event] = []

        async def fails_once(event: Event) -> None:
            app.state.inbox.work = works
            failures.append(event)
            raise ValueError("the database is away")

        app.state.inbox.work = fails_once
        for qid in ("q1", "q2"):
            await post(browser, signed(baijiayun_mock.partner_key, qid=qid, room_id=1, op="end", op_time=""))
        await app.state.inbox.waiting.join()
        assert [event.qid for event in failures] == ["q1"]
        assert len((await browser.get("/events")).json()) == 1


async def test_the_service_posts_to_a_real_server(baijiayun_mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    """uvicorn on a port of its own; the mock tells it that a class began."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        monkeypatch.setenv("CALLBACK_URL", f"{url}/callbacks")
        app = create_app(baijiayun_mock.async_client)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        async with httpx.AsyncClient(base_url=url) as browser, baijiayun_mock.async_client() as client:
            # The port listens already, so this request waits until the server is up.
            room_id = (await browser.post("/rooms", json=LESSON)).json()["room_id"]
            taken: asyncio.Queue[Event] = asyncio.Queue()
            works = app.state.inbox.work

            async def watched(event: Event) -> None:
                await works(event)
                taken.put_nowait(event)

            app.state.inbox.work = watched
            await client.live.start_class(room_id=room_id)
            event = await asyncio.wait_for(taken.get(), 10)
            assert event.name == "class_event"
            (told,) = (await browser.get("/events")).json()
            assert (told["room_id"], told["what"]) == (room_id, "start")
        server.should_exit = True
        await serving
