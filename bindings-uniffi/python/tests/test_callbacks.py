"""What the service posts: checked, read, and taken once."""

from __future__ import annotations

import json
import pickle
from hashlib import md5
from typing import Any
from urllib.parse import urlencode

import pytest
from baijiayun import CallbackError, Client
from baijiayun.callbacks import (
    CAPACITY,
    SUCCESS,
    ClassEventCallback,
    TranscodeCallback,
    UnknownCallback,
    failure,
)
from conftest import KEY, Clock, Drive

NOW = 1_501_572_288


def signed(fields: dict[str, Any], key: str = KEY) -> dict[str, str]:
    """Fields as the service signs them."""
    given = {name: str(value) for name, value in {"timestamp": NOW, **fields}.items()}
    text = "&".join(f"{name}={given[name]}" for name in sorted(given)) + f"&partner_key={key}"
    return {**given, "sign": md5(text.encode()).hexdigest()}


def posted(key: str = KEY, **fields: Any) -> bytes:
    return urlencode(signed(fields, key)).encode()


@pytest.fixture
def client() -> Client:
    client = Client("demo", "12345678", KEY)
    clock = Clock()
    client._runner.calls.unix = client._runner.calls.monotonic = clock
    client.clock = clock  # type: ignore[attr-defined]
    return client


FORM = "application/x-www-form-urlencoded"


def test_a_typed_event(client: Client) -> None:
    event = client.callbacks.parse(posted(video_id=123, status="20", qid="q1"), FORM)
    assert isinstance(event, TranscodeCallback)
    assert (event.name, event.qid, event.timestamp, event.key) == ("transcode_callback", "q1", NOW, 0)
    assert (event.data.video_id, event.data.status) == (123, 20)
    assert not event.departures
    assert pickle.loads(pickle.dumps(event)) == event


def test_json_and_text(client: Client) -> None:
    fields = signed({"room_id": "17", "op": "start", "op_time": "2017-08-01 15:24:48", "qid": "q2"})
    event = client.callbacks.parse(json.dumps(fields), {"content-type": "application/json"})
    assert isinstance(event, ClassEventCallback) and event.data.room_id == 17
    event = client.callbacks.parse(bytearray(posted(video_id=1, status=20, qid="a")))  # type: ignore[arg-type]
    assert isinstance(event, TranscodeCallback)


def test_an_event_that_no_document_describes(client: Client) -> None:
    event = client.callbacks.parse(posted(something="new", qid="3"), FORM)
    assert isinstance(event, UnknownCallback)
    assert event.name is None and event.data["something"] == "new"


def test_the_address_may_tell_which_it_is(client: Client) -> None:
    body = posted(status="20", qid="q1")
    assert isinstance(client.callbacks.parse(body, FORM), UnknownCallback)
    event = client.callbacks.parse(body, FORM, name="transcode_callback")
    assert isinstance(event, TranscodeCallback) and event.data.status == 20


def test_what_does_not_fit_stands_in_the_departures(client: Client) -> None:
    event = client.callbacks.parse(posted(video_id="one", status="20", qid="q1"), FORM)
    assert isinstance(event, TranscodeCallback)
    assert event.data.video_id is None
    assert [(departure.path, departure.found) for departure in event.departures] == [("video_id", '"one"')]


def test_forgeries_are_refused(client: Client) -> None:
    body = posted(video_id=123, status="20", qid="q1")
    with pytest.raises(CallbackError) as caught:
        client.callbacks.parse(body.replace(b"123", b"124"), FORM)
    assert caught.value.kind == "callback_signature" and caught.value.hint
    with pytest.raises(CallbackError) as caught:
        client.callbacks.parse(posted("another key", video_id=123, status="20", qid="q1"), FORM)
    assert caught.value.kind == "callback_signature"
    for nothing in (b"", b"{", b"video_id=1"):
        with pytest.raises(CallbackError) as caught:
            client.callbacks.parse(nothing, FORM)
        assert caught.value.kind == "callback_malformed"


def test_a_body_that_was_parsed_before(client: Client) -> None:
    parsed: Any = {"video_id": "1"}
    with pytest.raises(CallbackError, match="dict") as caught:
        client.callbacks.parse(parsed, FORM)
    assert caught.value.kind == "callback_malformed"


def test_the_clock(client: Client) -> None:
    body = posted(video_id=123, status="20", qid="q1")
    client._runner.calls.unix = lambda: NOW + 301.0
    with pytest.raises(CallbackError) as caught:
        client.callbacks.parse(body, FORM)
    assert caught.value.kind == "callback_clock"
    client.callbacks.parse(body, FORM, tolerance=302)
    client._runner.calls.unix = lambda: NOW + 1e9
    client.callbacks.parse(body, FORM, tolerance=None)


def test_other_keys_while_keys_are_changed() -> None:
    client = Client("demo", "1", KEY, callback_keys=["old", "older"])
    event = client.callbacks.parse(posted("older", video_id=1, status=20, qid="a"), FORM, tolerance=None)
    assert event.key == 2


def test_headers_of_any_kind(client: Client) -> None:
    body = posted(video_id=123, status="20", qid="q1")

    class Headers:
        def get(self, key: str, default: Any = None, /) -> Any:
            return {"content-type": FORM}.get(key.lower(), default)

    for headers in ({}, {"content-type": "text/html\nx"}, Headers(), "", FORM):
        assert client.callbacks.parse(body, headers).qid == "q1"


def test_replies() -> None:
    assert json.loads(SUCCESS) == {"code": 0, "msg": ""}
    assert json.loads(failure('no "room"')) == {"code": 1, "msg": 'no "room"'}


def test_a_callback_is_taken_once(drive: Drive) -> None:
    client = drive.client(None)
    assert drive.do(lambda: client.callbacks.claim("q1")) is True
    assert drive.do(lambda: client.callbacks.claim("q1")) is False
    assert drive.do(lambda: client.callbacks.claim("q2")) is True
    drive.do(lambda: client.callbacks.release("q1"))
    assert drive.do(lambda: client.callbacks.claim("q1")) is True
    drive.clock.now += 601
    assert drive.do(lambda: client.callbacks.claim("q1")) is True
    assert drive.do(lambda: client.callbacks.claim(None)) is True
    assert drive.do(lambda: client.callbacks.claim(None)) is True
    drive.do(lambda: client.callbacks.release(None))


def test_only_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("baijiayun.callbacks.CAPACITY", 3)
    assert CAPACITY > 3
    callbacks = Client("demo", "1", KEY).callbacks
    assert all(callbacks.claim(str(number)) for number in range(5))
    assert not callbacks.claim("4") and callbacks.claim("0")
    assert len(callbacks._recent._ends) == 3


class FakeStore:
    """Remembers claims for several processes, and can be down."""

    def __init__(self) -> None:
        self.taken: set[str] = set()
        self.is_down = False
        self.asked: list[tuple[list[str], list[int]]] = []

    def evaluate(self, script: str, keys: list[str], args: list[int]) -> int:
        if self.is_down:
            raise OSError("down")
        self.asked.append((keys, args))
        if args == [0]:
            self.taken.discard(keys[0])
            return 1
        first = keys[0] not in self.taken
        self.taken.add(keys[0])
        return int(first)


def test_processes_share_their_claims(drive: Drive) -> None:
    fake = FakeStore()

    class Store:
        evaluate = staticmethod(drive.awaited(fake.evaluate))

    one, other = (drive.client(None, store=Store(), store_prefix="ours") for _ in range(2))
    assert drive.do(lambda: one.callbacks.claim("q1"))
    assert not drive.do(lambda: other.callbacks.claim("q1"))
    assert fake.asked[0] == (["ours:qid:q1"], [600])
    drive.do(lambda: one.callbacks.release("q1"))
    assert fake.asked[-1] == (["ours:qid:q1"], [0])
    assert drive.do(lambda: one.callbacks.claim("q1"))
    fake.is_down = True
    assert drive.do(lambda: one.callbacks.claim("q3"))
    assert not drive.do(lambda: one.callbacks.claim("q3"))


def test_a_callback_that_another_process_gives_back_can_be_taken_here(drive: Drive) -> None:
    fake = FakeStore()

    class Store:
        evaluate = staticmethod(drive.awaited(fake.evaluate))

    one, other = (drive.client(None, store=Store()) for _ in range(2))
    assert drive.do(lambda: one.callbacks.claim("q1"))
    assert not drive.do(lambda: other.callbacks.claim("q1"))
    drive.do(lambda: one.callbacks.release("q1"))
    assert drive.do(lambda: other.callbacks.claim("q1"))
