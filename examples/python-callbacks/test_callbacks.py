"""Both applications on real servers, with the mock of the service posting to them: `pytest`. It needs `bjy`."""

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue
from typing import Any
from urllib.parse import urlencode
from wsgiref.simple_server import WSGIRequestHandler, make_server

import httpx
import pytest
from baijiayun.callbacks import SUCCESS, ClassEventCallback
from baijiayun.testing import Mock


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def serving(application: Any) -> Iterator[str]:
    with make_server("127.0.0.1", 0, application, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(params=["flask", "django"])
def inbox(
    request: pytest.FixtureRequest, baijiayun_mock: Mock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, "Queue[Any]"]]:
    """The address of a running application, and what it took."""
    monkeypatch.setenv("BAIJIAYUN_DOMAIN", baijiayun_mock.url)
    monkeypatch.setenv("BAIJIAYUN_PARTNER_ID", baijiayun_mock.partner_id)
    monkeypatch.setenv("BAIJIAYUN_PARTNER_KEY", baijiayun_mock.partner_key)
    application: Any
    if request.param == "flask":
        from flask_app import create_app

        application = create_app()
        work = application.extensions["work"]
    else:
        from django_app import application, our_client, work

        our_client.cache_clear()
        while not work.empty():
            work.get_nowait()
    with serving(application) as url:
        yield f"{url}/callbacks", work


def test_the_service_posts(inbox: tuple[str, "Queue[Any]"], baijiayun_mock: Mock) -> None:
    url, work = inbox
    with baijiayun_mock.client() as client:
        client.live_account.set_class_callback_url(url=url)
        room_id = client.room.create(title="第一课", start_time=1893456000, end_time=1893459600).room_id
        client.live.start_class(room_id=room_id)
        event = work.get(timeout=10)
    assert isinstance(event, ClassEventCallback)
    assert (event.data.room_id, event.data.op) == (room_id, "start")


def test_a_callback_is_taken_once(inbox: tuple[str, "Queue[Any]"], baijiayun_mock: Mock) -> None:
    url, work = inbox
    body = signed(baijiayun_mock.partner_key, qid="q1", room_id=1, op="start", op_time="2030-01-01 08:00:00")
    for _ in range(2):
        answer = httpx.post(url, content=body)
        assert (answer.status_code, answer.text) == (200, SUCCESS)
        assert answer.headers["content-type"] == "application/json"
    assert work.get_nowait().qid == "q1"
    assert work.empty()


def test_a_full_queue_has_it_posted_again(inbox: tuple[str, "Queue[Any]"], baijiayun_mock: Mock) -> None:
    url, work = inbox
    body = signed(baijiayun_mock.partner_key, qid="q1", room_id=1, op="start", op_time="")
    while not work.full():
        work.put_nowait(None)
    assert httpx.post(url, content=body).json()["code"] == 1
    work.get_nowait()
    assert httpx.post(url, content=body).text == SUCCESS
    while (event := work.get_nowait()) is None:
        pass
    assert event.qid == "q1"


def test_what_the_service_did_not_post_is_refused(inbox: tuple[str, "Queue[Any]"]) -> None:
    url, work = inbox
    answer = httpx.post(url, content=signed("another key", qid="q1", room_id=1, op="start"))
    assert (answer.status_code, answer.json()["code"]) == (401, 1)
    assert httpx.get(url).status_code == 405
    assert httpx.post(url, content=b"x" * (5 << 20)).status_code in (400, 413)
    assert work.empty()


def signed(key: str, **fields: Any) -> str:
    """A callback as the service posts it."""
    fields = {"timestamp": int(time.time()), **fields}
    text = "&".join(f"{name}={fields[name]}" for name in sorted(fields)) + f"&partner_key={key}"
    return urlencode({**fields, "sign": hashlib.md5(text.encode()).hexdigest()})
