"""Uploads of videos: one call of many steps, which goes on where a broken connection left off."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any, Callable, Optional, Union

from ._boundary import Done
from ._calls import STALL_TIMEOUT, Asked
from ._params import describe
from ._inputs import Flag, IdInput
from .details import Value
from .files import File, FileInput, Progress
from .generated.video import AsyncVideo as AsyncVideoOperations
from .generated.video import Video as VideoOperations
from .options import CallOptions, millis


class UploadedVideo(Value, frozen=True):
    """A video that arrived."""

    video_id: int
    """Its id."""
    status: Optional[int] = None
    """Its status at the end, if transcoding was waited for."""
    resumes: int = 0
    """How often the upload went on after a break."""


class _Upload:
    """The upload of one file."""

    def __init__(
        self,
        file: FileInput,
        name: Optional[str],
        progress: Optional[Progress],
        registered: Optional[Callable[[int], object]],
        stall_timeout: float,
    ) -> None:
        self.file = copy(file if isinstance(file, File) else File(file))
        self.file.name = name or self.file.name
        self._progress = progress or self.file.progress
        # That tells what went out; an upload tells what arrived.
        self.file.progress = None
        self._registered = registered
        self._received = 0
        self._stall_timeout = stall_timeout

    def asked(
        self, params: Optional[dict[str, Any]], options: Optional[CallOptions], **how: Any
    ) -> Asked[UploadedVideo]:
        files: dict[str, File] = {}
        upload = {"file": describe(self.file, files), **{key: value for key, value in how.items() if value is not None}}
        asked = Asked("video.upload", UploadedVideo, params, options, upload=upload)
        asked.files = files
        asked.stall_timeout = self._stall_timeout
        asked.received = self.received
        return asked

    def received(self, size: int, video_id: Optional[int] = None) -> None:
        """The service has so many bytes of the file of this video."""
        if video_id is not None and self._registered is not None:
            registered, self._registered = self._registered, None
            registered(video_id)
        if size > self._received:
            self._received = size
            if self._progress is not None:
                self._progress(size, self.file.size)

    def ended(self, done: Done[UploadedVideo]) -> UploadedVideo:
        self.received(self.file.size)
        return done.data


class Video(VideoOperations):
    """点播视频 Videos on demand: their operations, and uploads."""

    def upload(
        self,
        file: FileInput,
        *,
        definition: Union[int, Sequence[int]],
        name: Optional[str] = None,
        progress: Optional[Progress] = None,
        registered: Optional[Callable[[int], object]] = None,
        chunk_size: Optional[int] = None,
        wait_for_transcoding: Optional[float] = None,
        resumes: Optional[int] = None,
        stall_timeout: float = STALL_TIMEOUT,
        audio_with_view: Optional[Flag] = None,
        format: Union[int, Sequence[int], None] = None,
        watermark: Optional[str] = None,
        watermark_pos: Optional[int] = None,
        encrypt: Optional[int] = None,
        use_https: Optional[Flag] = None,
        callback_url: Optional[str] = None,
        options: Optional[CallOptions] = None,
    ) -> UploadedVideo:
        """视频上传 Uploads a video or audio file: registers it, streams it in chunks, and goes on where a
        broken connection left off.

        If it fails after the video was registered, the error has `video_id`: `resume_upload` goes on with it, also in
        another process.

        Args:
            file: The file: a path, bytes, a binary file object, or a `File`.
            definition: What to transcode it to: 16 standard (标清), 1 high (高清), 2 super (超清), 4 720p, 8 1080p.
            name: What the video is called; otherwise it is called as the file is.
            progress: Is told how many bytes of the file the service has, and the size, whenever it has more: after each
                chunk. The number only grows. What it raises ends the upload, which can go on later.
            registered: Is told the id of the video as soon as it has one: with that alone the upload can go on in another
                process.
            chunk_size: How many bytes are sent at a time; 5 MiB if nothing is said. A file that is not larger goes as one
                form.
            wait_for_transcoding: Waits until the video is transcoded, at most so many seconds after the upload.
            resumes: How often it goes on after a break without having got any further; 5 if nothing is said.
            stall_timeout: A connection on which nothing moved for so many seconds is taken for broken.
            audio_with_view: 1 is needed when the file is audio.
            format: Formats to transcode to: 1 mp4, 2 flv, 4 m3u8; all three when left out.
            watermark: Watermark. The document's description is cut off.
            watermark_pos: Watermark position; 3 is bottom right, the other codes are a judgement: 1 top left, 2 top
                right, 4 bottom left.
            encrypt: Whether to make the encrypted form, if the account may: 1 yes, 2 no.
            use_https: Whether the addresses that the file is sent to have to be https; they have to if nothing is said.
            callback_url: Where the transcoding is told, for this video.
            options: Settings of each call; `attempt_timeout` is not that of the file's own posts, for which
                `upload_deadline` stands, and `deadline` is that of the whole upload.
        """
        upload = _Upload(file, name, progress, registered, stall_timeout)
        params = {
            "file_name": upload.file.name,
            "definition": definition,
            "audio_with_view": audio_with_view,
            "format": format,
            "watermark": watermark,
            "watermark_pos": watermark_pos,
            "encrypt": encrypt,
            "use_https": use_https,
            "callback_url": callback_url,
        }
        asked = upload.asked(
            params, options, resumes=resumes, chunk_size=chunk_size, transcoding=millis(wait_for_transcoding)
        )
        return upload.ended(self._runner.run(asked))

    def resume_upload(
        self,
        video_id: IdInput,
        file: FileInput,
        *,
        progress: Optional[Progress] = None,
        chunk_size: Optional[int] = None,
        wait_for_transcoding: Optional[float] = None,
        resumes: Optional[int] = None,
        stall_timeout: float = STALL_TIMEOUT,
        use_https: Optional[Flag] = None,
        options: Optional[CallOptions] = None,
    ) -> UploadedVideo:
        """断点续传 Goes on with an upload that broke off earlier, perhaps in another process: the same file, for the video
        that was registered then. The arguments are those of `upload`."""
        upload = _Upload(file, None, progress, None, stall_timeout)
        asked = upload.asked(
            None,
            options,
            video_id=video_id,
            resumes=resumes,
            chunk_size=chunk_size,
            use_https=None if use_https is None else bool(use_https),
            transcoding=millis(wait_for_transcoding),
        )
        return upload.ended(self._runner.run(asked))


class AsyncVideo(AsyncVideoOperations):
    """点播视频 Videos on demand: their operations, and uploads."""

    async def upload(
        self,
        file: FileInput,
        *,
        definition: Union[int, Sequence[int]],
        name: Optional[str] = None,
        progress: Optional[Progress] = None,
        registered: Optional[Callable[[int], object]] = None,
        chunk_size: Optional[int] = None,
        wait_for_transcoding: Optional[float] = None,
        resumes: Optional[int] = None,
        stall_timeout: float = STALL_TIMEOUT,
        audio_with_view: Optional[Flag] = None,
        format: Union[int, Sequence[int], None] = None,
        watermark: Optional[str] = None,
        watermark_pos: Optional[int] = None,
        encrypt: Optional[int] = None,
        use_https: Optional[Flag] = None,
        callback_url: Optional[str] = None,
        options: Optional[CallOptions] = None,
    ) -> UploadedVideo:
        """视频上传 Uploads a video or audio file: registers it, streams it in chunks, and goes on where a
        broken connection left off.

        If it fails after the video was registered, the error has `video_id`: `resume_upload` goes on with it, also in
        another process.

        Args:
            file: The file: a path, bytes, a binary file object, or a `File`.
            definition: What to transcode it to: 16 standard (标清), 1 high (高清), 2 super (超清), 4 720p, 8 1080p.
            name: What the video is called; otherwise it is called as the file is.
            progress: Is told how many bytes of the file the service has, and the size, whenever it has more: after each
                chunk. The number only grows. What it raises ends the upload, which can go on later.
            registered: Is told the id of the video as soon as it has one: with that alone the upload can go on in another
                process.
            chunk_size: How many bytes are sent at a time; 5 MiB if nothing is said. A file that is not larger goes as one
                form.
            wait_for_transcoding: Waits until the video is transcoded, at most so many seconds after the upload.
            resumes: How often it goes on after a break without having got any further; 5 if nothing is said.
            stall_timeout: A connection on which nothing moved for so many seconds is taken for broken.
            audio_with_view: 1 is needed when the file is audio.
            format: Formats to transcode to: 1 mp4, 2 flv, 4 m3u8; all three when left out.
            watermark: Watermark. The document's description is cut off.
            watermark_pos: Watermark position; 3 is bottom right, the other codes are a judgement: 1 top left, 2 top
                right, 4 bottom left.
            encrypt: Whether to make the encrypted form, if the account may: 1 yes, 2 no.
            use_https: Whether the addresses that the file is sent to have to be https; they have to if nothing is said.
            callback_url: Where the transcoding is told, for this video.
            options: Settings of each call; `attempt_timeout` is not that of the file's own posts, for which
                `upload_deadline` stands, and `deadline` is that of the whole upload.
        """
        upload = _Upload(file, name, progress, registered, stall_timeout)
        params = {
            "file_name": upload.file.name,
            "definition": definition,
            "audio_with_view": audio_with_view,
            "format": format,
            "watermark": watermark,
            "watermark_pos": watermark_pos,
            "encrypt": encrypt,
            "use_https": use_https,
            "callback_url": callback_url,
        }
        asked = upload.asked(
            params, options, resumes=resumes, chunk_size=chunk_size, transcoding=millis(wait_for_transcoding)
        )
        return upload.ended(await self._runner.run(asked))

    async def resume_upload(
        self,
        video_id: IdInput,
        file: FileInput,
        *,
        progress: Optional[Progress] = None,
        chunk_size: Optional[int] = None,
        wait_for_transcoding: Optional[float] = None,
        resumes: Optional[int] = None,
        stall_timeout: float = STALL_TIMEOUT,
        use_https: Optional[Flag] = None,
        options: Optional[CallOptions] = None,
    ) -> UploadedVideo:
        """断点续传 Goes on with an upload that broke off earlier, perhaps in another process: the same file, for the video
        that was registered then. The arguments are those of `upload`."""
        upload = _Upload(file, None, progress, None, stall_timeout)
        asked = upload.asked(
            None,
            options,
            video_id=video_id,
            resumes=resumes,
            chunk_size=chunk_size,
            use_https=None if use_https is None else bool(use_https),
            transcoding=millis(wait_for_transcoding),
        )
        return upload.ended(await self._runner.run(asked))
