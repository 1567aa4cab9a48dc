"""Lists, page by page."""

from __future__ import annotations

import json
from typing import Any

import pytest
from baijiayun import InvalidParametersError, Page, RoomNotFoundError
from baijiayun.http import Request, Response
from baijiayun.types import RoomListItem, RoomListResult
from conftest import Drive, envelope, forms


def rooms(total: int, told: bool = True) -> Any:
    """An account with so many rooms."""

    def answer(request: Request) -> Response:
        form = forms([request])[0]
        page, limit = int(form.get("page", 1)), int(form.get("limit", 100))
        rows = [{"room_id": str(number)} for number in range(total)][(page - 1) * limit : page * limit]
        return envelope({"list": rows, **({"total": total} if told else {})})

    return answer


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize(("total", "pages"), [(0, 1), (3, 2), (4, 2), (7, 3)])
def test_all_rows(drive: Drive, total: int, pages: int, told: bool) -> None:
    client = drive.client(rooms(total, told))
    rows = drive.gather(lambda: client.room.list(limit=3))
    assert [row.room_id for row in rows] == list(range(total))
    assert all(isinstance(row, RoomListItem) for row in rows)
    # A full first page may be followed by more, whatever the total says: some count the rows of the page.
    # A short page is no end: only an empty one is, where no total is told.
    asked = pages if told or total % 3 == 0 else pages + 1
    assert [form["page"] for form in forms(client.fake.requests)] == [str(page + 1) for page in range(asked)]


def test_nothing_is_asked_before_it_is_needed(drive: Drive) -> None:
    client = drive.client(rooms(100))
    pages = client.room.list(limit=10)
    assert repr(pages) in ("<Pages of room.list>", "<AsyncPages of room.list>")
    assert not client.fake.requests

    if drive.is_async:

        async def some() -> list[int]:
            found: list[int] = []
            async for room in pages:
                found.append(room.room_id)
                if len(found) == 12:
                    break
            return found

        drive.do(some)
    else:
        for number, _ in enumerate(pages):
            if number == 11:
                break
    assert len(client.fake.requests) == 2


def test_one_page(drive: Drive) -> None:
    client = drive.client(rooms(25))
    page = drive.do(lambda: client.room.list(page=3, limit=10).page())
    assert isinstance(page, Page) and isinstance(page.data, RoomListResult)
    assert [room.room_id for room in page] == [20, 21, 22, 23, 24] == [row.room_id for row in page.rows]
    assert (len(page), page.total, repr(page)) == (5, 25, "<Page 3 of 5 rows, 25 in all>")
    assert len(client.fake.requests) == 1


def test_pages_from_one_on(drive: Drive) -> None:
    client = drive.client(rooms(25))
    pages = drive.gather(lambda: client.room.list(page=2, limit=10).pages())
    assert [(len(page), page.total) for page in pages][:2] == [(10, 25), (5, 25)]
    assert sum(map(len, pages)) == 15


def test_a_list_can_be_walked_again(drive: Drive) -> None:
    client = drive.client(rooms(5))
    pages = client.room.list(limit=3)
    assert len(drive.gather(lambda: pages)) == len(drive.gather(lambda: pages)) == 5


def test_a_list_by_name(drive: Drive) -> None:
    client = drive.client(rooms(5))
    assert [row["room_id"] for row in drive.gather(lambda: client.pages("room.list", {"limit": 2}))] == [0, 1, 2, 3, 4]
    page = drive.do(lambda: client.pages("room.list").page())
    assert page.data["total"] == 5 and len(page) == 5


def test_a_service_that_ignores_the_page(drive: Drive) -> None:
    client = drive.client(envelope({"list": [{"room_id": 1}, {"room_id": 2}]}))
    assert len(drive.gather(lambda: client.room.list(limit=2))) == 2
    assert len(client.fake.requests) == 2


def test_a_list_that_is_the_data_itself(drive: Drive) -> None:
    rows = [[{"room_id": "1"}, {"room_id": "2"}], [{"room_id": "3"}]]
    client = drive.client(*map(envelope, rows))
    assert [row.room_id for row in drive.gather(lambda: client.room.list_patrol_rooms(page_size=2))] == [1, 2, 3]
    client = drive.client(envelope([{"room_id": "1"}]))
    by_name = drive.gather(lambda: client.pages("room.list_patrol_rooms", {"page_size": 2}))
    assert [row["room_id"] for row in by_name] == [1]


def test_an_answer_without_the_list(drive: Drive) -> None:
    answers: list[object] = [{}, [], None, {"list": None}, {"list": {}}]
    for data in answers:
        client = drive.client(envelope(data))
        assert drive.gather(lambda: client.room.list()) == []
        assert drive.gather(lambda: client.pages("room.list")) == []


def test_errors_come_when_the_page_does(drive: Drive) -> None:
    client = drive.client(envelope({"list": [{"room_id": 1}]}), envelope(None, 3001, "no"))
    with pytest.raises(RoomNotFoundError):
        drive.gather(lambda: client.room.list(limit=1))
    with pytest.raises(InvalidParametersError, match="pages"):
        drive.do(lambda: client.pages("room.info", {"room_id": 1}).page())


def test_each_page_has_the_options(drive: Drive) -> None:
    client = drive.client(rooms(4))
    options: Any = {"extra": {"new": "x"}, "attempt_timeout": 3}
    drive.gather(lambda: client.room.list(limit=2, options=options))
    assert [form["new"] for form in forms(client.fake.requests)] == ["x", "x"]
    assert json.loads(json.dumps(options)) == {"extra": {"new": "x"}, "attempt_timeout": 3}
