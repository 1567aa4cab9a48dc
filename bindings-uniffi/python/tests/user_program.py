"""A program of somebody who uses the package. mypy and pyright read it, strictly; nobody runs it.

Lines that are wrong say so, and the checkers complain if they are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any, Optional

import httpx
from baijiayun import (
    ApiError,
    AsyncClient,
    AsyncPages,
    Client,
    Details,
    File,
    InvalidParametersError,
    Page,
    Pages,
    RoomNotFoundError,
    TimeoutError,
)
from baijiayun.callbacks import SUCCESS, ClassEventCallback, Event, TranscodeCallback, UnknownCallback, failure
from baijiayun.http import AsyncHttpxExecutor, HttpxExecutor, Request, Response, Urllib3Executor
from baijiayun.redis import AsyncRedisStore, RedisStore
from baijiayun.testing import Mock
from baijiayun.types import RoomCreateResult, RoomListItem, RoomListResult, UploadedVideo, VideoGetStatusResult
from typing_extensions import assert_type


def rooms(client: Client) -> Iterator[RoomListItem]:
    created = client.room.create(title="第一课", start_time=datetime.now(timezone.utc), end_time=date(2030, 1, 1))
    assert_type(created, RoomCreateResult)
    assert_type(created.student_code, str)
    pages = client.room.list(limit=100, options={"deadline": 5.5, "retry": "always"})
    assert_type(pages, Pages[RoomListResult, RoomListItem])
    assert_type(pages.page(), Page[RoomListResult, RoomListItem])
    assert_type(pages.page().total, Optional[int])
    for page in pages.pages():
        assert_type(page.data.list, list[RoomListItem])
    for room in pages:
        assert_type(room.room_id, int)
        yield room


def mistakes(client: Client) -> None:
    client.room.create(title="x", start_time=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.room.create("x", start_time=1, end_time=2)  # type: ignore[misc]  # pyright: ignore[reportCallIssue]
    client.room.info(room_id=[1])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.room.info(room_id=1, options={"dead": 1})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.room.info(room_id=1).tilte  # type: ignore[attr-defined]  # pyright: ignore
    client.room.info(room_id=1).title = "x"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    client.rooms  # type: ignore[attr-defined]  # pyright: ignore


async def with_await(client: AsyncClient) -> None:
    created = await client.room.create(title="第一课", start_time=1, end_time="2")
    assert_type(created, RoomCreateResult)
    pages = client.room.list()
    assert_type(pages, AsyncPages[RoomListResult, RoomListItem])
    async for room in pages:
        assert_type(room.title, str)
    assert_type(await pages.page(), Page[RoomListResult, RoomListItem])
    assert_type((await client.call("room.info", {"room_id": 1})).data, Any)
    assert_type(await client.links.enter_room(room_id=1, user_number=2, user_name="张三"), str)
    assert_type(await client.callbacks.claim(client.callbacks.parse(b"")), bool)


def videos(client: Client) -> VideoGetStatusResult:
    def progress(sent: int, size: int) -> None:
        print(sent, size)

    video = client.video.upload(Path("a.mp4"), definition=[16, 1], progress=progress, wait_for_transcoding=60)
    assert_type(video, UploadedVideo)
    assert_type(client.video.resume_upload(video.video_id, "a.mp4"), UploadedVideo)
    with open("a.mp4", "rb") as file:
        client.video.upload(file, definition=16)
    client.room.set_cover(room_id=1, web_bg_img=File(b"...", name="a.png"))
    return client.video.get_status(video_id=video.video_id)


def errors(client: Client) -> str:
    details = Details()
    try:
        client.room.delete(room_id=1, options={"details": details})
    except RoomNotFoundError as error:
        assert_type(error.code, Optional[int])
        return error.message
    except InvalidParametersError as error:
        return ", ".join(fault.parameter for fault in error.faults)
    except (ApiError, TimeoutError) as error:
        return f"{error.kind} {error.trace.attempts if error.trace else 0}"
    return str(details.trace)


def receive(client: Client, body: bytes, headers: httpx.Headers) -> str:
    event = client.callbacks.parse(body, headers)
    assert_type(event, Event)
    if not client.callbacks.claim(event):
        return SUCCESS
    if isinstance(event, ClassEventCallback):
        assert_type(event.data.op, str)
    elif isinstance(event, TranscodeCallback):
        assert_type(event.data.video_id, int)
    elif isinstance(event, UnknownCallback):
        assert_type(event.data, dict[str, Any])
    else:
        return failure("no idea")
    return SUCCESS


def clients() -> None:
    def send(request: Request) -> Response:
        answer = httpx.request(
            request.method,
            request.url,
            headers=request.headers,
            content=request.body,
            timeout=request.timeout,
        )
        return Response(answer.status_code, answer.content, answer.headers)

    async def send_and_wait(request: Request) -> Response:
        return Response(200, b"", {})

    Client("demo", 12345678, "key", http=send, store=RedisStore.from_url("redis://127.0.0.1"), quota=(100, 10))
    Client("demo", "12345678", signer=lambda text: text, quota=False, paths={"room.create": "/openapi/room/create"})
    Client("demo", "12345678", "key", http=HttpxExecutor(httpx.Client(verify=True)), paths=Path("paths.toml"))
    Client("demo", "12345678", "key", http=Urllib3Executor())
    AsyncClient("demo", "1", "key", http=send_and_wait, store=AsyncRedisStore.from_url("redis://127.0.0.1"))
    AsyncClient("demo", "1", "key", http=AsyncHttpxExecutor(httpx.AsyncClient()))
    AsyncClient("demo", "1", "key", http=send)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_a_lesson(baijiayun_mock: Mock) -> None:
    with baijiayun_mock.client(attempts=1) as client:
        assert_type(client, Client)
        assert list(rooms(client))
