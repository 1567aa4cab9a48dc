"""What is given in a way that cannot work is told by our own errors, and by name, before anything is sent."""

from __future__ import annotations

import asyncio
import dataclasses
import enum
import io
import itertools
import traceback
import unittest.mock
from collections import namedtuple
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from baijiayun import (
    AsyncClient,
    BaijiayunError,
    Client,
    ConfigError,
    File,
    FileError,
    InvalidParametersError,
    MisuseError,
    SigningError,
    TransportError,
)
from baijiayun.http import Request, Response
from baijiayun.redis import AsyncRedisStore, RedisStore
from conftest import KEY, Drive, envelope, forms
from test_params import written


class Redis:
    def evalsha(self, *args: Any) -> int:
        return 0

    def eval(self, *args: Any) -> int:
        return 0


class AsyncStore:
    async def evaluate(self, script: str, keys: list[str], args: list[int]) -> int:
        return 0


async def awaited(request: Any) -> Any:
    return envelope()


def made(drive: Drive, *account: Any, **settings: Any) -> Any:
    return (AsyncClient if drive.is_async else Client)(*(account or ("demo", "12345678", KEY)), **settings)


@pytest.mark.parametrize(
    ("account", "settings", "words"),
    [
        ((None, "1", KEY), {}, "domain"),
        (("demo", None, KEY), {}, "partner_id must be an int or a str, not a NoneType"),
        (("demo", "1", None), {}, "partner_key must be a str, not a NoneType"),
        (("demo", "abc", KEY), {}, "partner_id is not a number"),
        (("demo", KEY, "12345678"), {}, "partner_id is not a number"),
        (("demo", True, KEY), {}, "partner_id must be an int or a str, not a bool"),
        (("demo", 1.5, KEY), {}, "partner_id must be an int or a str, not a float"),
        (("demo", "1", b"key"), {}, "partner_key must be a str, not a bytes"),
        (("demo", "1", KEY), {"deadline": float("nan")}, "deadline has to be a time above 0"),
        (("demo", "1", KEY), {"timeout": 0}, "deadline has to be a time above 0"),
        (("demo", "1", KEY), {"timeout": 1, "deadline": 1}, "timeout is another name for deadline"),
        (("demo", "1", KEY), {"attempts": 0}, "attempts"),
        (("demo", "1", KEY), {"quota": "many"}, "quota"),
        (("demo", "1", KEY), {"quota": object()}, "quota cannot be of type object"),
        (("demo", "1", KEY), {"quota": float("nan")}, "quota is not a finite number"),
        (("demo", "1", KEY), {"shared_as": b"school"}, "shared_as has a file"),
        (("demo", "1", KEY), {"paths": {"room.list": b"/openapi/room/list"}}, "paths has a file"),
        (("demo", "1", KEY), {"deadline": timedelta(seconds=5)}, "deadline is a number of seconds, not a timedelta"),
        (("demo", "1", KEY), {"callback_keys": True}, "callback_keys must be a list of keys"),
        (("demo", "1", KEY), {"callback_keys": {"key": 1}}, "callback_keys must be a list of keys"),
        (("demo", "1", KEY), {"priority": "urgent"}, "priority"),
        (("demo", "1", KEY), {"callback_keys": "key"}, "callback_keys must be a list of keys"),
        (("demo", "1", KEY), {"callback_keys": [1]}, "callback_keys must be a list of keys"),
        (("demo", "1", KEY), {"paths": 7}, "paths must be a dict or the name of a file, not a int"),
        (("demo", "1", KEY), {"signer": "sign"}, "signer must be a callable"),
        (("demo", "1", KEY), {"on_event": awaited}, "on_event must be a plain function"),
        (("demo", "1", KEY), {"store": "redis://:geheim@127.0.0.1"}, r"not an address \[.*RedisStore.from_url"),
        (("demo", "1", KEY), {"store": Redis()}, r"evaluate.*\[a redis client goes into a .*RedisStore"),
        (("demo", "1", KEY), {"store": {}}, "evaluate"),
    ],
)
def test_clients_that_cannot_be_made(drive: Drive, account: Any, settings: Any, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        made(drive, *account, **settings)
    assert KEY not in str(caught.value) and "geheim" not in str(caught.value)
    # Nor in anything that a report of the error might print, but for the frame of the caller.
    error = caught.value
    assert error.__cause__ is None and error.__context__ is None
    for frame, _ in list(traceback.walk_tb(error.__traceback__)):
        if "site-packages" in frame.f_code.co_filename:
            assert KEY not in f"{ {name: repr(value) for name, value in frame.f_locals.items()} }", frame.f_code


def test_a_client_that_was_not_made_has_a_name() -> None:
    client = object.__new__(Client)
    with pytest.raises(ConfigError):
        client.__init__("demo", "abc", KEY)  # type: ignore[misc]
    assert repr(client) == "Client (not made)"


def test_stores_of_the_other_kind() -> None:
    with pytest.raises(ConfigError, match="the store of a Client must not be awaited"):
        Client("demo", "1", KEY, store=AsyncRedisStore(Redis))  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="the store of a Client must not be awaited"):
        Client("demo", "1", KEY, store=AsyncStore())  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="take AsyncRedisStore"):
        AsyncClient("demo", "1", KEY, store=RedisStore(Redis()))  # type: ignore[arg-type]


def test_functions_that_are_awaited() -> None:
    for name in ("http", "signer"):
        with pytest.raises(ConfigError, match=f"the {name} of a Client must not be awaited"):
            Client("demo", "1", KEY, **{name: awaited})  # type: ignore[arg-type]
    # One that only gives something to await is seen when it is called.
    http: Any = lambda request: awaited(request)  # noqa: E731
    with pytest.raises(MisuseError, match="is an `async def`"):
        Client("demo", "1", KEY, http=http, attempts=1).room.info(room_id=1)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"details": {}}, r"details must be a Details\(\), which the call fills, not a dict"),
        ([("deadline", 1)], "options must be a dict, not a list"),
        ({"deadline": float("nan")}, "deadline"),
        ({"extra": {"a": object()}}, "the option extra cannot be of type object"),
        ({"retry": b"never"}, "retry"),
    ],
)
def test_options_that_are_none(drive: Drive, options: Any, words: str) -> None:
    client = drive.client(envelope())
    with pytest.raises(InvalidParametersError, match=words):
        drive.do(lambda: client.room.info(room_id=1, options=options))
    assert not client.fake.requests and client._runner.calls.engine.calls() == 0


# Parameters


class Level(enum.IntEnum):
    HIGH = 4


class Name(str, enum.Enum):
    FIRST = "第一课"


@dataclasses.dataclass
class Point:
    a: int
    b: Any = None


Pair = namedtuple("Pair", "a b")


class Broken:
    def __iter__(self) -> Iterator[Any]:
        raise LookupError("nothing is here")


def test_what_python_has() -> None:
    assert written(x=Level.HIGH, y=Name.FIRST, z=[Level.HIGH]) == {"x": 4, "y": "第一课", "z": [4]}
    assert written(x={3}, y=(n for n in (1, 2)), z=frozenset("a"), d={"k": 1}.keys()) == {
        "x": [3],
        "y": [1, 2],
        "z": ["a"],
        "d": ["k"],
    }
    assert written(x=Point(1), y=Pair(1, "b"), z=Decimal("1.50")) == {"x": {"a": 1}, "y": {"a": 1, "b": "b"}, "z": "1.50"}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Decimal("NaN"), "is not a finite number"),
        (b"bytes", None),
        ([b"bytes"], "where none is taken"),
        (1j, "cannot be of type complex"),
        (Point, "cannot be a class, Point"),
        (Broken(), "cannot be read: LookupError"),
        (itertools.count(), "has more than 100000 items"),
        (asyncio, "cannot be of type module"),
    ],
)
def test_what_is_refused(drive: Drive, value: Any, words: Any) -> None:
    client = drive.client(envelope())
    with pytest.raises(InvalidParametersError, match=words) as caught:
        drive.do(lambda: client.room.create(title=value, start_time=1, end_time=2))
    assert [fault.parameter for fault in caught.value.faults] == ["title"]
    assert not client.fake.requests


def test_what_numpy_has() -> None:
    numpy = pytest.importorskip("numpy")
    found = written(a=numpy.int64(7), b=numpy.bool_(True), c=numpy.array([1, 2]), d=numpy.float32(0.5), e=numpy.str_("a"))
    assert found == {"a": 7, "b": True, "c": [1, 2], "d": 0.5, "e": "a"}
    for value in (numpy.datetime64("2026-01-01"), numpy.array(["2026-01-01"], dtype="datetime64[s]")):
        with pytest.raises(InvalidParametersError, match="datetime64.*, which has no time zone"):
            written(x=value)
    with pytest.raises(InvalidParametersError, match="is not a finite number"):
        written(x=numpy.float64("nan"))


def test_what_pandas_has() -> None:
    pandas = pytest.importorskip("pandas")
    assert written(a=pandas.Series([1, 2]), b=pandas.Timestamp("2026-01-01", tz="UTC")) == {
        "a": [1, 2],
        "b": {"unix_ms": 1767225600000},
    }
    for value, words in ((pandas.NaT, "is NaT"), (pandas.NA, "of type NAType"), (pandas.DataFrame({"a": [1]}), "DataFrame")):
        with pytest.raises(InvalidParametersError, match=words):
            written(x=value)
    with pytest.raises(InvalidParametersError, match="the parameters must be a dict, not a DataFrame"):
        Client("demo", "1", KEY).call("room.list", pandas.DataFrame({"a": [1]}))


def test_what_pydantic_has() -> None:
    pydantic = pytest.importorskip("pydantic")

    class Model(pydantic.BaseModel):  # type: ignore[misc,name-defined,unused-ignore]
        a: int
        b: Any = None

    assert written(x=Model(a=1), y=[Model(a=2, b="c")]) == {"x": {"a": 1}, "y": [{"a": 2, "b": "c"}]}


def test_a_none_in_a_list_is_named(drive: Drive) -> None:
    client = drive.client(envelope())
    with pytest.raises(InvalidParametersError, match=r"\[1\] is null"):
        drive.do(lambda: client.video.upload(b"1", definition=[16, None]))


def test_iterables_are_lists(drive: Drive) -> None:
    client = drive.client(envelope({}))
    drive.do(lambda: client.video.get_upload_url(file_name="a.mp4", definition={16}))
    drive.do(lambda: client.video.get_upload_url(file_name="a.mp4", definition=(n for n in (16, 1))))
    assert [form["definition"] for form in forms(client.fake.requests)] == ["16", "16,1"]


# Executors


class Odd(str):
    """A text whose class makes something else of it."""

    def __str__(self) -> str:
        raise LookupError("no text")

    def encode(self, *args: Any) -> bytes:
        raise LookupError("no bytes")


class Members(dict[str, Any]):
    """Parameters that cannot be read."""

    def items(self) -> Any:
        raise LookupError("no members")

    def __bool__(self) -> bool:
        raise LookupError("no truth")


class Unprintable(Exception):
    def __str__(self) -> str:
        raise LookupError("no words")

    __repr__ = __str__


def test_texts_of_odd_classes_are_their_characters(drive: Drive) -> None:
    client = drive.client(envelope({"title": "课"}))
    drive.do(lambda: client.call("room.update", {Odd("room_id"): Odd("7"), "title": Odd("课")}, options={"extra": {"a": Odd("b")}}))
    (sent,) = forms(client.fake.requests)
    assert (sent["room_id"], sent["title"], sent["a"]) == ("7", "课", "b")
    assert made(drive, Odd("demo"), Odd("1"), Odd(KEY), callback_keys=[Odd(KEY)])


def test_members_that_cannot_be_read(drive: Drive) -> None:
    client = drive.client(envelope())
    calls: list[tuple[Any, Any]] = [(Members(), None), ({"room_id": 1}, Members()), ({"room_id": 1}, {"extra": Members()})]
    for params, options in calls:
        with pytest.raises(InvalidParametersError, match="no members"):
            drive.do(partial(client.call, "room.info", params, options=options))
    assert not client.fake.requests


def test_a_name_that_is_no_text_of_unicode_is_told(drive: Drive) -> None:
    client = drive.client(envelope())
    with pytest.raises(InvalidParametersError, match="cannot be sent") as caught:
        drive.do(lambda: client.call("room.info", {"room_id": 1, "\ud83d": 1}))
    assert caught.value.faults[0].parameter == "\ud83d"


def test_operations_are_named_by_texts(drive: Drive) -> None:
    client = drive.client(envelope())
    for name in (None, 1, b"room.info"):
        with pytest.raises(InvalidParametersError, match=f"a str, not a {type(name).__name__}"):
            drive.do(partial(client.call, name))


def test_numbers_of_numpy_are_settings(drive: Drive) -> None:
    numpy = pytest.importorskip("numpy")
    client = drive.client(envelope({"title": "课"}), attempts=numpy.int64(2), deadline=numpy.float64(5))
    drive.do(lambda: client.room.info(room_id=1, options={"attempt_timeout": numpy.float64(1)}))
    assert client.fake.requests[0].timeout == 1


@pytest.mark.parametrize(
    ("given", "words"), [("\ud83d" * 32, "not all are such digits"), (Odd("a" * 31), "31 characters"), (b"a" * 32, "a bytes")],
    ids=["surrogates", "short", "bytes"],
)
def test_signers_that_give_something_odd(drive: Drive, given: Any, words: str) -> None:
    client = drive.client(envelope(), partner_key=None, signer=drive.awaited(lambda text: given))
    for call in (
        lambda: client.room.info(room_id=1),
        lambda: client.links.enter_room(room_id=1, user_number=1, user_name="小明"),
    ):
        with pytest.raises(SigningError, match=words):
            drive.do(call)
    assert not client.fake.requests


def test_an_exception_that_nobody_can_print(drive: Drive) -> None:
    def fails(*args: Any) -> Any:
        raise Unprintable

    with pytest.raises(TransportError, match="Unprintable"):
        client = drive.client(fails, attempts=1)
        drive.do(lambda: client.room.info(room_id=1))
    with pytest.raises(SigningError, match="Unprintable"):
        client = drive.client(envelope(), partner_key=None, signer=drive.awaited(fails))
        drive.do(lambda: client.room.info(room_id=1))


def test_headers_that_cannot_be_read_are_none(drive: Drive) -> None:
    odd: list[Any] = [Members(), {"location": "\ud83d"}, {"retry-after": None}, {1: 2}]
    for headers in odd:
        client = drive.client(Response(200, envelope({"title": "课"}).body, headers))
        assert drive.do(partial(client.room.info, room_id=1)).title == "课"


def test_a_double_of_unittest_answers(drive: Drive) -> None:
    kind = unittest.mock.AsyncMock if drive.is_async else unittest.mock.MagicMock
    http = kind(return_value=envelope({"title": "课"}))
    client = made(drive, http=http)
    assert drive.do(lambda: client.room.info(room_id=1)).title == "课"
    http.assert_called_once()


class Hostile(io.BytesIO):
    """A file object that raises what it likes, in one of its methods."""

    def __init__(self, method: str) -> None:
        super().__init__(bytes(100))
        setattr(self, method, self._raise)

    def _raise(self, *args: Any) -> Any:
        raise LookupError("nothing is here")


@pytest.mark.parametrize("method", ["seek", "tell", "read"])
def test_file_objects_that_raise(drive: Drive, method: str) -> None:
    client = drive.client(envelope())
    for call in (
        lambda: client.video.upload(File(Hostile(method), name="a.mp4"), definition=16),
        lambda: client.doc.upload(attachment=File(Hostile(method), name="a.pdf")),
    ):
        with pytest.raises(FileError, match=r"nothing is here|embedded null"):
            drive.do(call)
    with pytest.raises(FileError, match="embedded null"):
        drive.do(lambda: client.video.upload("a\0b", definition=16))


def test_what_goes_with_callbacks(drive: Drive) -> None:
    client = drive.client(envelope())
    post = client.callbacks.signed("class_event", {"room_id": 7, "op": "start", "op_time": "2026-11-28 08:00:00"})
    # They only help to explain errors.
    headers: list[Any] = [None, 5, [("content-type", "x")], Members(), {1: 2}, {"Content-Type": b"\xff"}, Odd("text/plain")]
    for given in headers:
        assert client.callbacks.parse(post.body, given).name == "class_event"
    assert client.callbacks.parse(Odd(post.body.decode()), {}).name == "class_event"
    with pytest.raises(InvalidParametersError, match="a dict, not a NoneType"):
        client.callbacks.signed("class_event", None)
    for extra in (5, "x", [1]):
        with pytest.raises(InvalidParametersError, match="extra"):
            drive.do(lambda extra=extra: client.links.enter_room(room_id=1, user_name="a", extra=extra))  # type: ignore[misc]


def test_a_client_is_closed_within_seconds(drive: Drive) -> None:
    client = drive.client(envelope({"title": "课"}))
    for within in ("5", None, True, timedelta(seconds=5)):
        with pytest.raises(MisuseError, match="within must be a number of seconds"):
            drive.do(partial(client.close, within))
    assert drive.do(lambda: client.room.info(room_id=1)).title == "课"


def test_an_assertion_of_an_executor_is_that_of_a_test(drive: Drive) -> None:
    def http(request: Request) -> Response:
        assert request.url == "something else", "this is no request that I know"
        return envelope()

    client = drive.client(http)
    with pytest.raises(AssertionError, match="no request that I know"):
        drive.do(lambda: client.room.info(room_id=1))
    assert client._runner.calls.engine.calls() == 0 and len(client.fake.requests) == 1


def test_everything_raised_is_ours(drive: Drive) -> None:
    client = drive.client(envelope())
    for call in (
        lambda: client.call("room.\ud83d"),
        lambda: client.call("room.info", {"\ud83d": 1}),
        lambda: client.call("room.info", [1]),
        lambda: client.room.info(room_id="\udc00"),
        lambda: client.call_path("/openapi/\ud83d"),
    ):
        with pytest.raises(BaijiayunError):
            drive.do(call)
    with pytest.raises(FileError, match="mode 'rb'"):
        with open(__file__) as file:
            drive.do(lambda: client.video.upload(file, definition=16))
    assert not client.fake.requests
