"""What the service posts: checked, read, and taken once."""

from __future__ import annotations

import json
import pickle
from hashlib import md5
from typing import Any
from urllib.parse import urlencode

import anyio
import pytest
from baijiayun import AsyncClient, CallbackError, Client, MisuseError
from baijiayun._receiver import CAPACITY
from baijiayun.callbacks import (
    SUCCESS,
    ClassEventOp,
    ClassEventCallback,
    PlaybackGeneratedCallback,
    PlaybackGeneratedStatus,
    TranscodeCallback,
    TranscodeCallbackStatus,
    UnknownCallback,
    failure,
)
from conftest import KEY, Clock, Drive, event, vectors

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
    assert event.data.video_id == 0
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


def test_listed_values_have_names() -> None:
    assert (ClassEventOp.START, ClassEventOp.TEACHER_IN) == ("start", "teacher_in")
    assert (TranscodeCallbackStatus.UPLOAD_FINISHED, TranscodeCallbackStatus.TRANSCODED) == (20, 100)
    assert PlaybackGeneratedStatus.GENERATION_FAILED == 30


def test_a_recording_is_told_from_a_video_by_its_room(client: Client) -> None:
    recorded = client.callbacks.parse(posted(room_id=5, video_id=6, status=20, qid="q"), FORM)
    assert isinstance(recorded, PlaybackGeneratedCallback)
    assert recorded.data.status == PlaybackGeneratedStatus.GENERATION_STARTED
    assert isinstance(client.callbacks.parse(posted(video_id=6, status=20, qid="q"), FORM), TranscodeCallback)


def test_claims_go_as_the_vectors_say(drive: Drive) -> None:
    client = drive.client(None)
    begun = drive.clock.now
    steps = vectors("claims")
    assert len(steps) > 10
    for step in steps:
        drive.clock.now = begun + step["at"]
        callback = event(**step["callback"])
        if step["step"] == "claim":
            assert drive.do(lambda: client.callbacks.claim(callback)) is step["first"], step["why"]
        else:
            drive.do(lambda: client.callbacks.release(callback))


def test_a_post_whose_fields_were_cut_to_have_another_qid_is_not_taken_again(client: Client) -> None:
    vector = next(vector for vector in vectors("callbacks") if vector["name"] == "a qid cut out of a message")
    receiver = Client("school", "12345678", vector["key"])
    forged = receiver.callbacks.parse(vector["body"], FORM, tolerance=None)
    assert forged.qid == "666"
    assert receiver.callbacks.claim(event("1234567890", forged.signature)), "the one that the service posted"
    assert not receiver.callbacks.claim(forged)


def test_a_claim_holds_as_long_as_its_timestamp_is_taken(client: Client) -> None:
    body = posted(video_id=123, status="20", qid="q1")
    assert client.callbacks.parse(body, FORM).hold == 600
    assert client.callbacks.parse(body, FORM, tolerance=2000).hold > 2000


def test_a_qid_alone_is_no_callback(drive: Drive) -> None:
    client = drive.client(None)
    wrong: Any = "q1"
    for use in (client.callbacks.claim, client.callbacks.release):
        with pytest.raises(MisuseError, match="str"):
            drive.do(lambda: use(wrong))


def test_only_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("baijiayun._receiver.CAPACITY", 3)
    assert CAPACITY > 3
    callbacks = Client("demo", "1", KEY).callbacks
    assert all(callbacks.claim(event(str(number))) for number in range(5))
    assert not callbacks.claim(event("4")) and callbacks.claim(event("0"))
    assert len(callbacks._recent._qids) == len(callbacks._recent._signatures) == 3


class FakeStore:
    """Remembers claims for several processes, and can be down. It does what claim.lua does."""

    def __init__(self) -> None:
        self.taken: dict[str, int] = {}
        self.is_down = False
        self.asked: list[tuple[list[str], list[int]]] = []

    def evaluate(self, script: str, keys: list[str], args: list[int]) -> int:
        if self.is_down:
            raise OSError("down")
        self.asked.append((keys, args))
        seconds, owner = args
        if seconds == 0:
            for key in keys:
                if owner in (0, self.taken.get(key)):
                    self.taken.pop(key, None)
            return 1
        if self.taken.keys() & set(keys):
            return 0
        self.taken.update(dict.fromkeys(keys, owner))
        return 1


def test_processes_share_their_claims(drive: Drive) -> None:
    fake = FakeStore()

    class Store:
        evaluate = staticmethod(drive.awaited(fake.evaluate))

    one, other = (drive.client(None, store=Store(), store_prefix="ours") for _ in range(2))
    assert drive.do(lambda: one.callbacks.claim(event("q1", "s1")))
    assert not drive.do(lambda: other.callbacks.claim(event("q1", "s2")))
    assert not drive.do(lambda: other.callbacks.claim(event("q2", "s1")))
    keys = ["ours:{callbacks}:qid:q1", "ours:{callbacks}:sign:s1"]
    assert fake.asked[0][0] == keys and fake.asked[0][1][0] == 600
    drive.do(lambda: one.callbacks.release(event("q1", "s1")))
    assert fake.asked[-1] == (keys, [0, 0])
    assert drive.do(lambda: one.callbacks.claim(event("q1", "s1")))
    fake.is_down = True
    assert drive.do(lambda: one.callbacks.claim(event("q3")))
    assert not drive.do(lambda: one.callbacks.claim(event("q3")))


def test_a_callback_that_another_process_gives_back_can_be_taken_here(drive: Drive) -> None:
    fake = FakeStore()

    class Store:
        evaluate = staticmethod(drive.awaited(fake.evaluate))

    one, other = (drive.client(None, store=Store()) for _ in range(2))
    assert drive.do(lambda: one.callbacks.claim(event("q1")))
    assert not drive.do(lambda: other.callbacks.claim(event("q1")))
    drive.do(lambda: one.callbacks.release(event("q1")))
    assert drive.do(lambda: other.callbacks.claim(event("q1")))


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_claim_that_is_cancelled_while_the_store_is_asked_is_given_back(backend: str) -> None:
    fake = FakeStore()

    class Slow:
        def __init__(self) -> None:
            self.is_slow = True
            self.asked = anyio.Event()

        async def evaluate(self, script: str, keys: list[str], args: list[int]) -> int:
            answer = fake.evaluate(script, keys, args)
            if args[0] > 0 and self.is_slow:
                self.asked.set()
                await anyio.sleep_forever()
            return answer

    async def main() -> None:
        store = Slow()
        async with AsyncClient("demo", "1", KEY, store=store) as client:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(client.callbacks.claim, event("q1"))
                await store.asked.wait()
                assert len(fake.taken) == 2
                tasks.cancel_scope.cancel()
            assert not fake.taken, "the store has it no more"
            store.is_slow = False
            assert await client.callbacks.claim(event("q1")), "nor has this process"
            assert not await client.callbacks.claim(event("q1"))

    anyio.run(main, backend=backend)


def test_a_claim_that_ends_by_a_signal_is_given_back() -> None:
    fake = FakeStore()

    class Interrupted:
        def evaluate(self, script: str, keys: list[str], args: list[int]) -> int:
            answer = fake.evaluate(script, keys, args)
            if args[0] > 0:
                raise KeyboardInterrupt
            return answer

    client = Client("demo", "1", KEY, store=Interrupted())
    with pytest.raises(KeyboardInterrupt):
        client.callbacks.claim(event("q1"))
    assert not fake.taken and not client.callbacks._recent._qids


def test_signed_posts(drive: Drive) -> None:
    client = drive.client()
    data = {"room_id": 7, "op": "start", "op_time": "2026-11-28 08:00:00", "qid": "q", "timestamp": NOW}
    post = client.callbacks.signed("class_event", data)
    event = client.callbacks.parse(post.body, post.headers)
    assert isinstance(event, ClassEventCallback) and (event.qid, event.data.room_id, event.data.op) == ("q", 7, "start")
    again = client.callbacks.parse(client.callbacks.signed("class_event", data, json=True).body)
    assert again.data == event.data
    # What it lacks is made up, anew each time.
    first, second = (client.callbacks.signed(None, {"new": 1}) for _ in range(2))
    assert client.callbacks.parse(first.body).qid != client.callbacks.parse(second.body).qid
    with pytest.raises(CallbackError):
        client.callbacks.parse(post.body.replace(b"room_id=7", b"room_id=8"))


def test_strict(drive: Drive) -> None:
    from baijiayun import DeparturesError

    client = drive.client(strict=True)
    post = client.callbacks.signed("class_event", {"room_id": "x", "op": "start", "op_time": "2026-11-28 08:00:00"})
    with pytest.raises(DeparturesError) as caught:
        client.callbacks.parse(post.body)
    assert [departure.path for departure in caught.value.departures] == ["room_id"]
    assert client.callbacks.parse(post.body, strict=False).data.op == "start"
    plain = drive.client()
    with pytest.raises(DeparturesError):
        plain.callbacks.parse(post.body, strict=True)


def test_what_no_receiver_should_stumble_over(drive: Drive) -> None:
    """Each is a CallbackError, so that a receiver answers 401 and not 500."""
    client = drive.client()
    for body in (b"", b"x" * (5 << 20), b"\xff\xfe", "\ud83d", b"[" * 100_000, b"a=1&a=2", None, {"a": 1}):
        with pytest.raises(CallbackError):
            client.callbacks.parse(body)
    for headers in ({"content-type": "\ud83d"}, {"content-type": None}, "a\nb"):
        with pytest.raises(CallbackError):
            client.callbacks.parse(b"a=1", headers)
    for tolerance in (float("nan"), -1, "300"):
        with pytest.raises(MisuseError, match="tolerance"):
            client.callbacks.parse(b"a=1", tolerance=tolerance)
