"""The fixture that other people's tests use."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from baijiayun import AnswerError, Client, ConnectError, RoomDeletedError, ThrottledError, TransportError, testing
from baijiayun.callbacks import SUCCESS, ClassEventCallback
from baijiayun.testing import Mock, PostedAnswer

pytest_plugins = ["pytester"]

USE = """
def test_a_room(baijiayun_mock):
    with baijiayun_mock.client() as client:
        assert list(client.room.list()) == []
"""


def test_it_is_found(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    if testing.find_bjy() is None:
        pytest.skip("bjy is missing")
    monkeypatch.setenv("BJY", os.path.abspath(testing.find_bjy() or ""))
    pytester.makepyfile(USE)
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_the_program_of_the_package_bjy_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BJY", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("sysconfig.get_path", lambda name: {"scripts": str(tmp_path)}[name])
    assert testing.find_bjy() is None
    program = tmp_path / "bjy"
    program.touch(mode=0o755)
    assert testing.find_bjy() == str(program)


def test_without_bjy(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BJY", "/no/such/bjy")
    monkeypatch.delenv("BAIJIAYUN_MOCK_REQUIRED", raising=False)
    pytester.makepyfile(USE)
    result = pytester.runpytest_subprocess("-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*bjy*is missing*/no/such/bjy*"])
    monkeypatch.setenv("BAIJIAYUN_MOCK_REQUIRED", "1")
    pytester.runpytest_subprocess().assert_outcomes(errors=1)


def test_a_mock_that_does_not_start() -> None:
    if testing.find_bjy() is None:
        pytest.skip("bjy is missing")
    with pytest.raises(RuntimeError, match="status"), testing.start_mock("--no-such-option"):
        pass


def test_it_ends_with_the_block() -> None:
    if testing.find_bjy() is None:
        pytest.skip("bjy is missing")
    with testing.start_mock() as mock:
        client = mock.client(attempts=1)
        client.room.list().page()
    with pytest.raises(ConnectError):
        client.room.list().page()


class Receiver:
    """Takes callbacks over HTTP, and gives these answers, one after the other, then takes everything."""

    def __init__(self, *answers: tuple[int, str]) -> None:
        self.answers = list(answers)
        self.bodies: list[bytes] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.bodies.append(self.rfile.read(int(self.headers["content-length"])))
                status, body = receiver.answers.pop(0) if receiver.answers else (200, SUCCESS)
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/callbacks"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def client(baijiayun_mock: Mock) -> Iterator[Client]:
    with baijiayun_mock.client(attempts=1) as client:
        yield client


def create(client: Client, title: str = "第一课") -> int:
    return client.room.create(title=title, start_time=1893456000, end_time=1893459600).room_id


def test_what_came_can_be_looked_at(baijiayun_mock: Mock, client: Client) -> None:
    room_id = create(client, "数学课")
    client.room.delete(room_id=room_id)
    with pytest.raises(RoomDeletedError):
        client.room.info(room_id=room_id)
    created, _, refused = baijiayun_mock.received()
    assert (created.operation, created.params["title"], created.verdict) == ("room.create", "数学课", "accepted")
    assert "sign" not in created.params and "数学课" not in repr(created)
    assert (refused.verdict, refused.code) == ("refused", 3002)
    baijiayun_mock.forget()
    assert baijiayun_mock.received() == []


def test_operations_answer_what_they_are_given(baijiayun_mock: Mock, client: Client) -> None:
    baijiayun_mock.answers({"room.list": [{"status": 502, "body": "<html>"}, {}]})
    with pytest.raises(AnswerError) as raised:
        client.room.list().page()
    assert raised.value.status == 502
    assert client.room.list().page().total == 0
    baijiayun_mock.answers({"room.list": {"data": {"list": [], "total": 7}}})
    assert client.room.list().page().total == 7
    baijiayun_mock.answers(None)
    assert client.room.list().page().total == 0
    with pytest.raises(ValueError, match=r"room\.list"):
        baijiayun_mock.answers({"room.lsit": {}})


def test_it_misbehaves_when_told(baijiayun_mock: Mock, client: Client) -> None:
    baijiayun_mock.misbehave(errors_every=2)
    client.room.list().page()
    with pytest.raises(AnswerError):
        client.room.list().page()
    baijiayun_mock.misbehave(drops_every=1)
    with pytest.raises(TransportError):
        client.room.list().page()
    baijiayun_mock.misbehave(throttles_every=1, throttles_with_200=True)
    with pytest.raises(ThrottledError):
        client.room.list(options={"deadline": 1}).page()
    baijiayun_mock.misbehave(latency=timedelta(hours=1))
    with pytest.raises(TransportError):
        client.room.list(options={"attempt_timeout": 0.05}).page()
    baijiayun_mock.misbehave()
    client.room.list().page()
    assert [each.verdict for each in baijiayun_mock.received()].count("misbehaved") == 3
    with pytest.raises(ValueError, match="errors_every"):
        baijiayun_mock.misbehave(errors_every=-1)
    with pytest.raises(ValueError, match="latency"):
        baijiayun_mock.misbehave(latency=float("inf"))


def test_the_clock_goes_forward(baijiayun_mock: Mock) -> None:
    before = baijiayun_mock.now()
    baijiayun_mock.advance(3600)
    baijiayun_mock.advance(timedelta(minutes=1))
    assert 3660 <= baijiayun_mock.now() - before < 3720
    for wrong in (-1, float("nan"), float("inf"), 1e12):
        with pytest.raises(ValueError, match="advance|seconds"):
            baijiayun_mock.advance(wrong)
    for none in (True, "1", None):
        with pytest.raises(TypeError, match="seconds"):
            baijiayun_mock.advance(none)  # type: ignore[arg-type]


def test_a_callback_is_posted_and_again_if_it_is_not_taken(baijiayun_mock: Mock, client: Client) -> None:
    receiver = Receiver((500, ""), (200, '{"code":1}'))
    client.live_account.set_class_callback_url(url=receiver.url)
    room_id = create(client)
    first = baijiayun_mock.trigger("class_event", {"op": "start", "room_id": room_id})
    assert (first.answer, first.attempt, first.taken) == (PostedAnswer(500, ""), 1, False)
    baijiayun_mock.advance(4)
    receiver.close()
    posted = baijiayun_mock.posted()
    assert [(each.attempt, each.taken) for each in posted] == [(1, False), (2, False), (3, True)]
    assert [each.body for each in posted] == receiver.bodies
    assert [round((each.at or 0) - (posted[0].at or 0)) for each in posted] == [0, 1, 4]
    event = client.callbacks.parse(posted[-1].body, posted[-1].headers)
    assert isinstance(event, ClassEventCallback) and (event.data.op, event.data.room_id) == ("start", room_id)
    baijiayun_mock.forget()
    assert baijiayun_mock.posted() == []


def test_a_callback_that_nobody_takes_and_one_without_an_address(baijiayun_mock: Mock, client: Client) -> None:
    made = baijiayun_mock.trigger("class_event", {"op": "end"})
    assert (made.url, made.answer, made.error, made.taken) == ("", None, None, False)
    assert client.callbacks.parse(made.body, made.headers).name == "class_event"
    assert json.dumps(made.body.decode()) not in repr(made)
    receiver = Receiver()
    receiver.close()
    client.live_account.set_class_callback_url(url=receiver.url)
    lost = baijiayun_mock.trigger("class_event")
    assert lost.answer is None and lost.error
    with pytest.raises(ValueError, match="class_evnt"):
        baijiayun_mock.trigger("class_evnt")
    with pytest.raises(TypeError, match="datetime"):
        baijiayun_mock.trigger("class_event", {"op_time": datetime(2030, 1, 1)})
