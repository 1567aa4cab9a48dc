"""Requests and answers, as executors take and give them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Optional, Union, cast

from ._multipart import Streamed
from ._version import DISTRIBUTION, version

MAX_ANSWER = 8 << 20
"""Answers of more bytes are refused if nothing is said."""


class Request:
    """A signed request. It may hold passwords: do not log it."""

    __slots__ = (
        "answer_timeout",
        "body",
        "headers",
        "is_waiting",
        "max_answer",
        "method",
        "stall_timeout",
        "timeout",
        "url",
    )

    def __init__(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        body: Union[bytes, Streamed, None],
        timeout: float,
        stall_timeout: float,
        answer_timeout: Optional[float] = None,
        max_answer: int = MAX_ANSWER,
    ) -> None:
        self.method: str = method
        """`GET` or `POST`."""
        self.url: str = url
        """The address. That of a GET is signed."""
        self.headers: dict[str, str] = headers
        """The headers, also content-type and content-length."""
        self.body: Union[bytes, Streamed, None] = body
        """The form; with files, or for a chunk of one, an object that gives the bytes bit by bit, also to `async for`."""
        self.timeout: float = timeout
        """How long to wait for the answer, in seconds. After that the call goes on without it."""
        self.stall_timeout: float = stall_timeout
        """How long nothing may move while the body is sent, in seconds."""
        self.answer_timeout: float = timeout if answer_timeout is None else min(timeout, answer_timeout)
        """How long nothing may come once the body is sent, in seconds."""
        self.max_answer: int = max_answer
        """Most bytes to read of the answer, decoded."""
        self.is_waiting: bool = False
        """An executor sets it while the request waits for a connection, so that none of it has gone out."""

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.url.partition('?')[0]}>"


class Response:
    """What was answered."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, body: bytes, headers: Optional[Mapping[str, str]] = None) -> None:
        """`retry-after` and `location` are the headers that matter."""
        self.status: int = status
        self.body: bytes = body
        self.headers: Mapping[str, str] = {} if headers is None else headers

    def __repr__(self) -> str:
        size = f"{len(self.body)} bytes" if isinstance(cast("object", self.body), bytes) else "no bytes"
        return f"<Response {self.status}, {size}>"


def header(headers: Mapping[str, str], name: str) -> Optional[str]:
    """A header by its name in small letters, however the mapping has it."""
    try:
        value = headers.get(name)
        if value is None:
            value = next((headers[other] for other in headers if str(other).lower() == name), None)
        return None if value is None else str(value).encode(errors="replace").decode()
    except Exception:
        # It is an executor's: a header that cannot be read is none.
        return None


def own_headers() -> dict[str, str]:
    """What requests have besides their own headers."""
    return {"user-agent": f"{DISTRIBUTION}/{version()} python"}
