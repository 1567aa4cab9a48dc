"""A backend of an online school: rooms for its teachers, and what happens in them."""

import asyncio
import os
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from typing import Annotated, Any

from account import open_client
from baijiayun import (
    AsyncClient,
    BaijiayunError,
    InvalidParametersError,
    RoomDeletedError,
    RoomNotFoundError,
    ThrottledError,
)
from baijiayun.callbacks import ClassEventCallback, Event
from baijiayun.types import RoomListItem
from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from inbox import Inbox, log
from pydantic import BaseModel, Field

BEIJING = timezone(timedelta(hours=8))


class NewRoom(BaseModel):
    """A room to be. A time without a time zone is Beijing time."""

    title: str = Field(min_length=1, max_length=50)
    start_time: datetime
    end_time: datetime
    max_users: int | None = Field(None, gt=0)


class Created(BaseModel):
    """A new room. Ids have more digits than JavaScript's numbers: browsers get them as text."""

    room_id: str
    teacher_code: str | None
    student_code: str | None


class Room(BaseModel):
    """A room of the list."""

    room_id: str
    title: str | None
    start_time: datetime | None


def client_of(request: Request) -> AsyncClient:
    """The client that the application opened."""
    client: AsyncClient = request.app.state.client
    return client


OurClient = Annotated[AsyncClient, Depends(client_of)]


def create_app(open_client: Callable[[], AsyncClient] = open_client) -> FastAPI:
    """The application. `uvicorn --factory app:create_app` runs it."""
    happened: deque[dict[str, Any]] = deque(maxlen=100)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_client() as client:
            app.state.client = client
            app.state.inbox = Inbox(client, work)
            worker = asyncio.create_task(app.state.inbox.work_off())
            if callback_url := os.environ.get("CALLBACK_URL"):
                await client.live_account.set_class_callback_url(url=callback_url)
            yield
            # What was answered with success is not posted again.
            await app.state.inbox.waiting.join()
            worker.cancel()

    async def work(event: Event) -> None:
        """Here your own work begins."""
        if isinstance(event, ClassEventCallback):
            happened.append({"room_id": str(event.data.room_id), "what": event.data.op, "when": event.data.op_time})
        else:
            log.info("%s has no work here", event.name)

    app = FastAPI(title="Classroom", lifespan=lifespan)

    @app.post("/rooms", status_code=201)
    async def create_room(room: NewRoom, client: OurClient) -> Created:
        created = await client.room.create(
            title=room.title, start_time=room.start_time, end_time=room.end_time, max_users=room.max_users
        )
        return Created(
            room_id=str(created.room_id), teacher_code=created.teacher_code, student_code=created.student_code
        )

    @app.get("/rooms")
    async def list_rooms(client: OurClient) -> list[Room]:
        return [shown(room) async for room in client.room.list()]

    @app.delete("/rooms/{room_id}", status_code=204)
    async def delete_room(room_id: str, client: OurClient) -> None:
        await client.room.delete(room_id=room_id)

    @app.get("/events")
    async def list_events() -> list[dict[str, Any]]:
        return list(happened)

    @app.post("/callbacks")
    async def receive(request: Request) -> Response:
        inbox: Inbox = app.state.inbox
        return await inbox.receive(request)

    @app.exception_handler(BaijiayunError)
    async def refuse(request: Request, error: BaijiayunError) -> JSONResponse:
        log.warning("%s", error)
        status, message = answer_to(error)
        return JSONResponse({"detail": message}, status)

    return app


def shown(room: RoomListItem) -> Room:
    """What is told of a room."""
    start = None if room.start_time is None else datetime.fromtimestamp(room.start_time, BEIJING)
    return Room(room_id=str(room.room_id), title=room.title, start_time=start)


def answer_to(error: BaijiayunError) -> tuple[int, str]:
    """The status and the words for an error. Its own text is for the log: it may say more than users should read."""
    if isinstance(error, (RoomNotFoundError, RoomDeletedError)):
        return 404, "没有这个教室，或者已被删除"
    if isinstance(error, InvalidParametersError):
        return 422, "; ".join(f"{fault.parameter}: {fault.message}" for fault in error.faults)
    if isinstance(error, ThrottledError):
        return 503, "现在请求太多，请稍后再试"
    return 502, "百家云服务暂时不可用"
