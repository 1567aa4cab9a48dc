"""What parameters take, and what they become."""

from __future__ import annotations

import json
from collections import OrderedDict, UserDict
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from pathlib import Path
from typing import Any

import pytest
from baijiayun import Client, InvalidParametersError
from baijiayun._params import write
from baijiayun.http import Request, Response
from baijiayun.types import RoomListGroupCodesStudent
from conftest import KEY, envelope, forms

NEW_YORK = timezone(timedelta(hours=-4))


def written(**params: Any) -> Any:
    found, files = write("room.create", params)
    assert not files
    return json.loads(found)


def form(operation: str, **params: Any) -> dict[str, str]:
    """What is sent for these parameters."""
    sent: list[Request] = []

    def http(request: Request) -> Response:
        sent.append(request)
        return envelope({})

    resource, method = operation.split(".")
    getattr(getattr(Client("demo", "1", KEY, http=http), resource), method)(**params)
    return forms(sent)[0]


@pytest.mark.parametrize(
    ("moment", "unix"),
    [
        (datetime(2017, 8, 1, 15, 24, 48), 1501572288),
        (datetime(2017, 8, 1, 7, 24, 48, tzinfo=timezone.utc), 1501572288),
        (datetime(2017, 8, 1, 3, 24, 48, 999_999, tzinfo=NEW_YORK), 1501572288),
        (date(2017, 8, 1), 1501516800),
        (datetime(1970, 1, 1, 0, 0, 1, 999_999, tzinfo=timezone.utc), 1),
        (1501572288, 1501572288),
        ("1501572288", 1501572288),
    ],
)
def test_moments_where_unix_seconds_are_taken(moment: Any, unix: int) -> None:
    assert form("room.create", title="a", start_time=moment, end_time=1)["start_time"] == str(unix)


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2024, 2, 29), "2024-02-29"),
        (datetime(2024, 2, 29, 23, 30), "2024-02-29"),
        # It is the next day in Beijing.
        (datetime(2024, 2, 28, 16, 0, tzinfo=timezone.utc), "2024-02-29"),
        ("2024-02-29", "2024-02-29"),
    ],
)
def test_days(day: Any, text: str) -> None:
    assert form("room.get_code_usage", room_id=1, date=day, code="a")["date"] == text


def test_numbers_flags_and_lists() -> None:
    class Kind(IntEnum):
        LARGE = 2

    class Name(str, Enum):
        CLASSIC = "classic"

    sent = form(
        "room.create",
        title="a",
        start_time=1,
        end_time=2,
        type=Kind.LARGE,
        is_long_term=True,
        is_mock_live=False,
        mock_room_id="9223372036854775807",
        mock_video_id=9223372036854775807,
        template_name=Name.CLASSIC,
    )
    assert (sent["type"], sent["is_long_term"], sent["is_mock_live"], sent["template_name"]) == ("2", "1", "0", "classic")
    assert sent["mock_room_id"] == sent["mock_video_id"] == "9223372036854775807"
    for definition in ([16, 1], (16, 1), iter([16, 1]), {16: "", 1: ""}.keys(), "16,1"):
        assert form("video.get_upload_url", file_name="a", definition=definition)["definition"] == "16,1"
    assert form("video.get_upload_url", file_name="a", definition=16)["definition"] == "16"


def test_what_is_not_given() -> None:
    sent = form("room.create", title="", start_time=1, end_time=2, type=None)
    assert "type" not in sent and sent["title"] == ""
    assert write("room.list", None) == (b"", {}) == write("room.list", {})


def test_values_inside_json() -> None:
    value = OrderedDict(a=[None, 1.5, {"b": (1, "x")}], c=UserDict({"d": Decimal("1.50")}), e={2: {3}})
    assert written(x=value)["x"] == {"a": [None, 1.5, {"b": [1, "x"]}], "c": {"d": "1.50"}, "e": {"2": [3]}}
    code = RoomListGroupCodesStudent(user_role=0, url="一", code="b")
    assert written(x=code)["x"] == {"user_role": 0, "url": "一", "code": "b"}
    assert written(x=[datetime(2017, 8, 1, 15, 24, 48)])["x"] == [1501572288]


class Seven:
    """A number of another library, such as numpy's."""

    def __index__(self) -> int:
        return 7

    __int__ = __index__


def test_numbers_of_other_libraries() -> None:
    assert written(x=Seven()) == {"x": 7}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (float("nan"), "is not a finite number"),
        ([float("inf")], "is not a finite number"),
        (print, "cannot be of type builtin"),
        ([b"bytes"], "where none is taken"),
        ("half a \ud83d", "cannot be sent"),
        ({"half a": ["\udc83"]}, "cannot be sent"),
    ],
)
def test_what_cannot_be_sent(value: Any, words: str) -> None:
    with pytest.raises(InvalidParametersError, match=words) as caught:
        write("room.create", {"title": value, "type": object(), "end_time": 5})
    assert {fault.parameter: words in fault.message for fault in caught.value.faults} == {"title": True, "type": False}
    assert caught.value.operation == "room.create" and caught.value.kind == "invalid_parameters"


def test_something_that_holds_itself() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(InvalidParametersError, match="title"):
        write("room.create", {"title": loop})


def test_the_engine_names_all_faults() -> None:
    client = Client("demo", "1", KEY)
    with pytest.raises(InvalidParametersError) as caught:
        client.room.create(title=1.5, start_time="soon", end_time=2**70)  # type: ignore[arg-type]
    assert [fault.parameter for fault in caught.value.faults] == ["title", "start_time", "end_time"]
    with pytest.raises(InvalidParametersError) as caught:
        client.call("room.create", {"tilte": "a"})
    assert {(fault.parameter, fault.kind) for fault in caught.value.faults} == {
        ("tilte", "unknown"),
        ("title", "missing"),
        ("start_time", "missing"),
        ("end_time", "missing"),
    }


def test_files_among_parameters(tmp_path: Path) -> None:
    path = tmp_path / "背景.png"
    path.write_bytes(b"123")
    found, files = write("room.create", {"a": path, "b": b"12", "c": path.open("rb")})
    assert json.loads(found) == {
        "a": {"name": "背景.png", "size": 3, "source": "0"},
        "b": {"name": "file", "size": 2, "source": "1"},
        "c": {"name": "背景.png", "size": 3, "source": "2"},
    }
    assert list(files) == ["0", "1", "2"]
