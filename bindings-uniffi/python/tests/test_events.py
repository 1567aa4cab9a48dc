"""What happens to a call, told to `on_event`."""

from __future__ import annotations

import json
from typing import Any, Optional

import anyio
import pytest
from baijiayun import BaijiayunError, CallEvent, ConnectError
from baijiayun._ended import Closed
from baijiayun.http import Request, Response
from conftest import Drive, envelope, vectors
from test_promises import settings_of

FAULTS = {
    "connect": ConnectionRefusedError("no"),
    "timeout": TimeoutError("slow"),
    "transport": ConnectionResetError("cut"),
}
VECTORS = vectors("hooks")


class Never(BaseException):
    """Stands for a call that is cancelled while its request is under way."""


class Store:
    def __init__(self, drive: Drive, answers: list[Any]) -> None:
        self.answers = list(answers)
        self.evaluate = drive.awaited(self._answer)

    def _answer(self, script: str, keys: list[str], args: list[int]) -> int:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer == "down":
            raise OSError("down")
        number: int = answer
        return number


def executor(script: list[dict[str, Any]]) -> Any:
    left = list(script)

    def http(request: Request) -> Response:
        step = left.pop(0)
        if "fault" in step:
            raise FAULTS[step["fault"]]
        if "never" in step:
            raise Never if step["never"] == "cancel" else Closed
        answer = step["answer"]
        headers = {} if "retry_after" not in answer else {"retry-after": answer["retry_after"]}
        return Response(answer["status"], answer["body"].encode(), headers)

    return http


def shown(event: CallEvent) -> dict[str, Any]:
    found = event.to_dict()
    for name in ("duration", "wait", *(["bytes"] if event.kind == "request" and event.bytes else [])):
        if name in found:
            assert found[name] >= 0
            found[name] = True
    return found


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"][:60])
def test_vectors(drive: Drive, vector: dict[str, Any]) -> None:
    events: list[CallEvent] = []
    settings = settings_of(vector.get("settings", {}))
    if "store" in vector:
        settings["store"] = Store(drive, vector["store"])
    before = [{"answer": {"status": 200, "body": json.dumps({"code": 0, "data": {}, "msg": "", "ts": 1})}}]
    count = vector.get("before", 0)
    client = drive.client(executor(before * count + vector["script"]), on_event=events.append, **settings)
    call = vector["call"]

    def begin() -> Any:
        if "path" in call:
            return client.call_path(call["path"], call["params"], method=call.get("method", "POST"))
        return client.call(call["name"], call["params"], options=settings_of(call.get("options", {})))

    for _ in range(count):
        drive.do(begin)
    events.clear()
    try:
        drive.do(begin)
    except (BaijiayunError, Never):
        pass
    assert [shown(event) for event in events] == vector["events"]


def told(events: list[CallEvent]) -> list[tuple[str, int, Optional[str]]]:
    return [(event.kind, event.attempt, event.why) for event in events]


def test_an_upload_is_one_call(drive: Drive) -> None:
    from test_uploads import Service

    events: list[CallEvent] = []
    client = drive.client(Service(), on_event=events.append)
    drive.do(lambda: client.video.upload(bytes(300), definition=16, chunk_size=200))
    assert {event.operation for event in events} == {"video.upload"}
    assert [event.bytes for event in events if event.kind == "request"][1:] == [200, 100]
    assert told(events)[-1] == ("done", 3, None)


def test_a_path(drive: Drive) -> None:
    events: list[CallEvent] = []
    client = drive.client(envelope({}), on_event=events.append)
    drive.do(lambda: client.call_path("/openapi/x", {"a": 1}, method="GET"))
    assert {event.operation for event in events} == {"/openapi/x"}
    assert events[0].bytes == 0


def test_what_a_hook_raises_does_not_reach_the_call(drive: Drive, caplog: pytest.LogCaptureFixture) -> None:
    def on_event(event: CallEvent) -> None:
        raise LookupError("no such metric")

    client = drive.client(envelope({"title": "a"}), on_event=on_event)
    assert drive.do(lambda: client.room.info(room_id=1)).title == "a"
    assert "no such metric" in caplog.text


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_call_that_is_cancelled(backend: str) -> None:
    events: list[CallEvent] = []
    drive = Drive(backend)

    async def never(request: Request) -> Response:
        await anyio.sleep_forever()
        raise AssertionError

    client = drive.client(envelope({}), on_event=events.append)
    client._runner.http = never

    async def main() -> None:
        with anyio.move_on_after(0.01):
            await client.room.info(room_id=1)

    anyio.run(main, backend=backend)
    assert told(events) == [("request", 1, None), ("done", 1, "cancelled")]


def test_a_client_that_is_closed(drive: Drive) -> None:
    events: list[CallEvent] = []
    client = drive.client(ConnectError("no"), on_event=events.append)
    drive.do(client.close)
    with pytest.raises(BaijiayunError):
        drive.do(lambda: client.room.info(room_id=1))
    assert told(events) == [("done", 0, "closed")]
