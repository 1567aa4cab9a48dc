"""Files to send."""

from __future__ import annotations

import io
import os
from collections.abc import Awaitable, Generator, Iterator
from hashlib import sha256
from typing import Any, BinaryIO, Callable, Optional, Union, cast

from ._exact import in_words
from .errors import FileError

__all__ = ["AnyProgress", "File", "FileInput", "Progress", "fingerprint"]

Progress = Callable[[int, int], object]
"""Is told how many bytes went out so far (for the upload of a video: how many the service has), and the size."""

AnyProgress = Union[Progress, Callable[[int, int], Awaitable[object]]]
"""The same, or to be awaited, as `AsyncClient` does."""

CHUNK = 64 * 1024

HASHED = 1 << 20
"""Bytes at the beginning and at the end that a fingerprint covers."""


class File:
    """A file to send: a path, bytes, or a binary file object that can seek.

    A path is opened when it is sent, and read bit by bit. A file object is sent from where it stands. `name` is what
    the service is told; the service often goes by its ending.
    """

    __slots__ = ("_begin", "_content", "content_type", "failure", "has_own_type", "name", "progress", "size")

    name: str
    """What the service is told that the file is called."""
    size: int
    """How many bytes it has."""
    content_type: str
    """Its media type; what is sent is told by the name if nothing is said."""
    has_own_type: bool
    """Whether its media type was given."""
    progress: Optional[AnyProgress]
    """Is told how far it went out."""
    failure: Optional[Exception]
    """What `progress` raised."""

    def __init__(
        self,
        content: Union[str, os.PathLike[str], bytes, BinaryIO],
        *,
        name: Optional[str] = None,
        content_type: Optional[str] = None,
        progress: Optional[AnyProgress] = None,
    ) -> None:
        for what, given in (("name", name), ("content_type", content_type)):
            if given is not None and not isinstance(cast("object", given), str):
                raise FileError(f"the {what} of a file has to be a text, not {type(given).__name__}")
        self._content = content
        self._begin = 0
        if isinstance(content, (str, os.PathLike)):
            found: Any = os.path.basename(content)
            self.size = _size_of(content)
        elif isinstance(content, (bytes, bytearray, memoryview)):
            found = None
            self._content = bytes(content)
            self.size = len(self._content)
        else:
            found = getattr(content, "name", None)
            self._begin, self.size = _place(content)
        if name is None:
            name = os.path.basename(found) if isinstance(found, str) and found else "file"
        self.name = name
        self.has_own_type = content_type is not None
        if content_type is None:
            from mimetypes import guess_type

            content_type = guess_type(name)[0]
        self.content_type = content_type or "application/octet-stream"
        self.progress = progress
        self.failure = None

    def __repr__(self) -> str:
        return f"File({self.name!r}, {self.size} bytes)"

    def chunks(self, offset: int, length: Optional[int] = None) -> Generator[bytes, None, None]:
        """The content from there on, or so many bytes of it.

        :raises FileError: It cannot be read, or has not the size that it had.
        """
        left = self.size - offset if length is None else length
        is_whole = offset + left == self.size
        for chunk in self._read(offset):
            if len(chunk) > left and is_whole:
                left = -1
                break
            taken = chunk[:left]
            left -= len(taken)
            yield taken
            if left == 0 and not is_whole:
                return
        if left != 0:
            raise FileError(f"{self.name} changed while it was sent: it had {self.size} bytes")

    def tell(self, sent: int) -> object:
        """Tells `progress` how many bytes went out, and gives what it gives. What it raises ends the call, and is not taken
        for a broken connection."""
        if self.progress is None:
            return None
        try:
            return self.progress(sent, self.size)
        except Exception as error:
            self.failure = error
            raise

    def _read(self, offset: int) -> Iterator[bytes]:
        content = self._content
        if isinstance(content, bytes):
            view = memoryview(content)
            for start in range(offset, len(view), CHUNK):
                yield bytes(view[start : start + CHUNK])
            return
        try:
            if isinstance(content, (str, os.PathLike)):
                with open(content, "rb", buffering=0) as file:
                    yield from _read_from(file, offset)
            else:
                yield from _read_from(content, self._begin + offset)
        except Exception as error:
            # A file object is somebody's, and may raise anything.
            raise FileError(f"cannot read {self.name}: {in_words(error)}") from error


FileInput = Union[str, os.PathLike[str], bytes, BinaryIO, File]
"""A file to send: a path, bytes, a binary file object, or a `File` if there is more to say about it."""


def fingerprint(file: FileInput) -> str:
    """A text by which the same file is known again: its size, and a hash of the first and the last MiB.

    Keep it with the id of a video (`on_registered`), and `resume_upload` notices a file that is another one.
    """
    known = file if isinstance(file, File) else File(file)
    found = sha256(str(known.size).encode())
    for begin, length in ((0, min(HASHED, known.size)), (max(0, known.size - HASHED), min(HASHED, known.size))):
        for chunk in known.chunks(begin, length):
            found.update(chunk)
    return f"{known.size}-{found.hexdigest()}"


def as_file(value: Optional[FileInput]) -> Optional[File]:
    """The file that is meant, for parameters that take one."""
    return value if value is None or isinstance(value, File) else File(value)


def is_file_like(value: object) -> bool:
    """Whether it can be nothing but a file."""
    return isinstance(value, (File, os.PathLike, bytes, bytearray, memoryview, io.IOBase)) or hasattr(value, "read")


def _read_from(file: Any, position: int) -> Iterator[bytes]:
    file.seek(position)
    while chunk := file.read(CHUNK):
        if not isinstance(chunk, bytes):
            raise ValueError("it was opened as text: open it with mode 'rb'")
        yield chunk


def _size_of(path: Union[str, os.PathLike[str]]) -> int:
    try:
        found = os.stat(path)
    except OSError as error:
        raise FileError(f"cannot read {os.fspath(path)}: {error.strerror}") from error
    except ValueError as error:
        raise FileError(f"cannot read {os.fspath(path)!r}: {error}") from error
    if not os.path.isfile(path):
        why = "it is a directory" if os.path.isdir(path) else "it is no file"
        raise FileError(f"cannot read {os.fspath(path)}: {why}")
    if not os.access(path, os.R_OK):
        raise FileError(f"cannot read {os.fspath(path)}: there is no permission to read it")
    return found.st_size


def _place(file: BinaryIO) -> tuple[int, int]:
    """Where a file object stands, and how many bytes follow."""
    try:
        begin = file.tell()
        end = file.seek(0, os.SEEK_END)
        file.seek(begin)
        is_binary = isinstance(cast("object", file.read(0)), bytes)
    except Exception as error:
        raise FileError(f"a file object must be able to seek; pass a path or bytes: {in_words(error)}") from error
    if not is_binary:
        raise FileError("a file object must give bytes: open it with mode 'rb'")
    return begin, end - begin
