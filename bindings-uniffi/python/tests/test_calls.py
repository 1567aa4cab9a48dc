"""Calls against executors that fail in every way, by a clock that goes when somebody waits."""

from __future__ import annotations

import errno
import json
import socket
import threading
from typing import Any

import anyio
import pytest
from baijiayun import (
    AnswerError,
    ApiError,
    AsyncClient,
    BaijiayunError,
    Client,
    ConnectError,
    Details,
    FileError,
    InvalidParametersError,
    MisuseError,
    RoomNotFoundError,
    SigningError,
    ThrottledError,
    TimeoutError,
    TransportError,
    UnknownOperationError,
)
from baijiayun.http import Request, Response
from conftest import KEY, Clock, Drive, envelope, forms


class Busy(Exception):
    pass


def test_a_call(drive: Drive) -> None:
    client = drive.client(envelope({"room_id": "9007199254740993", "student_code": "ab"}))
    room = drive.do(lambda: client.room.create(title="第一课", start_time=1, end_time=2))
    assert (room.room_id, room.student_code, room.admin_code) == (9007199254740993, "ab", "")
    assert forms(client.fake.requests)[0]["title"] == "第一课"
    request = client.fake.requests[0]
    assert (request.method, request.url) == ("POST", "https://demo.at.baijiayun.com/openapi/room/create")
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.timeout == 30
    assert client._runner.calls.engine.calls() == 0


def test_the_answer_without_data(drive: Drive) -> None:
    client = drive.client(envelope([]))
    assert drive.do(lambda: client.room.delete(room_id=1)) is None


def test_a_call_by_name_keeps_what_does_not_fit(drive: Drive) -> None:
    client = drive.client(envelope({"title": ["a"], "room_id": "17", "new": {}}))
    answer = drive.do(lambda: client.call("room.info", {"room_id": 17}))
    assert answer.data == {"title": ["a"], "room_id": 17, "new": {}}
    first, second, *_ = [(d.path, d.expected, d.found) for d in answer.departures]
    assert (first, second) == (("title", "string", '["a"]'), ("start_time", "string", "nothing"))
    assert "a" not in repr(answer.departures[0]).replace("path", "").replace("Departure", "").replace("'title'", "")
    assert (answer.ts, answer.msg, answer.trace.attempts) == (7, "", 1)
    room = drive.do(lambda: client.room.info(room_id=17))
    assert (room.title, room.room_id) == ("", 17)


def test_details_of_a_typed_call(drive: Drive) -> None:
    client = drive.client(ConnectionRefusedError("no"), envelope({"title": 5, "room_id": "x"}, msg="hm"))
    details = Details()
    drive.do(lambda: client.room.info(room_id=17, options={"details": details}))
    assert details.trace is not None
    assert (details.msg, details.ts, details.trace.attempts) == ("hm", 7, 2)
    assert [departure.path for departure in details.departures if departure.found != "nothing"] == ["room_id"]


def test_a_path_that_nobody_knows(drive: Drive) -> None:
    client = drive.client(envelope({"a": "1"}))
    assert drive.do(lambda: client.call_path("/openapi/new/thing", {"x": 1})).data == {"a": "1"}
    assert drive.do(lambda: client.call_path("/openapi/new/thing", {"x": 1}, method="GET")).data == {"a": "1"}
    post, get = client.fake.requests
    assert (post.method, post.url) == ("POST", "https://demo.at.baijiayun.com/openapi/new/thing")
    assert get.method == "GET" and "x=1" in get.url and "sign=" in get.url and get.body is None
    assert "sign" not in repr(get)


def test_a_request_that_is_not_sent(drive: Drive) -> None:
    client = drive.client(envelope())
    request = client.request("room.info", {"room_id": 1})
    drive.do(lambda: client.call("room.info", {"room_id": 1}))
    assert len(client.fake.requests) == 1
    assert request.body == client.fake.requests[0].body
    with pytest.raises(InvalidParametersError):
        client.request("room.info")


def test_errors_of_the_service(drive: Drive) -> None:
    client = drive.client(envelope(None, 3001, "房间号不存在"))
    with pytest.raises(RoomNotFoundError) as caught:
        drive.do(lambda: client.room.info(room_id=1))
    error = caught.value
    assert (error.kind, error.operation, error.message) == ("room_not_found", "room.info", "房间号不存在")
    assert (error.code, error.ts, error.status) == (3001, 7, 200)
    assert error.trace is not None and error.trace.attempts == 1
    assert error.body is not None and json.loads(error.body)["code"] == 3001
    assert "房间号不存在" in str(error) and error.hint and error.hint in str(error)


@pytest.mark.parametrize(
    ("raised", "kind", "exception"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), "connect", ConnectError),
        (socket.gaierror(-2, "no such name"), "connect", ConnectError),
        (ConnectError("no proxy"), "connect", ConnectError),
        (TimeoutError("slow"), "timeout", TimeoutError),
        (ConnectionResetError("cut"), "transport", TransportError),
        (Busy(), "transport", TransportError),
    ],
)
def test_what_executors_raise(drive: Drive, raised: Exception, kind: str, exception: type[BaijiayunError]) -> None:
    client = drive.client(raised)
    with pytest.raises(exception) as caught:
        drive.do(lambda: client.room.info(room_id=1))
    assert type(caught.value) is exception
    assert caught.value.kind == kind
    assert caught.value.__cause__ is raised
    assert caught.value.operation == "room.info"
    # A call that only reads is tried again.
    assert len(client.fake.requests) == 3 and len(drive.clock.waits) == 2
    assert caught.value.trace is not None and caught.value.trace.attempts == 3


def test_python_knows_the_timeout_too(drive: Drive) -> None:
    import builtins

    client = drive.client(builtins.TimeoutError())
    with pytest.raises(builtins.TimeoutError):
        drive.do(lambda: client.room.info(room_id=1))


def test_what_may_have_happened_is_not_repeated(drive: Drive) -> None:
    client = drive.client(ConnectionResetError("cut"), envelope())
    with pytest.raises(TransportError):
        drive.do(lambda: client.room.delete(room_id=1))
    assert len(client.fake.requests) == 1
    again = drive.client(ConnectionResetError("cut"), envelope())
    drive.do(lambda: again.room.delete(room_id=1, options={"retry": "always"}))
    assert len(again.fake.requests) == 2
    unsent = drive.client(ConnectionRefusedError("no"), envelope())
    drive.do(lambda: unsent.room.delete(room_id=1))
    assert len(unsent.fake.requests) == 2


def test_each_attempt_is_signed_anew(drive: Drive) -> None:
    client = drive.client(Response(503, b""), envelope({}))
    drive.clock.now += 1.0
    drive.do(lambda: client.room.info(room_id=1, options={"retry": "safe"}))
    first, second = forms(client.fake.requests)
    waited = drive.clock.waits[0]
    assert int(second["timestamp"]) - int(first["timestamp"]) in (int(waited), int(waited) + 1)


@pytest.mark.parametrize(
    "header", [{"retry-after": "9"}, {"Retry-After": "9"}, {"retry-after": "Tue, 01 Aug 2017 07:24:57 GMT"}]
)
def test_retry_after(drive: Drive, header: dict[str, str]) -> None:
    client = drive.client(Response(429, b"", header), envelope({}))
    drive.do(lambda: client.room.info(room_id=1))
    assert 9 <= sum(drive.clock.waits) < 15


def test_a_strange_retry_after_does_not_matter(drive: Drive) -> None:
    client = drive.client(Response(429, b"", {"retry-after": "soon"}), envelope({}))
    drive.do(lambda: client.room.info(room_id=1))
    client = drive.client(Response(429, b"", {"retry-after": "inf"}), envelope({}))
    drive.do(lambda: client.room.info(room_id=1))


def test_the_limits_are_kept(drive: Drive) -> None:
    client = drive.client(envelope({}), quota=(2, 10))
    for _ in range(4):
        drive.do(lambda: client.room.info(room_id=1))
    assert 5 <= sum(drive.clock.waits) <= 20
    with pytest.raises(ThrottledError) as caught:
        drive.do(lambda: client.room.info(room_id=1, options={"deadline": 0.5}))
    assert caught.value.kind == "throttled"
    free = drive.client(envelope({}), quota=False)
    drive.clock.waits.clear()
    for _ in range(300):
        drive.do(lambda: free.room.info(room_id=1)) if not drive.is_async else None
    assert not drive.clock.waits


def test_options_of_a_call(drive: Drive) -> None:
    client = drive.client(Response(503, b""), envelope({}), attempts=1, attempt_timeout=5)
    options: Any = {"attempts": 2, "attempt_timeout": 2.5, "deadline": 60, "extra": {"new": [1, 2], "no": None}}
    drive.do(lambda: client.room.info(room_id=1, options=options))
    assert [request.timeout for request in client.fake.requests] == [2.5, 2.5]
    assert forms(client.fake.requests)[0]["new"]
    client = drive.client(Response(503, b""), attempts=1, attempt_timeout=5)
    with pytest.raises(AnswerError) as caught:
        drive.do(lambda: client.room.info(room_id=1))
    assert caught.value.kind == "http_status" and client.fake.requests[0].timeout == 5
    with pytest.raises(InvalidParametersError):
        drive.do(lambda: client.room.info(room_id=1, options={"retry": "sometimes"}))
    with pytest.raises(InvalidParametersError, match="no option dead_line; options are attempt_timeout, "):
        drive.do(lambda: client.room.info(room_id=1, options={"dead_line": 1}))
    with pytest.raises(InvalidParametersError, match="deadline has to be a time above 0"):
        drive.do(lambda: client.room.info(room_id=1, options={"deadline": "1"}))


def test_names_that_are_none(drive: Drive) -> None:
    client = drive.client(envelope())
    with pytest.raises(UnknownOperationError, match="did you mean"):
        drive.do(lambda: client.call("room.inof"))
    with pytest.raises(InvalidParametersError):
        drive.do(lambda: client.call("room.info\n{}"))


def test_an_executor_that_gives_something_else(drive: Drive) -> None:
    client = drive.client(envelope())
    client._runner.http = drive.awaited(lambda request: b"{}")
    with pytest.raises(TransportError, match="the executor gave a bytes"):  # promise: executor_answers_nonsense
        drive.do(lambda: client.room.info(room_id=1))
    assert client._runner.calls.engine.calls() == 0


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_an_executor_that_cannot_be_awaited(backend: str) -> None:
    http: Any = lambda request: envelope()  # noqa: E731
    client = AsyncClient("demo", "1", KEY, http=http)

    async def main() -> None:
        with pytest.raises(MisuseError, match="async def"):
            await client.room.info(room_id=1)

    anyio.run(main, backend=backend)
    assert client._runner.calls.engine.calls() == 0


def test_an_error_of_the_file_is_one_of_the_call(drive: Drive) -> None:
    client = drive.client(FileError("it is gone"))
    with pytest.raises(FileError, match=r"room\.set_cover.*it is gone"):
        drive.do(lambda: client.room.set_cover(room_id=1, web_bg_img=b"abc"))
    assert len(client.fake.requests) == 1


def test_an_answer_that_is_refused(drive: Drive) -> None:
    client = drive.client(AnswerError("too much", kind="too_large"))
    with pytest.raises(AnswerError, match="the answer is longer than 8388608 bytes .* raise max_answer"):
        drive.do(lambda: client.room.info(room_id=1))
    assert client._runner.calls.engine.calls() == 0


def test_data_that_do_not_fit_their_type(drive: Drive) -> None:
    client = drive.client(envelope({"list": [None, {"room_id": 7}], "total": []}))
    details = Details()
    page = drive.do(lambda: client.room.list(options={"details": details}).page())
    assert [room.room_id for room in page] == [7]
    assert [departure.path for departure in details.departures if departure.found != "nothing"] == ["list[0]", "total"]


def test_half_of_a_picture_character(drive: Drive) -> None:
    """PHP cuts texts in the middle of one."""
    data = rb'{"title":"a\ud83d","new":"b\ud83d","\udc00":"\ud83d\ude00\\ud83d","more":["\ud83d\ud83d\ude00"]}'
    client = drive.client(Response(200, b'{"code":0,"msg":"","ts":7,"data":' + data + b"}"))
    assert drive.do(lambda: client.room.info(room_id=1)).title == "a\ufffd"
    found = drive.do(lambda: client.call("room.info", {"room_id": 1})).data
    assert found == {"title": "a\ufffd", "new": "b\ufffd", "\ufffd": "\U0001f600\\ud83d", "more": ["\ufffd\U0001f600"]}


def test_interrupts_give_the_call_up(drive: Drive) -> None:
    client = drive.client(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        drive.do(lambda: client.room.info(room_id=1))
    assert client._runner.calls.engine.calls() == 0


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_cancelling_gives_the_call_up(backend: str) -> None:
    async def never(request: Request) -> Response:
        under_way.append(client._runner.calls.engine.calls())
        await anyio.sleep_forever()
        raise AssertionError

    client = AsyncClient("demo", "12345678", KEY, http=never)
    under_way: list[int] = []

    async def main() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(client.call, "room.info", {"room_id": 1})
            while not under_way:
                await anyio.lowlevel.checkpoint()
            group.cancel_scope.cancel()

    anyio.run(main, backend=backend)
    assert under_way == [1]
    assert client._runner.calls.engine.calls() == 0


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_async_executors_are_held_to_their_time(backend: str) -> None:
    async def never(request: Request) -> Response:
        await anyio.sleep_forever()
        raise AssertionError

    client = AsyncClient("demo", "12345678", KEY, http=never)

    async def main() -> None:
        await client.room.info(room_id=1, options={"attempt_timeout": 0.01, "attempts": 1})

    with pytest.raises(TimeoutError):
        anyio.run(main, backend=backend)


def test_a_signer_elsewhere(drive: Drive) -> None:
    client = drive.client(
        envelope({}), partner_key=None, signer=drive.awaited(lambda text: f"{len(text):032x}"), quota=False
    )
    drive.do(lambda: client.room.info(room_id=1))
    text = "partner_id=12345678&room_id=1&timestamp=1501572288"
    assert forms(client.fake.requests)[0]["sign"] == f"{len(text):032x}"

    def broken(text: str) -> str:
        raise Busy("the vault is shut")

    client = drive.client(envelope({}), partner_key=None, signer=drive.awaited(broken))
    with pytest.raises(SigningError, match="the vault is shut") as caught:
        drive.do(lambda: client.room.info(room_id=1))
    assert isinstance(caught.value.__cause__, Busy) and not client.fake.requests
    client = drive.client(envelope({}), partner_key=None, signer=drive.awaited(lambda text: None))
    with pytest.raises(SigningError, match="NoneType"):
        drive.do(lambda: client.room.info(room_id=1))


class FakeStore:
    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, list[str], list[int]]] = []

    def evaluate(self, script: str, keys: list[str], args: list[int]) -> int:
        self.asked.append((script, keys, args))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        number: int = answer
        return number


def store(drive: Drive, fake: FakeStore) -> Any:
    class Store:
        evaluate = staticmethod(drive.awaited(fake.evaluate))

    return Store()


def test_a_shared_store(drive: Drive) -> None:
    fake = FakeStore(250_000, 0, Busy("down"))
    client = drive.client(envelope({}), store=store(drive, fake), store_prefix="ours")
    details = Details()
    drive.do(lambda: client.room.info(room_id=1, options={"details": details}))
    assert drive.clock.waits == [0.25]
    assert details.trace is not None and not details.trace.store_down
    script, keys, args = fake.asked[0]
    assert "redis.call" in script and all("ours" in key for key in keys) and len(args) == 3 * len(keys)
    drive.do(lambda: client.room.info(room_id=1, options={"details": details}))
    assert details.trace.store_down


def test_a_closed_client(drive: Drive) -> None:
    client = drive.client(envelope({}))
    drive.do(client.close)
    with pytest.raises(MisuseError, match="closed"):
        drive.do(lambda: client.room.info(room_id=1))
    assert not client.fake.requests


def test_clients_are_context_managers() -> None:
    with Client("demo", "12345678", KEY, http=lambda request: envelope({})) as client:
        client.room.info(room_id=1)
    with pytest.raises(MisuseError):
        client.room.info(room_id=1)

    async def main() -> None:
        async with AsyncClient("demo", "12345678", KEY) as client:
            pass
        with pytest.raises(MisuseError):
            await client.room.info(room_id=1)

    anyio.run(main)


def test_many_threads_share_a_client() -> None:
    def http(request: Request) -> Response:
        room_id = forms([request])[0]["room_id"]
        return envelope({"room_id": room_id})

    client = Client("demo", "12345678", KEY, http=http, quota=False)
    wrong: list[Any] = []

    def work(number: int) -> None:
        for turn in range(200):
            room_id = number * 1000 + turn
            if client.room.info(room_id=room_id).room_id != room_id:
                wrong.append(room_id)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert client._runner.calls.engine.calls() == 0


def test_many_calls_at_once_in_one_loop() -> None:
    async def http(request: Request) -> Response:
        await anyio.lowlevel.checkpoint()
        return envelope({"room_id": forms([request])[0]["room_id"]})

    client = AsyncClient("demo", "12345678", KEY, http=http, quota=False)
    found: dict[int, Any] = {}

    async def one(room_id: int) -> None:
        found[room_id] = (await client.room.info(room_id=room_id)).room_id

    async def main() -> None:
        async with anyio.create_task_group() as group:
            for room_id in range(500):
                group.start_soon(one, room_id)

    anyio.run(main)
    assert found == {room_id: room_id for room_id in range(500)}


def test_general_errors_are_api_errors(drive: Drive) -> None:
    client = drive.client(envelope(None, 1, "no"), envelope(None, 77777, "new"))
    with pytest.raises(ApiError) as caught:
        drive.do(lambda: client.room.update(room_id=1))
    assert caught.value.kind == "general"
    with pytest.raises(ApiError) as caught:
        drive.do(lambda: client.room.update(room_id=1))
    assert (caught.value.kind, caught.value.code) == ("service", 77777)


def test_the_clock_of_the_tests_is_used() -> None:
    drive = Drive("plain")
    assert isinstance(drive.clock, Clock)
    client = drive.client(envelope({}))
    drive.do(lambda: client.room.info(room_id=1))
    assert forms(client.fake.requests)[0]["timestamp"] == "1501572288"


def test_strict(drive: Drive) -> None:
    from baijiayun import DeparturesError

    client = drive.client(envelope({"title": "a", "room_id": "x"}))
    assert drive.do(lambda: client.room.info(room_id=1)).title == "a"
    with pytest.raises(DeparturesError, match="room_id") as caught:
        drive.do(lambda: client.room.info(room_id=1, options={"strict": True}))
    error = caught.value
    assert "room_id" in [departure.path for departure in error.departures] and error.data["title"] == "a"
    assert error.trace is not None and error.trace.attempts == 1 and error.status == 200
    strict = drive.client(envelope({"room_id": "x"}), strict=True)
    with pytest.raises(DeparturesError):
        drive.do(lambda: strict.room.info(room_id=1))
    drive.do(lambda: strict.room.info(room_id=1, options={"strict": False}))
