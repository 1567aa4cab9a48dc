"""End to end, against `bjy mock`, which checks signatures and parameters as the service does."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

import anyio
import pytest
from baijiayun import AsyncClient, Client, Details, RoomDeletedError, RoomNotFoundError, SignatureError, TransportError
from baijiayun.testing import Mock, start_mock
from conftest import Drive

START = datetime.now() + timedelta(days=1)


def lesson(title: str = "第一课", days: int = 0) -> dict[str, Any]:
    start = START + timedelta(days=days)
    return {"title": title, "start_time": start, "end_time": start + timedelta(hours=1), "type": 2}


def test_a_lesson(drive: Drive, baijiayun_mock: Mock) -> None:
    client = drive.client(mock=baijiayun_mock)
    room = drive.do(lambda: client.room.create(**lesson()))
    assert room.room_id and room.student_code
    info = drive.do(lambda: client.room.info(room_id=room.room_id))
    assert (info.title, info.room_id) == ("第一课", int(room.room_id))
    assert drive.do(lambda: client.room.update(room_id=room.room_id, title="第二课")) is None
    code = drive.do(lambda: client.room.create_code(room_id=room.room_id, user_number=7))
    found = drive.do(lambda: client.room.get_code_info(code=code.student_code))
    assert found is not None
    titles = [row.title for row in drive.gather(lambda: client.room.list(limit=1))]
    assert titles == ["第二课"]
    drive.do(lambda: client.room.delete(room_id=room.room_id))
    with pytest.raises(RoomDeletedError) as caught:
        drive.do(lambda: client.room.info(room_id=room.room_id))
    assert caught.value.code == 3002
    with pytest.raises(RoomNotFoundError):
        drive.do(lambda: client.room.info(room_id=1))
    drive.do(client.close)


def test_a_long_list(drive: Drive, baijiayun_mock: Mock) -> None:
    client = drive.client(mock=baijiayun_mock)

    async def create_all() -> None:
        for number in range(12):
            await client.room.create(**lesson(f"课 {number}", number))

    if drive.is_async:
        drive.do(create_all)
    else:
        for number in range(12):
            client.room.create(**lesson(f"课 {number}", number))
    rows = drive.gather(lambda: client.room.list(limit=5))
    assert {row.title for row in rows} == {f"课 {number}" for number in range(12)} and len(rows) == 12


def test_a_wrong_key(drive: Drive, baijiayun_mock: Mock) -> None:
    kind: Any = AsyncClient if drive.is_async else Client
    client = kind(baijiayun_mock.url, baijiayun_mock.partner_id, "another key")
    with pytest.raises(SignatureError) as caught:
        drive.do(lambda: client.room.list().page())
    assert caught.value.code == 1002 and "partner_key" in str(caught.value)


@pytest.mark.parametrize(
    "misbehaviour",
    [
        ("--errors-every", "2"),
        ("--drops-every", "2"),
        ("--throttles-every", "2"),
        ("--html-every", "2"),
    ],
)
def test_a_service_that_fails_every_other_time(drive: Drive, misbehaviour: tuple[str, str]) -> None:
    with start_mock(*misbehaviour) as mock:
        client = drive.client(mock=mock)
        drive.set_clock(client)
        client._runner.calls.unix = time.time
        attempts = 0
        for _ in range(4):
            details = Details()
            rooms = client.room.list(options={"details": details, "attempts": 5})
            drive.do(rooms.page)
            assert details.trace is not None
            attempts += details.trace.attempts
    assert attempts > 4


def test_what_changes_something_is_not_repeated(drive: Drive) -> None:
    with start_mock("--drops-every", "1") as mock:
        client = drive.client(mock=mock)
        drive.set_clock(client)
        client._runner.calls.unix = time.time
        with pytest.raises(TransportError) as caught:
            drive.do(lambda: client.room.create(**lesson()))
    assert caught.value.trace is not None and caught.value.trace.attempts == 1


def test_loose_types(drive: Drive) -> None:
    with start_mock("--php-loose") as mock:
        client = drive.client(mock=mock)
        room = drive.do(lambda: client.room.create(**lesson()))
        info = drive.do(lambda: client.room.info(room_id=room.room_id))
        assert info.room_id == int(room.room_id) and isinstance(info.max_users, int)


def test_callbacks_of_the_mock_are_its_own(baijiayun_mock: Mock) -> None:
    client = baijiayun_mock.client()
    url = client.links.enter_room(room_id=1, user_number=2, user_name="张三")
    assert url.startswith(f"{baijiayun_mock.url}/web/room/enter?") and "sign=" in url


def test_many_calls_at_once(baijiayun_mock: Mock) -> None:
    async def main() -> int:
        async with baijiayun_mock.async_client() as client:
            found: list[int | None] = []

            async def one(number: int) -> None:
                found.append((await client.room.create(**lesson(f"课 {number}"))).room_id)

            async with anyio.create_task_group() as group:
                for number in range(15):
                    group.start_soon(one, number)
            return len(set(found))

    assert anyio.run(main) == 15


def test_a_mock_has_a_repr_without_its_key(baijiayun_mock: Mock) -> None:
    assert baijiayun_mock.partner_key not in repr(baijiayun_mock)


def test_the_limit_of_the_mock() -> None:
    from baijiayun import ThrottledError

    with start_mock("--rate", "1") as mock, mock.client(quota=False, attempts=1) as client:
        client.room.list().page()
        with pytest.raises(ThrottledError):
            client.room.list().page()
    with start_mock("--rate", "0") as mock, mock.client(quota=False, attempts=1) as client:
        for _ in range(201):
            client.room.list().page()
