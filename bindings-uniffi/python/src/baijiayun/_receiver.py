"""Callbacks: checked, read, and remembered."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from random import getrandbits
from threading import Lock
from typing import Any, Optional, Protocol, Union, cast

import msgspec

from ._boundary import ErrorFields, encode, read
from ._callback import Callback, UnknownCallback
from ._calls import Calls, undecodable
from ._exact import exact_text
from ._forks import on_fork
from ._message import header
from ._native import claim_script
from ._params import write
from .details import Departure
from .errors import CallbackError, InvalidParametersError, MisuseError
from .generated import callbacks as generated

TOLERANCE = 300
"""Seconds that the timestamp of a callback may differ from this machine's clock."""

CAPACITY = 100_000
"""Most claims that a process remembers, a few megabytes."""

CLAIM_SCRIPT = claim_script()

Event = Union[generated.KnownCallback, UnknownCallback]
"""A callback; `isinstance` or `match` tells which."""


class Headers(Protocol):
    """The headers of a request, whatever framework it came in by."""

    def get(self, key: str, /) -> Any: ...


class _Meta(msgspec.Struct):
    name: Optional[str] = None
    qid: str = ""
    timestamp: int = 0
    signature: str = ""
    hold: int = 0
    key: int = 0
    departures: list[Departure] = []


class _Parsed(msgspec.Struct):
    event: Optional[_Meta] = None
    data: msgspec.Raw = msgspec.Raw()
    error: Optional[ErrorFields] = None


_decoder = msgspec.json.Decoder(_Parsed)


class _Post(msgspec.Struct):
    body: str = ""
    content_type: str = ""
    error: Optional[ErrorFields] = None


_post_decoder = msgspec.json.Decoder(_Post)


class SignedPost:
    """A post for a test."""

    __slots__ = ("body", "headers")

    def __init__(self, body: bytes, headers: dict[str, str]) -> None:
        self.body: bytes = body
        """The body, as it is to be posted."""
        self.headers: dict[str, str] = headers
        """The headers, of which there is one: content-type."""

    def __repr__(self) -> str:
        return f"<SignedPost, {len(self.body)} bytes>"


class Receiver:
    """Checks and reads callbacks."""

    def __init__(self, calls: Calls, prefix: Optional[str]) -> None:
        self._calls = calls
        self._prefix = prefix or "baijiayun"
        self._recent = _Recent(calls)

    def parse(
        self,
        body: Union[bytes, str],
        headers: Union[Headers, str] = "",
        *,
        name: Optional[generated.CallbackName] = None,
        tolerance: Optional[float] = TOLERANCE,
        strict: Optional[bool] = None,
    ) -> Event:
        """Checks the signature of a post and reads it.

        Args:
            body: The body as it came, byte for byte, before any framework parsed it.
            headers: The headers, or the content type alone. It only helps to explain errors.
            name: Which callback it is, if it came to an address of its own. Otherwise it is told by its fields.
            tolerance: How many seconds its timestamp may differ from this machine's clock, either way; None if the
                clock does not matter. 300 if nothing is said.
            strict: Whether data that depart from the documents are a `DeparturesError`; as the client has it if nothing
                is said.

        Raises:
            CallbackError: It was not posted by the service, or was changed on the way. Refuse it.
        """
        content_type = exact_text(headers) if isinstance(headers, str) else header(cast("Mapping[str, str]", headers), "content-type") or ""
        options: dict[str, Any] = {} if name is None else {"name": str(name)}
        if strict is not None:
            options["strict"] = strict
        if tolerance is None:
            options["clock"] = False
        elif isinstance(cast("object", tolerance), (int, float)) and 0 <= tolerance < 1 << 53:
            options["tolerance"] = round(tolerance)
        else:
            raise MisuseError(f"tolerance must be a number of seconds from 0 up, or None, not {tolerance!r}")
        head = content_type.replace("\n", " ").encode(errors="replace")
        posted = b"%s\n%s\n%s" % (head, encode(options), _raw(body))
        written = self._calls.engine.callback(posted, int(self._calls.unix()))
        parsed = read(_decoder, written)
        if parsed.error is not None:
            raise parsed.error.error()
        return _event(parsed, written)

    def signed(
        self,
        name: Optional[generated.CallbackName],
        data: Mapping[str, Any],
        *,
        json: Optional[bool] = None,
        qid: Optional[str] = None,
        timestamp: Optional[int] = None,
    ) -> SignedPost:
        """A post as the service signs it, for tests of your own receiver:

            post = client.callbacks.signed("class_event", {"room_id": 7, "op": "start", "op_time": "2026-11-28 08:00:00"})
            response = app.test_client().post("/callbacks", data=post.body, headers=post.headers)

        Args:
            name: Which callback it is, None for one that no document describes.
            data: Its members, as they are to be posted.
            json: Whether it is posted as JSON; as documented if nothing is said.
            qid: Its id; a new one if nothing is said.
            timestamp: When it was signed, unix seconds; now if nothing is said.

        Raises:
            ConfigError: The client has no partner_key.
        """
        if not isinstance(cast("object", data), Mapping):
            raise InvalidParametersError(f"the data of a callback must be a dict, not a {type(data).__name__}")
        members, _ = write(name or "callback", data)
        asked: dict[str, Any] = {
            "name": name,
            "data": msgspec.Raw(members or b"{}"),
            "qid": qid if qid is not None or "qid" in data else f"test-{getrandbits(64):016x}",
            "timestamp": timestamp if timestamp is not None or "timestamp" in data else int(self._calls.unix()),
            "json": json,
        }
        given = encode({name: value for name, value in asked.items() if value is not None})
        post = _post_decoder.decode(self._calls.engine.signed_callback(given))
        if post.error is not None:
            raise post.error.error()
        return SignedPost(post.body.encode(), {"content-type": post.content_type})

    def _keys(self, event: Callback) -> list[str]:
        """They share a hash tag, so that a cluster keeps them together."""
        return [f"{self._prefix}:{{callbacks}}:qid:{event.qid}", f"{self._prefix}:{{callbacks}}:sign:{event.signature}"]


def _raw(body: object) -> bytes:
    if isinstance(body, str):
        return exact_text(body).encode(errors="surrogatepass")
    if isinstance(body, (bytes, bytearray)):
        return bytes(body)
    message = f"the body is a {type(body).__name__}, but must be the bytes that came"
    raise CallbackError(message, hint="pass them before any framework parses them")


def _event(parsed: _Parsed, written: bytes) -> Event:
    meta = parsed.event
    if meta is None:
        raise MisuseError("the engine gave no event")
    event, data = generated.CALLBACKS.get(meta.name or "", (UnknownCallback, dict[str, Any]))
    try:
        found: Any = read(msgspec.json.Decoder(data), bytes(parsed.data))
    except msgspec.ValidationError as error:
        raise undecodable(meta.name or "callback", error, written) from error
    made: Event = event(
        name=meta.name,
        qid=meta.qid,
        timestamp=meta.timestamp,
        signature=meta.signature,
        hold=meta.hold,
        key=meta.key,
        departures=meta.departures,
        data=found,
    )
    return made


def claimable(event: object) -> Callback:
    if isinstance(event, Callback):
        return event
    message = f"a {type(event).__name__} cannot be claimed"
    raise MisuseError(message, hint="give what `parse` returned: it is claimed by its qid and by its signature")


def owner_of_a_claim() -> int:
    """A number that no other claim has, so that nothing of another's is given back."""
    return getrandbits(53) + 1


class _Recent:
    """The claims of this process, of bounded number: beyond it the oldest are forgotten."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._lock = Lock()
        # By qid and by signature: the other id, and when the claim ends. The oldest stand first.
        self._qids: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._signatures: dict[str, str] = {}
        on_fork(self)

    def after_fork(self) -> None:
        """Another thread of the parent process may have held the lock."""
        self._lock = Lock()

    def claim(self, event: Callback) -> bool:
        now = self._calls.monotonic()
        with self._lock:
            while self._qids and (len(self._qids) >= CAPACITY or next(iter(self._qids.values()))[1] <= now):
                self._forget(next(iter(self._qids)))
            for qid in self._known(event):
                if self._qids[qid][1] > now:
                    return False
                self._forget(qid)
            self._qids[event.qid] = event.signature, now + event.hold
            self._signatures[event.signature] = event.qid
            return True

    def release(self, event: Callback) -> None:
        with self._lock:
            for qid in self._known(event):
                self._forget(qid)

    def _known(self, event: Callback) -> set[str]:
        """The claims that share an id with it."""
        return {event.qid, self._signatures.get(event.signature, event.qid)} & self._qids.keys()

    def _forget(self, qid: str) -> None:
        signature, _ = self._qids.pop(qid)
        self._signatures.pop(signature, None)
