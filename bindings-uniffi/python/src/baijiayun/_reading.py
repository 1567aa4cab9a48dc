"""Reading answers as they come in: within their time and size, and unpacked bit by bit."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterable, Iterable, Iterator, Mapping
from typing import Any, Optional

from ._clock import monotonic
from ._message import Request, header
from .errors import AnswerError, TimeoutError, TransportError

CODINGS = "gzip, deflate"
"""What is asked for. Anything else, and two of them, one in the other, are refused."""

PIECE = 64 << 10
"""Most bytes that are unpacked at a time."""

SMALL = 4 << 10
"""Pieces of fewer bytes are put together."""


def read_body(request: Request, headers: Mapping[str, str], chunks: Iterable[bytes]) -> bytes:
    """The body of an answer, of which the bytes come as they were sent: unpacked, within the time and size of the request.

    Raises:
        AnswerError: It is longer than `request.max_answer`; then it is not read to its end.
        TimeoutError: It did not come within `request.timeout`, counted from here.
        TransportError: It is in a coding that nobody asked for, or cannot be unpacked.
    """
    incoming = Incoming(request, headers)
    try:
        for chunk in chunks:
            incoming.take(chunk)
        return incoming.whole()
    finally:
        # An error keeps the frames that it came by.
        incoming.clear()


async def read_async_body(request: Request, headers: Mapping[str, str], chunks: AsyncIterable[bytes]) -> bytes:
    """The same to be awaited."""
    incoming = Incoming(request, headers)
    try:
        async for chunk in chunks:
            incoming.take(chunk)
        return incoming.whole()
    finally:
        incoming.clear()


class Incoming:
    """An answer as it comes in."""

    def __init__(self, request: Request, headers: Mapping[str, str]) -> None:
        """The headers have come: the time of the request counts from here."""
        self.end = monotonic() + request.timeout
        self._pieces: list[bytes] = []
        self._small = bytearray()
        self._size = 0
        self._most = request.max_answer
        coding = header(headers, "content-encoding")
        self._packing = None if coding is None else _packing(coding)
        length = (header(headers, "content-length") or "").strip()
        if self._packing is None and length.isascii() and length.isdigit() and int(length[:18]) > self._most:
            raise self._too_large()

    def take(self, chunk: bytes) -> None:
        """A piece of the body has come."""
        if monotonic() > self.end:
            raise TimeoutError("the answer took too long")
        if self._packing is None:
            self._keep(chunk)
        else:
            for piece in self._packing.unpack(chunk):
                self._keep(piece)

    def _keep(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._most:
            raise self._too_large()
        # An object for each of many small pieces would take up to a hundred times what they hold.
        if len(piece) < SMALL:
            self._small += piece
            if len(self._small) < PIECE:
                return
            piece = b""
        if self._small:
            self._pieces.append(bytes(self._small))
            self._small.clear()
        self._pieces.append(piece)

    def clear(self) -> None:
        """Forgets what has come."""
        self._pieces.clear()
        self._small.clear()

    def whole(self) -> bytes:
        """The body, which has come to its end."""
        if self._packing is not None:
            self._packing.finish()
        return b"".join([*self._pieces, bytes(self._small)])

    def _too_large(self) -> AnswerError:
        return AnswerError(f"the answer is longer than {self._most} bytes", kind="too_large")


class _Packing:
    """gzip or deflate."""

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._inner: Any = None

    def unpack(self, packed: bytes) -> Iterator[bytes]:
        """What these bytes hold, in pieces: a few may unpack to very many."""
        while packed:
            inner = self._inner = self._inner or self._begin(packed[0])
            if inner.eof:
                # Behind the end may stand another part of gzip, or zeros, which mean nothing.
                if self._coding != "gzip" or packed[0] != 0x1F:
                    return
                inner = self._inner = self._begin(packed[0])
            piece = PIECE * b"."
            while not inner.eof and (packed or len(piece) == PIECE):
                try:
                    piece = inner.decompress(packed, PIECE)
                except zlib.error:
                    raise TransportError(f"the answer cannot be unpacked: it is no {self._coding}") from None
                packed = inner.unconsumed_tail
                yield piece
            packed = inner.unused_data if inner.eof else b""

    def finish(self) -> None:
        if self._inner is not None and not self._inner.eof:
            raise TransportError(f"the answer ended before its {self._coding} did")

    def _begin(self, first: int) -> Any:
        if self._coding == "gzip":
            return zlib.decompressobj(zlib.MAX_WBITS | 16)
        # What calls itself deflate is zlib, or bare.
        return zlib.decompressobj(zlib.MAX_WBITS if first & 0x0F == 8 else -zlib.MAX_WBITS)


def _packing(coding: str) -> Optional[_Packing]:
    names = [name.strip().lower() for name in coding.split(",")]
    names = [name.removeprefix("x-") for name in names if name not in ("", "identity")]
    if not names:
        return None
    if len(names) > 1 or names[0] not in ("gzip", "deflate"):
        raise TransportError(f"the answer is packed as {coding[:60]!r}, but {CODINGS} were asked for, one at most")
    return _Packing(names[0])
