"""What comes back, as other libraries want it; and what is known about it besides."""

from __future__ import annotations

import dataclasses
import json
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from baijiayun import BEIJING, Details, InvalidParametersError, days
from baijiayun.http import Request, Response
from baijiayun.types import RoomInfoResult, RoomListItem
from conftest import Drive, envelope, forms

ROOM = RoomListItem(
    room_id=26010110000000,
    title="第一课",
    start_time=1893456000,
    end_time=0,
    create_time=1795367038,
    type=2,
    max_users=0,
    admin_code="a",
    teacher_code="b",
    student_code="c",
)


def test_as_dicts() -> None:
    assert ROOM.to_dict()["title"] == "第一课" and None not in ROOM.to_dict().values()
    whole = ROOM.to_dict(none=True)
    assert whole.keys() == {field.name for field in dataclasses.fields(ROOM)}
    assert whole["title"] == "第一课"


def test_as_dataclasses() -> None:
    asdict: Any = dataclasses.asdict
    assert asdict(ROOM) == ROOM.to_dict(none=True)
    assert json.loads(json.dumps([ROOM], default=asdict))[0]["room_id"] == 26010110000000


def test_in_pandas() -> None:
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame([ROOM, ROOM])
    assert list(table["title"]) == ["第一课", "第一课"] and table["room_id"].sum() == 2 * 26010110000000


def test_pages_in_pandas(drive: Drive) -> None:
    pandas = pytest.importorskip("pandas")
    client = drive.client(envelope({"list": [{"room_id": 1, "title": "a"}], "total": 1}))
    page = drive.do(lambda: client.room.list().page())
    assert list(pandas.DataFrame(page)["title"]) == ["a"]


def test_in_pydantic_and_fastapi() -> None:
    pydantic = pytest.importorskip("pydantic")
    fastapi = pytest.importorskip("fastapi")
    from fastapi.encoders import jsonable_encoder

    class Lesson(pydantic.BaseModel):  # type: ignore[misc,name-defined,unused-ignore]
        room: RoomListItem

    lesson = Lesson(room=ROOM)
    assert lesson.model_dump()["room"]["title"] == "第一课"
    assert Lesson.model_validate_json(lesson.model_dump_json()).room == ROOM
    with pytest.raises(pydantic.ValidationError, match="Object missing required field|Expected"):
        Lesson(room={"title": ["a"]})
    assert "title" in Lesson.model_json_schema()["properties"]["room"]["properties"]
    assert jsonable_encoder([ROOM])[0]["title"] == "第一课"

    app: Any = fastapi.FastAPI()

    def typed() -> list[RoomListItem]:
        return [ROOM]

    def plain() -> Any:
        return {"room": ROOM}

    app.get("/typed")(typed)
    app.get("/plain", response_model=None)(plain)

    paths = app.openapi()["paths"]
    schema = paths["/typed"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert "title" in schema["items"]["properties"]
    for path in ("/typed", "/plain"):
        body = asgi(app, path)
        assert "第一课" in json.dumps(json.loads(body), ensure_ascii=False)


def asgi(app: Any, path: str) -> bytes:
    import anyio
    import httpx

    async def ask() -> bytes:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            return (await client.get(path)).content

    return anyio.run(ask)


def test_times() -> None:
    assert ROOM.times.start_time == datetime(2030, 1, 1, 8, tzinfo=BEIJING) and ROOM.times.end_time is None
    assert "start_time=2030-01-01 08:00:00+08:00" in repr(ROOM.times) and "title" not in dir(ROOM.times)
    with pytest.raises(AttributeError, match="RoomListItem has no time title; its times are: create_time, end_time, start_time"):
        ROOM.times.title  # noqa: B018


def test_times_that_are_texts() -> None:
    from baijiayun._times import as_datetime

    assert as_datetime("2026-08-18 14:00:00") == datetime(2026, 8, 18, 14, tzinfo=BEIJING)
    for nothing in ("0000-00-00 00:00:00", "", 0, None, "soon", 1 << 60):
        assert as_datetime(nothing) is None


def test_days() -> None:
    found = list(days(date(2026, 2, 28), date(2026, 3, 1)))
    assert [str(begin) for begin, _ in found] == ["2026-02-28 00:00:00+08:00", "2026-03-01 00:00:00+08:00"]
    assert [str(end) for _, end in found] == ["2026-02-28 23:59:59+08:00", "2026-03-01 23:59:59+08:00"]
    # 17:00 in London is the next day in Beijing.
    late = datetime(2026, 2, 28, 17, tzinfo=timezone.utc)
    assert [begin.date() for begin, _ in days(late)] == [date(2026, 3, 1)]
    assert list(days(date(2026, 3, 2), date(2026, 3, 1))) == []
    assert all(end - begin == timedelta(seconds=86399) for begin, end in found)


def test_typed_and_raw_data_of_one_call(drive: Drive) -> None:
    client = drive.client(envelope({"title": "a", "room_id": "x", "new": {"y": ["1"]}}))
    details = Details()
    assert Details().data is None
    room = drive.do(lambda: client.room.info(room_id=17, options={"details": details}))
    assert isinstance(room, RoomInfoResult) and room.title == "a"
    assert details.data["title"] == "a" and details.data["new"] == {"y": ["1"]}
    assert "room_id" in [departure.path for departure in details.departures]


def test_the_numbers_of_pages(drive: Drive) -> None:
    def answer(request: Request) -> Response:
        page = int(forms([request])[0]["page"])
        rows = [{"room_id": 10 * page + row} for row in range(2)] if page < 6 else []
        return envelope({"list": rows, "total": 10})

    client = drive.client(answer)
    if drive.is_async:
        pages = drive.gather(lambda: client.room.list(page=3, limit=2).pages())
    else:
        pages = list(client.room.list(page=3, limit=2).pages())
    assert [page.number for page in pages][:3] == [3, 4, 5]
    assert drive.do(lambda: client.room.list(limit=2).page()).number == 1
    again = drive.do(lambda: client.room.list(page=pages[1].number, limit=2).page())
    assert [row.room_id for row in again] == [row.room_id for row in pages[1]]


def test_other_options_for_all_calls(drive: Drive) -> None:
    client = drive.client(Response(503, b""), attempts=2)
    once = client.with_options(attempts=1, timeout=5)
    with pytest.raises(Exception, match="503"):
        drive.do(lambda: once.room.info(room_id=1))
    assert len(client.fake.requests) == 1 and client.fake.requests[0].timeout == 5
    with pytest.raises(Exception, match="503"):
        # Those of the call go before them, whichever of its two names a time has.
        drive.do(lambda: once.with_options(deadline=7).room.info(room_id=1, options={"attempts": 2}))
    assert len(client.fake.requests) == 3 and client.fake.requests[1].timeout == 7
    with pytest.raises(InvalidParametersError, match="no option dead_line"):
        client.with_options(dead_line=3)
    # What belongs to the account is the same.
    assert once.callbacks is client.callbacks and once._runner.calls is client._runner.calls
    assert repr(once) == repr(client) and once.room is not client.room
    drive.do(once.close)
    with pytest.raises(Exception, match="closed"):
        drive.do(lambda: client.room.info(room_id=1))


def test_a_timeout_is_a_deadline(drive: Drive) -> None:
    client = drive.client(envelope({}), timeout=4)
    drive.do(lambda: client.room.info(room_id=1))
    drive.do(lambda: client.room.info(room_id=1, options={"timeout": 3}))
    assert [request.timeout for request in client.fake.requests] == [4, 3]
    with pytest.raises(InvalidParametersError, match="another name"):
        drive.do(lambda: client.room.info(room_id=1, options={"timeout": 3, "deadline": 3}))


def test_a_line_of_the_log_for_each_call(drive: Drive, caplog: pytest.LogCaptureFixture) -> None:
    client = drive.client(Response(503, b""), envelope({"title": "课"}), envelope(None, 3001, "no"))
    with caplog.at_level("DEBUG", "baijiayun"):
        drive.do(lambda: client.room.info(room_id=26112800000077))
        with pytest.raises(Exception, match="3001"):
            drive.do(lambda: client.room.info(room_id=78))
    told = [record.getMessage() for record in caplog.records]
    assert [line.partition(" after ")[0].partition(" in ")[0] for line in told] == [
        "room.info: tries again",
        "room.info: done",
        "room.info: room_not_found",
    ]
    assert "2 requests" in told[1] and not any("26112800000077" in line or "课" in line for line in told)
