"""A double of the service that runs, and what tests ask of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from http.client import HTTPConnection
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal, Optional, Union
from urllib.parse import urlsplit

import msgspec

if TYPE_CHECKING:
    from ._async.client import AsyncClient
    from ._sync.client import Client

Seconds = Union[float, timedelta]
"""A time, in seconds."""

MockAnswer = Mapping[str, Any]
"""What an operation answers in place of what the mock would: `{"data": ..}`, a refusal `{"code": .., "msg": ".."}`, an HTTP
answer `{"status": .., "body": ".."}`, a connection that is cut `{"drop": True}`, or with `{}` the mock's own."""


class Received(msgspec.Struct, frozen=True):
    """A request that the mock received."""

    path: str
    """The path it was sent to."""
    operation: Optional[str]
    """The operation of that path, for example `room.create`."""
    params: dict[str, str]
    """Its parameters as they were sent, without `sign`; those of files by the name of the file."""
    verdict: Literal["accepted", "refused", "misbehaved"]
    """What came of it."""
    code: Optional[int]
    """The code of a refusal."""
    msg: Optional[str]
    """Its message."""

    def __repr__(self) -> str:
        """With the names of the parameters only: their values may be passwords."""
        return f"Received({self.path!r}, {sorted(self.params)}, {self.verdict!r}, code={self.code})"


class PostedAnswer(msgspec.Struct, frozen=True):
    """What the receiver of a callback answered. It was taken with status 200 and code 0 in the body."""

    status: int
    """The HTTP status."""
    body: str
    """The body."""


class Posted(msgspec.Struct, frozen=True, kw_only=True):
    """A callback of the mock, signed as the service does it: `client.callbacks.parse(posted.body, posted.headers)`."""

    name: str
    """The callback, for example `class_event`."""
    url: str
    """Where it goes; empty if no address was set for it, and then it was not posted."""
    content_type: str
    """The header of that name."""
    body: bytes
    """The body."""
    attempt: int
    """1, or 2 and 3 where it was posted again since it was not taken."""
    at: Optional[float] = None
    """When it was posted, unix seconds by the mock's clock."""
    answer: Optional[PostedAnswer] = None
    """The answer; None while it is under way, and where there was none."""
    error: Optional[str] = None
    """Why there was no answer."""
    taken: bool = False
    """Whether the service takes it for taken."""

    @property
    def headers(self) -> dict[str, str]:
        """The headers that it is posted with."""
        return {"content-type": self.content_type}

    def __repr__(self) -> str:
        """Without the body, which is signed."""
        status = self.answer and self.answer.status
        return f"Posted({self.name!r}, {self.url!r}, attempt={self.attempt}, status={status}, taken={self.taken})"


class Mock(msgspec.Struct, frozen=True):
    """A double of the service that runs on this machine, with an account of its own.

    What it is asked for is waited for, `trigger` for the receiver too: with a receiver in the event loop of the test,
    `await asyncio.to_thread(mock.trigger, "class_event")`.
    """

    url: str
    """Its address, in place of a domain."""
    partner_id: str
    """The id of its account."""
    partner_key: str
    """The key of its account."""

    def __repr__(self) -> str:
        return f"Mock({self.url!r})"

    def client(self, **settings: Any) -> Client:
        """A client of it; `settings` are those of `Client`."""
        from ._sync.client import Client

        return Client(self.url, self.partner_id, self.partner_key, **settings)

    def async_client(self, **settings: Any) -> AsyncClient:
        """A client of it; `settings` are those of `AsyncClient`."""
        from ._async.client import AsyncClient

        return AsyncClient(self.url, self.partner_id, self.partner_key, **settings)

    def received(self) -> list[Received]:
        """The requests so far, the last 10,000 at most, the oldest first."""
        return msgspec.convert(self._ask("GET", "requests"), list[Received])

    def forget(self) -> None:
        """Forgets the requests and the callbacks so far."""
        self._ask("DELETE", "requests")
        self._ask("DELETE", "callbacks")

    def answers(self, given: Optional[Mapping[str, Union[MockAnswer, Sequence[MockAnswer]]]]) -> None:
        """What operations answer from now on, besides what was given before: an answer that is given each time, or a list
        of which each is given once. With None they answer by themselves again."""
        if given is None:
            self._ask("DELETE", "answers")
        else:
            self._ask("POST", "answers", given)

    def misbehave(
        self,
        *,
        latency: Seconds = 0,
        errors_every: int = 0,
        drops_every: int = 0,
        throttles_every: int = 0,
        throttles_with_200: bool = False,
        html_every: int = 0,
        php_loose: bool = False,
        uploads_break_at: Optional[int] = None,
        uploads_break_every: int = 0,
        uploads_keep_parts: bool = False,
        seed: int = 0,
    ) -> None:
        """What goes wrong from now on, in place of what did before; nothing if nothing is said. Requests are counted anew,
        and nothing is random.

        Args:
            latency: Each answer waits so long, in seconds.
            errors_every: Every n-th request is answered with HTTP 503.
            drops_every: The connection is cut instead of every n-th answer.
            throttles_every: Every n-th request is answered with HTTP 429.
            throttles_with_200: What is throttled has HTTP 200, and 429 in the envelope alone.
            html_every: Every n-th request is answered with a web page.
            php_loose: Answers have PHP's loose types.
            uploads_break_at: Uploads break off when so many bytes of the file have come.
            uploads_break_every: Uploads break off whenever a multiple of so many bytes have come.
            uploads_keep_parts: Bytes of a chunk that broke off are kept.
            seed: Where counting begins: with 1 and every third request, the second one is the first to fail.
        """
        faults = {
            "latency": round(_seconds("latency", latency) * 1000),
            "errors_every": errors_every,
            "drops_every": drops_every,
            "throttles_every": throttles_every,
            "throttles_with_200": throttles_with_200,
            "html_every": html_every,
            "php_loose": php_loose,
            "uploads_break_at": uploads_break_at,
            "uploads_break_every": uploads_break_every,
            "uploads_keep_parts": uploads_keep_parts,
            "seed": seed,
        }
        self._ask("POST", "misbehaviour", faults)

    def posted(self) -> list[Posted]:
        """The callbacks that were posted so far, or are about to be, the oldest first."""
        return [_posted(row) for row in self._ask("GET", "callbacks")]

    def trigger(self, name: str, fields: Optional[Mapping[str, Any]] = None) -> Posted:
        """Posts a callback as the service would, signed, to the address that was set for it
        (`client.live_account.set_class_callback_url`, `client.video_account.set_transcode_callback_url`), and waits for the
        answer, 5 s at most. `fields` that are not given are those of the printed example. Without an address it is returned
        only."""
        made = self._ask("POST", "callbacks", {"name": name, "fields": dict(fields or {})})
        if made["url"]:
            # When that is answered, what waited has been posted.
            self._advance(0)
            made = next((row for row in self._ask("GET", "callbacks") if row["id"] == made["id"]), made)
        return _posted(made)

    def now(self) -> float:
        """The mock's time, unix seconds."""
        now: float = self._ask("GET", "clock")["now"]
        return now

    def advance(self, seconds: Seconds) -> None:
        """Sets the mock's clock forward. What becomes due by that has happened when it is over: videos are transcoded,
        callbacks that were not taken are posted again, and answered."""
        self._advance(_seconds("seconds", seconds))

    def _advance(self, seconds: float) -> None:
        self._ask("POST", "clock", {"advance": seconds})

    def _ask(self, method: str, path: str, body: Optional[Mapping[str, Any]] = None) -> Any:
        """What the paths under `/_mock` answer.

        Raises:
            ValueError: The mock refused it, and says why.
        """
        content = None if body is None else json.dumps(body, allow_nan=False)
        connection = HTTPConnection(urlsplit(self.url).netloc)
        try:
            connection.request(method, f"/_mock/{path}", content)
            answer = connection.getresponse()
            written = answer.read()
        finally:
            connection.close()
        said: Any = json.loads(written) if written else None
        if answer.status >= 400:
            raise ValueError(said["error"])
        return said


def _seconds(name: str, given: object) -> float:
    if isinstance(given, timedelta):
        return given.total_seconds()
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        raise TypeError(f"{name} must be seconds or a timedelta, not a {type(given).__name__}")
    if not isfinite(given):
        raise ValueError(f"{name} must be seconds, not {given}")
    return given


def _posted(row: Mapping[str, Any]) -> Posted:
    status, at = row.get("status"), row.get("at")
    return Posted(
        name=row["name"],
        url=row["url"],
        content_type=row["content_type"],
        body=row["body"].encode(),
        attempt=row["attempt"],
        at=None if at is None else at / 1000,
        answer=None if status is None else PostedAnswer(status, row["answer"]),
        error=row.get("error"),
        taken=row.get("taken", False),
    )
