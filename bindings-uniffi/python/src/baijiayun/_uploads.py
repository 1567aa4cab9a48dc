"""Uploads of videos: one call of many steps, which goes on where a broken connection left off."""

from __future__ import annotations

from copy import copy
from functools import partial
from typing import Any, Callable, Optional

from ._calls import Asked
from ._params import describe
from .details import Value
from .errors import FileError
from .files import AnyProgress, File, FileInput, fingerprint
from .options import CallOptions

Registered = Callable[[int], object]
"""Is told the id of a video that was registered."""


class UploadedVideo(Value, frozen=True):
    """A video that arrived."""

    video_id: int
    """Its id."""
    status: Optional[int] = None
    """Its status at the end, if transcoding was waited for."""
    resumes: int = 0
    """How often the upload went on after a break."""


class Upload:
    """The upload of one file."""

    def __init__(
        self,
        file: FileInput,
        name: Optional[str],
        progress: Optional[AnyProgress],
        on_registered: Optional[Registered],
        stall_timeout: float,
        known_as: Optional[str] = None,
    ) -> None:
        self.file = copy(file if isinstance(file, File) else File(file))
        self.file.name = name or self.file.name
        self._progress = progress or self.file.progress
        # That tells what went out; an upload tells what arrived.
        self.file.progress = None
        self._on_registered = on_registered
        self._received = 0
        self._stall_timeout = stall_timeout
        if known_as is not None and fingerprint(self.file) != known_as:
            message = f"{self.file.name} is not the file whose upload broke off: its fingerprint is another one"
            raise FileError(message, hint="give the same file, or upload this one as a new video")

    def asked(
        self,
        params: Optional[dict[str, Any]],
        options: Optional[CallOptions],
        defaults: Optional[CallOptions],
        **how: Any,
    ) -> Asked[UploadedVideo]:
        files: dict[str, File] = {}
        upload = {"file": describe(self.file, files), **{key: value for key, value in how.items() if value is not None}}
        asked = Asked("video.upload", UploadedVideo, params, options, defaults, upload=upload)
        asked.files = files
        asked.stall_timeout = self._stall_timeout
        asked.news = self.news
        return asked

    def news(self, size: int, video_id: Optional[int] = None) -> list[Callable[[], object]]:
        """The service has so many bytes of the file of this video: whom to tell."""
        tell: list[Callable[[], object]] = []
        if video_id is not None and self._on_registered is not None:
            tell.append(partial(self._on_registered, video_id))
            self._on_registered = None
        if size > self._received:
            self._received = size
            if self._progress is not None:
                tell.append(partial(self._progress, size, self.file.size))
        return tell
