"""What every package promises (tests/promises): the shared vectors, and whatever the host supplies that never ends.

What must not hang is waited for in real time, with times so short that a test does not notice them.
"""

from __future__ import annotations

import inspect
import pickle
import socket
import ssl
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any, Optional
from urllib.parse import parse_qsl

import anyio
import pytest
from baijiayun import (
    AsyncClient,
    BaijiayunError,
    Client,
    ClosedError,
    ConfigError,
    ConnectError,
    Details,
    File,
    InvalidParametersError,
    RoomNotFoundError,
    SigningError,
    TimeoutError,
    TransportError,
)
from baijiayun._bounds import _workers
from baijiayun._reading import CODINGS
from baijiayun._sync.runner import STORE_PATIENCE, WITHIN
from baijiayun.http import Multipart, Request, Response, Urllib3Executor
from conftest import KEY, Clock, Drive, Fake, envelope, event, forms, vectors
from server import Received, serving, silent, unused

SHORT = 0.05
"""A deadline that is over soon."""
FOREVER = 600.0

TIMES = ("attempt_timeout", "deadline", "upload_deadline")


def settings_of(given: dict[str, Any]) -> dict[str, Any]:
    """Settings as Python has them: times are seconds, and numbers that JSON does not know are floats."""
    found = {}
    for name, value in given.items():
        value = float(value) if isinstance(value, str) and value in ("NaN", "Infinity", "-Infinity") else value
        found[name] = value / 1000 if name in TIMES and isinstance(value, (int, float)) else value
    return found


def made(client: dict[str, Any], http: Any) -> Client:
    given = {**client}
    settings = settings_of(given.pop("settings", {}))
    signer = given.pop("signer", None)
    if signer is not None:
        settings["signer"] = lambda text: signer
    elif "partner_key" not in given:
        given["partner_key"] = KEY
    return Client(**{"domain": "demo", "partner_id": "12345678", "http": http, **given, **settings})


def answer_of(answer: dict[str, Any]) -> Response:
    body = answer["body"] * answer.get("repeat", 1) + " " * answer.get("pad", 0)
    return Response(answer["status"], body.encode(), answer.get("headers"))


class Case:
    """What became of a vector."""

    def __init__(self, vector: dict[str, Any]) -> None:
        self.error: Optional[BaijiayunError] = None
        self.details = Details()
        self.waits: list[float] = []
        self.rows: list[int] = []
        self.fake = Fake(*map(answer_of, vector.get("answers", [])), ConnectError("no more answers"))
        try:
            self.do(vector)
        except BaijiayunError as error:
            self.error = error

    def do(self, vector: dict[str, Any]) -> None:
        client = made(vector["client"], self.fake)
        clock = Clock()
        clock.now = float(vector.get("unix", clock.now))
        self.waits = clock.waits
        client._runner.calls.unix = client._runner.calls.monotonic = clock
        client._runner.sleep = clock.sleep
        if "link" in vector:
            client.links.enter_room(**vector["link"]["params"])
        call = vector.get("call") or vector.get("walk")
        if call is None:
            return
        params = dict(call["params"])
        if "file" in call:
            params[call["file"]["param"]] = File(call["file"]["content"].encode(), name=call["file"]["name"])
        options: Any = {"attempts": 2, **settings_of(call.get("options", {})), "details": self.details}
        if "path" in call:
            client.call_path(call["path"], params, options=options)
        elif "walk" in vector:
            self.rows = [row["room_id"] for row in client.pages(call["name"], params, options=options)]
        else:
            client.call(call["name"], params, options=options)


OURS = [vector for vector in vectors("promises") if "python" not in vector.get("not_in", [])]


@pytest.mark.parametrize("vector", OURS, ids=lambda vector: f"{vector['promise']}: {vector['name']}"[:60])
def test_vectors(vector: dict[str, Any]) -> None:
    """promise-vectors: promises.json"""
    case = Case(vector)
    error, expected = case.error, vector.get("error")
    if expected is not None:
        assert error is not None and error.kind == expected["kind"], error
        assert expected["message"] in error.message
        assert "hidden" not in expected or expected["hidden"] not in f"{error} {error!r}"
        if "retry_after_ms" in expected:
            time = expected["retry_after_ms"]
            assert error.retry_after == (time if time is None else time / 1000)
        if "body_bytes" in expected:
            assert len((error.body or "").encode()) == expected["body_bytes"] <= 65536  # promise: default_error_body
    elif not case.waits and "sent" not in vector:
        assert error is None, error
    sent = vector.get("sent", {})
    if "url" in sent:
        assert case.fake.requests[0].url == sent["url"]
    if "form_ends" in sent:
        body = case.fake.requests[0].body
        assert isinstance(body, bytes) and body.decode().endswith(sent["form_ends"])
    if "pair" in sent:
        body = case.fake.requests[0].body
        assert isinstance(body, bytes) and sent["pair"] in map(list, parse_qsl(body.decode()))
    if "part" in sent:
        body = case.fake.requests[0].body
        assert isinstance(body, Multipart)
        part = sent["part"]
        head = f'name="{part["name"]}"; filename="{part["filename"]}"\r\nContent-Type: {part["type"]}\r\n'
        assert head.encode() in b"".join(body)
    if "wait_ms" in vector:
        least, most = vector["wait_ms"]
        assert least <= 1000 * case.waits[0] <= most
    if "rows" in vector:
        assert case.rows == vector["rows"] and len(case.fake.requests) == len(vector["answers"])
    if "departures" in vector:
        assert [departure.path for departure in case.details.departures] == vector["departures"]


# Whatever you supply ends


class Stuck:
    """Never ends, for as long as the test lasts: in a thread, or in an event loop."""

    def __init__(self, drive: Drive) -> None:
        self.drive = drive
        self.over = threading.Event()
        self.called = 0

    def __call__(self, *args: Any) -> Any:
        self.called += 1
        if self.drive.is_async:
            return anyio.sleep_forever()
        self.over.wait()
        return None

    evaluate = __call__


@pytest.fixture
def stuck(drive: Drive) -> Any:
    stuck = Stuck(drive)
    yield stuck
    stuck.over.set()


def live(drive: Drive, **settings: Any) -> Any:
    """A client that lives by the real clock."""
    given = {"partner_key": KEY, "http": drive.awaited(lambda request: envelope({"title": "a"})), **settings}
    return AsyncClient("demo", "1", **given) if drive.is_async else Client("demo", "1", **given)


def test_a_store_that_never_answers(drive: Drive, stuck: Stuck) -> None:
    """promise: store_never_answers, store_never_answers_claims, default_store_patience"""
    assert STORE_PATIENCE == 0.5
    client = live(drive, store=stuck)
    details = Details()
    began = time.monotonic()
    drive.do(lambda: client.room.info(room_id=1, options={"details": details}))
    assert details.trace is not None and details.trace.store_down
    drive.do(lambda: client.room.info(room_id=1, options={"deadline": SHORT}))
    assert drive.do(lambda: client.callbacks.claim(event("1")))
    drive.do(lambda: client.callbacks.release(event("1")))
    assert stuck.called == 3 and time.monotonic() - began < 30


@pytest.mark.parametrize("answer", [None, float("nan"), "0", -1, 1.5, 1 << 70, True, OSError("down"), Exception()])
def test_a_store_that_answers_nonsense(drive: Drive, answer: Any) -> None:
    """promise: store_fails, store_answers_nonsense"""

    def evaluate(script: str, keys: list[str], args: list[int]) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    class Store:
        pass

    Store.evaluate = staticmethod(drive.awaited(evaluate))  # type: ignore[attr-defined]
    client = live(drive, store=Store())
    details = Details()
    drive.do(lambda: client.room.info(room_id=1, options={"details": details}))
    assert details.trace is not None and details.trace.store_down
    assert drive.do(lambda: client.callbacks.claim(event("1")))


def test_a_signer_that_never_answers(drive: Drive, stuck: Stuck) -> None:
    """promise: signer_never_answers"""
    client = live(drive, partner_key=None, signer=stuck, deadline=SHORT)
    with pytest.raises(TimeoutError, match="the signer gave no answer before the deadline; nothing was sent"):
        drive.do(lambda: client.room.info(room_id=1))


@pytest.mark.parametrize("raised", [OSError("down"), Exception(), BaijiayunError("x")])
def test_a_signer_that_fails(drive: Drive, raised: Exception) -> None:
    """promise: signer_fails"""

    def sign(text: str) -> str:
        raise raised

    client = live(drive, partner_key=None, signer=drive.awaited(sign))
    with pytest.raises(SigningError):
        drive.do(lambda: client.room.info(room_id=1))
    with pytest.raises(SigningError):
        made_link(drive, client)


def made_link(drive: Drive, client: Any) -> Any:
    link = lambda: client.links.enter_room(room_id=1, user_number=2, user_name="a")  # noqa: E731
    return drive.do(link)


def test_a_signer_of_links_that_gives_nothing(drive: Drive) -> None:
    client = live(drive, partner_key=None, signer=drive.awaited(lambda text: None))
    with pytest.raises(SigningError, match="the signer gave a NoneType"):
        made_link(drive, client)


def test_an_executor_that_never_answers(drive: Drive, stuck: Stuck) -> None:
    """promise: executor_never_answers"""
    client = live(drive, http=stuck, attempts=1)
    for options in ({"attempt_timeout": SHORT}, {"deadline": SHORT}):
        with pytest.raises(TimeoutError) as caught:
            drive.do(lambda: client.room.info(room_id=1, options=options))  # noqa: B023
        assert caught.value.kind == "timeout"
    assert client._runner.calls.engine.calls() == 0


def test_an_answer_that_comes_too_late(drive: Drive) -> None:
    """promise: executor_too_late"""

    def late(request: Request) -> Response:
        # In an event loop it keeps everything from going on.
        time.sleep(2 * SHORT)
        return envelope({"title": "a"})

    client = live(drive, http=drive.awaited(late), attempts=1, attempt_timeout=SHORT)
    with pytest.raises(TimeoutError):
        drive.do(lambda: client.room.info(room_id=1))


def test_executors_that_fail(drive: Drive) -> None:
    """promise: executor_fails"""

    class Odd(Exception):
        def __str__(self) -> str:
            return "odd"

    odd = Odd()
    client = drive.client(odd, attempts=1)
    with pytest.raises(TransportError, match="odd") as caught:
        drive.do(lambda: client.room.info(room_id=1))
    assert caught.value.__cause__ is odd


@pytest.mark.parametrize(
    ("given", "what"),
    [
        (None, "a NoneType"),
        ({"status": 200}, "a dict"),
        (Response("200", b""), "a status that is no int"),  # type: ignore[arg-type]
        (Response(True, b""), "a status that is no int"),
        (Response(99, b""), "a status that is no int"),
        (Response(1 << 80, b""), "a status that is no int"),
        (Response(200, "{}"), "a body that is a str"),  # type: ignore[arg-type]
        (Response(200, b"{}", [("retry-after", "1")]), "headers that are a list"),  # type: ignore[arg-type]
    ],
)
def test_executors_that_give_something_else(drive: Drive, given: Any, what: str) -> None:
    """promise: executor_answers_nonsense"""
    client = live(drive, http=drive.awaited(lambda request: given), attempts=1)
    with pytest.raises(TransportError, match=f"the executor gave .*{what}") as caught:
        drive.do(lambda: client.room.info(room_id=1))
    assert caught.value.kind == "transport"


class Dripping:
    """A server that sends a byte of its headers now and then, for as long as anybody listens."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        taken, _ = self._socket.accept()
        with taken:
            taken.sendall(b"HTTP/1.1 200 OK\r\nx: ")
            while not self._over.wait(0.01):
                try:
                    taken.sendall(b"y")
                except OSError:
                    return

    def close(self) -> None:
        self._over.set()
        # It may still wait for somebody, on a machine that is busy.
        with suppress(OSError):
            socket.create_connection(self._socket.getsockname()).close()
        self._thread.join()
        self._socket.close()


@pytest.mark.parametrize("executor", [None, Urllib3Executor])
def test_headers_that_drip(drive: Drive, executor: Any) -> None:
    """promise: attempt_bounds_whole_exchange"""
    if drive.is_async and executor is not None:
        pytest.skip("urllib3 is not awaited")
    server = Dripping()
    try:
        kind = AsyncClient if drive.is_async else Client
        client: Any = kind(server.url, "1", KEY, attempts=1, attempt_timeout=0.5, http=executor and executor())
        with pytest.raises(TimeoutError):
            drive.do(lambda: client.room.info(room_id=1))
    finally:
        server.close()


def test_threads_that_never_end_are_bounded() -> None:
    stuck = Stuck(Drive("plain"))
    client = live(stuck.drive, http=stuck, attempts=1, attempt_timeout=0.001, quota=False)
    try:
        before = len(_workers.stuck)
        for _ in range(100 - before):
            with pytest.raises(TimeoutError):
                client.room.info(room_id=1)
        with pytest.raises(ConnectError, match="never ended"):
            client.room.info(room_id=1)
        # The last thread may not have got so far.
        while stuck.called < 100 - before:
            time.sleep(0)
    finally:
        stuck.over.set()


# The end of a client


class Gate:
    """An executor that says when it was reached, and answers when it is told to."""

    def __init__(self, drive: Drive) -> None:
        self.drive = drive
        self.reached = threading.Event()
        self.open = threading.Event()

    def __call__(self, request: Request) -> Any:
        self.reached.set()
        if self.drive.is_async:
            return self._wait()
        self.open.wait()
        return envelope({"title": "a"})

    async def _wait(self) -> Response:
        while not self.open.is_set():
            await anyio.sleep(0.001)
        return envelope({"title": "a"})


@pytest.fixture
def gate(drive: Drive) -> Any:
    gate = Gate(drive)
    yield gate
    gate.open.set()


class Call:
    """A call in a thread (and a loop) of its own."""

    def __init__(self, drive: Drive, work: Any) -> None:
        self.outcome: Any = None
        self._thread = threading.Thread(target=self._run, args=(drive, work))
        self._thread.start()

    def _run(self, drive: Drive, work: Any) -> None:
        try:
            self.outcome = drive.do(work)
        except BaseException as error:
            self.outcome = error

    def join(self) -> Any:
        self._thread.join(30)
        assert not self._thread.is_alive()
        return self.outcome


def wait_until(condition: Any) -> None:
    while not condition():
        time.sleep(0.001)


def test_closing_ends_what_waits(drive: Drive, stuck: Stuck) -> None:
    """promise: close_ends_waiting, close_refuses_new, close_twice"""
    sent: list[Request] = []

    def http(request: Request) -> Response:
        sent.append(request)
        return envelope({"title": "a"})

    client = live(drive, http=drive.awaited(http), quota=(1, 3600), deadline=FOREVER * 10)
    drive.do(lambda: client.room.info(room_id=1))
    signing = live(drive, partner_key=None, signer=stuck, http=drive.awaited(http))
    calls = [Call(drive, lambda: client.room.info(room_id=1)), Call(drive, lambda: signing.room.info(room_id=1))]
    wait_until(lambda: client._runner.bounds._waiting and signing._runner.bounds._waiting)
    for closed, call in zip((client, signing), calls):
        drive.do(closed.close)
        error = call.join()
        assert isinstance(error, ClosedError) and error.kind == "closed", error
        assert error.message == "the client was closed; nothing was sent"
        with pytest.raises(ClosedError):
            drive.do(lambda: closed.room.info(room_id=1))  # noqa: B023
        drive.do(closed.close)
    assert len(sent) == 1


def test_closing_lets_calls_finish(drive: Drive, gate: Gate) -> None:
    """promise: close_lets_finish, default_close_within"""
    assert WITHIN == 30
    client = live(drive, http=gate)
    call = Call(drive, lambda: client.room.info(room_id=1))
    gate.reached.wait()
    closing = Call(drive, lambda: client.close(within=FOREVER))
    wait_until(lambda: client._runner.bounds._is_closed)
    gate.open.set()
    closing.join()
    assert call.join().title == "a"


def test_closing_ends_what_is_in_flight(drive: Drive, gate: Gate) -> None:
    """promise: close_ends_in_flight"""
    client = live(drive, http=gate)
    call = Call(drive, lambda: client.room.info(room_id=1))
    gate.reached.wait()
    drive.do(lambda: client.close(within=SHORT))
    error = call.join()
    assert isinstance(error, ClosedError) and "the client was closed while the request was under way" in error.message
    assert error.hint is not None and "look before you repeat" in error.hint


def test_closing_ends_connections_that_are_in_use(drive: Drive) -> None:
    with silent() as url:
        kind = AsyncClient if drive.is_async else Client
        client: Any = kind(url, "1", KEY)
        call = Call(drive, lambda: client.room.info(room_id=1))
        wait_until(lambda: client._runner.bounds._in_flight)
        drive.do(lambda: client.close(within=0))
        assert isinstance(call.join(), ClosedError)


# What a client is made of, parameters and paths


@pytest.mark.parametrize("wrong", [(None, "1", KEY), ("demo", None, KEY), ("demo", "1", None)])
def test_nothing_in_place_of_something(wrong: Any) -> None:
    """promise: null_is_refused"""
    for kind in (Client, AsyncClient):
        with pytest.raises(ConfigError) as caught:
            kind(*wrong)
        assert caught.value.kind == "invalid_account"


def test_settings_that_nobody_knows() -> None:
    """promise: unknown_setting_refused"""
    wrong: Any = {"max_anwser": 5}
    with pytest.raises(TypeError, match="max_anwser"):
        Client("demo", "1", KEY, **wrong)
    with pytest.raises(InvalidParametersError, match="max_anwser"):
        Client("demo", "1", KEY).room.info(room_id=1, options=wrong)


def test_the_vendors_domain_without_tls() -> None:
    """promise: http_refused_for_vendor"""
    fake = Fake(envelope({}))
    Client("http://demo.at.baijiayun.com", "1", KEY, allow_http=True, http=fake).room.info(room_id=1)
    assert fake.requests[0].url.startswith("http://demo.at.baijiayun.com/")


def test_methods_of_paths(drive: Drive) -> None:
    """promise: call_path_method"""
    client = drive.client(envelope({}))
    for method in ("PUT", "get", ""):
        with pytest.raises(InvalidParametersError):
            drive.do(lambda: client.call_path("/openapi/x", {"a": 1}, method=method))  # noqa: B023
    assert not client.fake.requests


def test_dates_where_nothing_is_described(drive: Drive) -> None:
    """promise: call_path_dates"""
    client = drive.client(envelope({}))
    moment = datetime(2030, 1, 1, tzinfo=timezone.utc)
    drive.do(lambda: client.call_path("/openapi/x", {"at": moment}))
    drive.do(lambda: client.room.info(room_id=1, options={"extra": {"at": moment}}))
    assert [form["at"] for form in forms(client.fake.requests)] == ["1893456000"] * 2


def test_a_null_in_a_list(drive: Drive) -> None:
    """promise: list_element_null"""
    client = drive.client(envelope({}))
    with pytest.raises(InvalidParametersError, match=r"levels\[1\] is null"):
        drive.do(lambda: client.call_path("/openapi/x", {"levels": [1, None]}))


# Answers and sending


def test_redirects_are_named(drive: Drive) -> None:
    """promise: redirect_named, default_redirects"""
    location = {"Location": "https://other.at.baijiayun.com/openapi/x?sign=0123456789"}
    client = drive.client(Response(302, b"", location))
    with pytest.raises(BaijiayunError) as caught:
        drive.do(lambda: client.room.info(room_id=1))
    assert caught.value.kind == "http_status" and len(client.fake.requests) == 1
    assert "redirect to https://other.at.baijiayun.com/openapi/x" in caught.value.message
    assert "0123456789" not in str(caught.value)


def test_errors_elsewhere(drive: Drive) -> None:
    """promise: error_survives_clone"""
    client = drive.client(envelope(None, 3001, "none"))
    with pytest.raises(RoomNotFoundError) as caught:
        drive.do(lambda: client.room.info(room_id=1))
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (type(copy), copy.kind, copy.code) == (RoomNotFoundError, "room_not_found", 3001)


@pytest.mark.parametrize("executor", ["httpx", "urllib3", "asyncio", "trio"])
def test_what_never_left(executor: str) -> None:
    """promise: never_left_dns, never_left_refused"""
    drive = Drive(executor if executor in ("asyncio", "trio") else "plain")
    for url in ("http://nobody.invalid", unused()):
        kind = AsyncClient if drive.is_async else Client
        http: Any = Urllib3Executor() if executor == "urllib3" else None
        client: Any = kind(url, "1", KEY, http=http)
        drive.set_clock(client)
        with pytest.raises(ConnectError) as caught:
            drive.do(lambda: client.room.delete(room_id=1))  # noqa: B023
        assert caught.value.trace is not None and caught.value.trace.attempts == 3
        assert caught.value.hint is not None and "not sent" in caught.value.hint


def test_what_broke_may_have_left(drive: Drive) -> None:
    """promise: broken_may_have_left, changing_sent_once"""
    received: list[Received] = []
    with serving(lambda request: received.append(request)) as server:
        kind = AsyncClient if drive.is_async else Client
        client: Any = kind(server.url, "1", KEY)
        with pytest.raises(TransportError) as caught:
            drive.do(lambda: client.room.delete(room_id=1))
    assert caught.value.kind == "transport" and len(received) == 1


def test_causes_quote_no_signature(drive: Drive) -> None:
    """promise: causes_hold_no_address"""

    def broken(request: Request) -> Response:
        raise OSError(f"Max retries exceeded with url: {request.url.partition('.com')[2]}")

    client = drive.client(broken, attempts=1)
    with pytest.raises(TransportError) as caught:
        drive.do(lambda: client.call_path("/openapi/x", {"a": 1}, method="GET"))
    assert caught.value.__cause__ is None and "sign=" not in str(caught.value)


def test_an_error_keeps_no_answer(drive: Drive) -> None:
    """promise: error_keeps_little"""
    body = b"<html>" * 1_000_000
    client = drive.client(Response(500, body), attempts=1)
    with pytest.raises(BaijiayunError) as caught:
        drive.do(lambda: client.room.info(room_id=1))
    assert len(caught.value.body or "") == 65536
    frame = caught.value.__traceback__
    while frame is not None:
        if "baijiayun" in frame.tb_frame.f_code.co_filename and "tests" not in frame.tb_frame.f_code.co_filename:
            for name, value in frame.tb_frame.f_locals.items():
                held = value.body if isinstance(value, Response) else value
                assert not isinstance(held, bytes) or len(held) < 65537, name
        frame = frame.tb_next


def test_defaults(drive: Drive) -> None:
    """promise: default_attempts, default_attempt_timeout, default_deadline, default_upload_deadline, default_max_answer"""
    client = drive.client(ConnectionRefusedError(), deadline=None)
    with pytest.raises(ConnectError):
        drive.do(lambda: client.room.info(room_id=1))
    request = client.fake.requests[0]
    assert (len(client.fake.requests), request.timeout, request.max_answer) == (3, 30, 8388608)
    with pytest.raises(ConnectError):
        drive.do(lambda: client.room.set_cover(room_id=1, web_bg_img=b"x"))
    assert client.fake.requests[-1].timeout > 3590
    asked: list[float] = []
    signing = drive.client(envelope({}), partner_key=None, signer=drive.awaited(lambda text: "0" * 32))
    bounds, run = signing._runner.bounds, signing._runner.bounds.run

    def spy(work: Any, seconds: float, **how: Any) -> Any:
        asked.append(seconds)
        return run(work, seconds, **how)

    bounds.run = spy
    drive.do(lambda: signing.room.info(room_id=1))
    assert asked[0] == 120


def test_callbacks_that_are_too_long() -> None:
    """promise: callback_over_limit, default_callback_size"""
    from baijiayun import CallbackError

    client = Client("demo", "1", KEY)
    for size in (4194304, 4194305):
        with pytest.raises(CallbackError) as caught:
            client.callbacks.parse(b"x" * size)
        assert caught.value.kind == "callback_malformed" and ("4194304" in caught.value.message) == (size > 4194304)


def test_what_callbacks_and_codings_are_by_default() -> None:
    """promise: default_callback_clock"""
    parse = inspect.signature(Client("demo", "1", KEY).callbacks.parse)
    assert parse.parameters["tolerance"].default == 300 and CODINGS == "gzip, deflate"



@pytest.mark.parametrize("executor", ["httpx", "urllib3", "asyncio", "trio"])
def test_handshakes_that_fail(executor: str) -> None:
    """promise: never_left_tls"""
    drive = Drive(executor if executor in ("asyncio", "trio") else "plain")
    # It speaks HTTP where TLS is expected.
    with serving(lambda request: None) as server:
        kind = AsyncClient if drive.is_async else Client
        http: Any = Urllib3Executor() if executor == "urllib3" else None
        client: Any = kind(server.url.replace("http:", "https:"), "1", KEY, http=http)
        with pytest.raises(ConnectError) as caught:
            drive.do(lambda: client.room.info(room_id=1))
    assert caught.value.trace is not None and caught.value.trace.attempts == 1
    assert caught.value.hint is not None and "nothing was sent" in caught.value.hint and "CA" in caught.value.hint


def test_certificates_that_nobody_trusts(drive: Drive) -> None:
    failure = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate")
    failure.reason = "CERTIFICATE_VERIFY_FAILED"
    hidden = OSError("HTTPSConnectionPool(host='x', port=443): Max retries exceeded")
    hidden.__cause__ = failure
    client = drive.client(hidden)
    with pytest.raises(ConnectError, match="certificate"):
        drive.do(lambda: client.room.delete(room_id=1))
    assert len(client.fake.requests) == 1


def test_socks_without_support(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with Client("demo", "1", KEY) as client, pytest.raises(ConnectError, match=r"baijiayun-sdk\[socks\]") as caught:
        client.room.info(room_id=1)
    assert caught.value.trace is not None and caught.value.trace.attempts == 1


def test_what_is_waited_for_after_throttling(drive: Drive) -> None:
    """promise: default_retry_after_cap"""
    for seconds, attempts in ((60, 2), (61, 1)):
        client = drive.client(Response(429, b"", {"retry-after": str(seconds)}), envelope({}))
        try:
            drive.do(lambda: client.room.info(room_id=1))  # noqa: B023
        except BaijiayunError as error:
            assert error.kind == "throttled"
        assert len(client.fake.requests) == attempts


def test_keys_are_not_trimmed() -> None:
    """promise: default_keys_not_trimmed"""
    for key in (" key", "key\n", "\ufeffkey"):
        with pytest.raises(ConfigError):
            Client("demo", "1", key)
        with pytest.raises(ConfigError):
            Client("demo", "1", KEY, callback_keys=[key])


def test_chunks(drive: Drive) -> None:
    """promise: default_chunk_size"""
    address = envelope({"video_id": 5, "upload_url": "https://up.example.com/x", "upload_size": 0})
    client = drive.client(address, ConnectionRefusedError())
    with pytest.raises(BaijiayunError):
        drive.do(lambda: client.video.upload(File(bytes(5242881), name="a.mp4"), definition=1))
    assert "bytes 1-5242880/5242881" in [request.headers.get("content-range") for request in client.fake.requests]


EIGHT = """
import resource, sys, threading
from baijiayun import BaijiayunError, Client

most = 512 << 20
client = Client(sys.argv[1], "1", "key", quota=False, max_answer=int(sys.argv[2]), attempts=1)
client.call("room.info", {"room_id": 1})
begin = threading.Event()
found = []


def one():
    begin.wait()
    try:
        found.append("rows: %d" % len(client.room.list().page().rows))
    except BaijiayunError as error:
        found.append(error.kind)


threads = [threading.Thread(target=one) for _ in range(8)]
[thread.start() for thread in threads]
resource.setrlimit(resource.RLIMIT_AS, (most, most))
begin.set()
[thread.join() for thread in threads]
small = client.call("room.info", {"room_id": 1}, options={"max_answer": 1000}).data
print(sorted(set(found)), len(found), small)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="it limits the memory of a process")
@pytest.mark.parametrize("most", [8 << 20, 1 << 30])
def test_eight_large_answers_at_once(most: int) -> None:
    """promise: eight_large_answers"""
    row = b'{"room_id":"26010110000000","title":"' + b"x" * 400 + b'"}'
    rows = b",".join([row] * (50_000_000 // len(row)))
    long = b'{"code":0,"data":{"list":[' + rows + b'],"total":1},"msg":"","ts":7}'

    def answer(request: Received) -> Any:
        return 200, {}, long if request.path.endswith("list") else b'{"code":0,"data":{"a":1},"msg":"","ts":7}'

    with serving(answer) as server:
        command = [sys.executable, "-c", EIGHT, server.url, str(most)]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.endswith(" 8 {'a': 1}\n")
    if most == 8 << 20:
        assert ran.stdout.startswith("['too_large'] 8")
    print(ran.stdout)
