"""The tree of exceptions."""

from __future__ import annotations

import builtins
import copy
import pickle
import re
from typing import Any, get_args

import httpx
import pytest
from baijiayun import (
    ApiError,
    AsyncClient,
    BaijiayunError,
    Client,
    ConfigError,
    ConnectError,
    Details,
    ErrorKind,
    Fault,
    File,
    RoomNotFoundError,
    TimeoutError,
    Trace,
    TransportError,
    errors,
)
from conftest import KEY, ROOT, Drive, envelope


def kinds_of_the_core() -> set[str]:
    source = (ROOT / "core" / "src" / "error" / "kind.rs").read_text()
    body = source.split("pub fn as_str(self)")[1].split("\n    }\n")[0]
    return set(re.findall(r'=> "(\w+)"', body))


def test_every_kind_of_the_core_has_its_exception() -> None:
    assert kinds_of_the_core() == set(errors.CLASSES) == set(get_args(ErrorKind))
    for exception in errors.CLASSES.values():
        assert issubclass(exception, BaijiayunError)
        assert errors.CLASSES[exception.default_kind] is exception


def test_the_tree() -> None:
    assert issubclass(RoomNotFoundError, ApiError)
    assert issubclass(ConnectError, TransportError) and issubclass(TimeoutError, TransportError)
    assert issubclass(TimeoutError, builtins.TimeoutError)
    public = {name for name in errors.__all__ if name.endswith("Error")}
    assert {exception.__name__ for exception in errors.CLASSES.values()} | {"BaijiayunError"} == public | {
        "BaijiayunError"
    }
    import baijiayun

    assert all(getattr(baijiayun, name) is getattr(errors, name) for name in public)


@pytest.mark.parametrize("exception", sorted(set(errors.CLASSES.values()), key=str))
def test_errors_can_be_pickled_and_copied(exception: type[BaijiayunError]) -> None:
    error = exception(
        "all of it",
        operation="room.info",
        message="msg",
        hint="do",
        code=5,
        ts=6,
        status=200,
        faults=[Fault("a", "missing", "is missing")],
        body="{}",
        trace=Trace(1, 2),
        video_id=7,
    )
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is exception
        assert vars(again) == vars(error)
        assert str(again) == str(error) == "all of it"
        assert again.args == error.args


def test_errors_of_your_own() -> None:
    error = ConnectError("no route")
    assert (error.kind, error.message, error.faults, error.trace) == ("connect", "no route", (), None)
    assert repr(error) == "ConnectError('no route')"


@pytest.mark.parametrize(
    "settings",
    [
        {"domain": ""},
        {"domain": "not a domain"},
        {"partner_id": ""},
        {"partner_key": ""},
        {"partner_key": None},
        {"partner_key": 5},
        {"partner_key": KEY.encode()},
        {"http": 5},
        {"http": httpx.Client()},
        {"callback_keys": "one"},
        {"callback_keys": [5]},
        {"callback_keys": [object()]},
        {"paths": {"room.nothing": "/openapi/a"}},
        {"paths": {"room.create": "https://evil"}},
        {"paths": "no/such/file"},
        {"quota": (1, 2, 3)},
        {"quota": "a"},
        {"attempts": -1},
    ],
)
def test_wrong_configurations(settings: dict[str, Any]) -> None:
    for client in (Client, AsyncClient):
        with pytest.raises((ConfigError, errors.UnknownOperationError)) as caught:
            client(**{"domain": "demo", "partner_id": "1", "partner_key": KEY, **settings})
        assert KEY not in repr(caught.value) and KEY not in str(vars(caught.value))


def test_nothing_shows_the_key(drive: Drive) -> None:
    secret = "a-very-secret-key"
    client = drive.client(envelope(None, 1002, "签名计算错误"), partner_key=secret, callback_keys=[secret + "2"])
    seen = [client, client.room, client.video, client.callbacks, client.links, client.room.list(), client._runner]
    seen += [client.request("room.info", {"room_id": 1}), client._runner.calls, client._runner.calls.engine]
    with pytest.raises(BaijiayunError) as caught:
        drive.do(lambda: client.room.info(room_id=1))
    seen += [caught.value, vars(caught.value), client.fake.requests[0], Details(), File(secret.encode())]
    assert all(secret not in repr(value) for value in seen)
    assert repr(client) in ("Client('demo', '12345678')", "AsyncClient('demo', '12345678')")


def test_the_original_error_does_not_show_the_address_of_a_get(drive: Drive) -> None:
    client = drive.client(lambda request: OSError(f"cannot reach {request.url}"))
    with pytest.raises(TransportError) as caught:
        drive.do(lambda: client.call_path("/openapi/x", {"a": 1}, method="GET", options={"attempts": 1}))
    assert "sign=" not in str(caught.value) and "the address" in caught.value.message
