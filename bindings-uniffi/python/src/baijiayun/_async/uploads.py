"""Uploads of videos: one call of many steps, which goes on where a broken connection left off."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Optional, Union

from .._calls import STALL_TIMEOUT, Asked
from .._inputs import Flag, IdInput
from .._telling import Telling
from .._uploads import Registered, Upload, UploadedVideo
from ..files import AnyProgress, FileInput
from ..generated.video import AsyncVideo as AsyncVideoOperations
from ..options import CallOptions, millis


class AsyncVideo(AsyncVideoOperations):
    """点播视频 Videos on demand: their operations, and uploads."""

    async def upload(
        self,
        file: FileInput,
        *,
        definition: Union[int, Iterable[int]],
        name: Optional[str] = None,
        progress: Optional[AnyProgress] = None,
        on_registered: Optional[Registered] = None,
        chunk_size: Optional[int] = None,
        wait_for_transcoding: Optional[float] = None,
        resumes: Optional[int] = None,
        stall_timeout: float = STALL_TIMEOUT,
        audio_with_view: Optional[Flag] = None,
        format: Union[int, Iterable[int], None] = None,
        watermark: Optional[str] = None,
        watermark_pos: Optional[int] = None,
        encrypt: Optional[int] = None,
        use_https: Optional[Flag] = None,
        callback_url: Optional[str] = None,
        options: Optional[CallOptions] = None,
    ) -> UploadedVideo:
        """视频上传 Uploads a video or audio file: registers it, streams it in chunks, and goes on where a
        broken connection left off.

        If it ends after the video was registered, whatever was raised (`KeyboardInterrupt` too) has `video_id`:
        `resume_upload` goes on with it, also in another process.

        Args:
            file: The file: a path, bytes, a binary file object, or a `File`.
            definition: What to transcode it to: 16 standard (标清), 1 high (高清), 2 super (超清), 4 720p, 8 1080p.
            name: What the video is called; otherwise it is called as the file is.
            progress: Is told how many bytes of the file the service has, and the size, whenever it has more: after each
                chunk. The number only grows. What it raises ends the upload, which can go on later. With `AsyncClient`
                it may be an `async def`.
            on_registered: Is told the id of the video as soon as it has one, before any byte of it goes out. Keep it:
                with the id alone the upload can go on in another process, whatever becomes of this one.
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
        upload = Upload(file, name, progress, on_registered, stall_timeout)
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
            params,
            options,
            self._runner.options,
            resumes=resumes,
            chunk_size=chunk_size,
            transcoding=millis(wait_for_transcoding),
        )
        return await self._upload(upload, asked)

    async def resume_upload(
        self,
        video_id: IdInput,
        file: FileInput,
        *,
        progress: Optional[AnyProgress] = None,
        chunk_size: Optional[int] = None,
        wait_for_transcoding: Optional[float] = None,
        resumes: Optional[int] = None,
        stall_timeout: float = STALL_TIMEOUT,
        use_https: Optional[Flag] = None,
        fingerprint: Optional[str] = None,
        options: Optional[CallOptions] = None,
    ) -> UploadedVideo:
        """断点续传 Goes on with an upload that broke off earlier, perhaps in another process: the same file, for the video
        that was registered then. The arguments are those of `upload`, and `fingerprint`: what `files.fingerprint` gave for
        the file then. With it another file (of the same size too, which nothing else would notice) is a `FileError`, and
        nothing is sent."""
        upload = Upload(file, None, progress, None, stall_timeout, fingerprint)
        asked = upload.asked(
            None,
            options,
            self._runner.options,
            video_id=video_id,
            resumes=resumes,
            chunk_size=chunk_size,
            use_https=None if use_https is None else bool(use_https),
            transcoding=millis(wait_for_transcoding),
        )
        return await self._upload(upload, asked)

    async def _upload(self, upload: Upload, asked: Asked[UploadedVideo]) -> UploadedVideo:
        done = await self._runner.run(asked)
        for news in upload.news(upload.file.size):
            await self._runner.bounds.tell(Telling(news))
        return done.data
