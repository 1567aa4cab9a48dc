"""Bodies with files: forms (multipart/form-data), as browsers write them, and chunks of a file as they are. Files are read bit
by bit while they are sent."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping, Sequence
from contextlib import closing
from inspect import isawaitable, iscoroutine
from os import urandom
from typing import Any, Union

from ._boundary import Chunk as ChunkStep
from ._boundary import Part
from .errors import FileError, MisuseError
from .files import File

_Segment = Union[bytes, "tuple[File, int, int]"]
"""Bytes, or so many bytes of a file from there on."""


class Streamed:
    """A body with files. Iterate over it, plainly or with `async for`, to get its bytes; each time anew."""

    def __init__(self) -> None:
        self._segments: list[_Segment] = []

    def __len__(self) -> int:
        """How many bytes it has."""
        return sum(len(segment) if isinstance(segment, bytes) else segment[2] for segment in self._segments)

    def __iter__(self) -> Iterator[bytes]:
        for segment in self._segments:
            if isinstance(segment, bytes):
                yield segment
                continue
            file, sent, length = segment
            for chunk in file.chunks(sent, length):
                yield chunk
                # The next one is asked for when this one went out.
                sent += len(chunk)
                _not_awaited(file, file.tell(sent))

    async def __aiter__(self) -> AsyncIterator[bytes]:
        from anyio.to_thread import run_sync

        for segment in self._segments:
            if isinstance(segment, bytes):
                yield segment
                continue
            file, sent, length = segment
            with closing(file.chunks(sent, length)) as chunks:
                # Disks may be slow: they are read in another thread.
                while chunk := await run_sync(next, chunks, b""):
                    yield chunk
                    sent += len(chunk)
                    told: Any = file.tell(sent)
                    if isawaitable(told):
                        await _awaited(file, told)


class Multipart(Streamed):
    """A form with files."""

    def __init__(self, parts: Sequence[Part], files: Mapping[str, File]) -> None:
        super().__init__()
        boundary = f"baijiayun-{urandom(16).hex()}"
        self.content_type: str = f"multipart/form-data; boundary={boundary}"
        for part in parts:
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(part.name)}"'
            if part.source is None:
                self._segments.append(f"{head}\r\n\r\n{part.value or ''}\r\n".encode())
                continue
            file = files.get(part.source)
            if file is None:
                raise FileError(f"{part.file} is not there any more")
            name = _quoted(part.file or file.name)
            kind = file.content_type if file.has_own_type or part.type is None else part.type
            head = f'{head}; filename="{name}"\r\nContent-Type: {_quoted(kind)}\r\n\r\n'
            self._segments += [head.encode(), (file, 0, file.size), b"\r\n"]
        self._segments.append(f"--{boundary}--\r\n".encode())


class Chunk(Streamed):
    """A part of a file, as it is."""

    def __init__(self, chunk: ChunkStep, files: Mapping[str, File]) -> None:
        super().__init__()
        self._segments.append((files[chunk.source], chunk.offset, chunk.length))


def _not_awaited(file: File, told: object) -> None:
    if iscoroutine(told):
        told.close()
        file.failure = MisuseError("`progress` is an `async def`, which a Client does not await: write it with `def`")
        raise file.failure


async def _awaited(file: File, told: Awaitable[object]) -> None:
    try:
        await told
    except Exception as error:
        file.failure = error
        raise


def _quoted(name: str) -> str:
    """What ends a header or a name stands in it as browsers write it."""
    return re.sub('["\x00-\x1f\x7f]', lambda found: f"%{ord(found[0]):02X}", name)
