"""Uploads of videos, against the mock and against executors that break off."""

from __future__ import annotations

import hashlib
import inspect
import io
import json
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from baijiayun import (
    AsyncClient,
    Client,
    File,
    FileError,
    InvalidParametersError,
    TimeoutError,
    TransportError,
    UploadFailedError,
    errors,
)
from baijiayun.http import Chunk, Request, Response, Streamed, Urllib3Executor
from baijiayun.testing import Mock, start_mock
from baijiayun.types import UploadedVideo
from conftest import ROOT, Drive, envelope, forms

CONTENT = bytes(range(256)) * 2000


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "第一课.mp4"
    path.write_bytes(CONTENT)
    return path


class Service:
    """Takes uploads, and breaks off a few times, when some bytes of a post have come. It keeps them."""

    def __init__(self, breaks: int = 0, at: int = 200_000) -> None:
        self.breaks = breaks
        self.at = at
        self.arrived = b""
        self.calls: list[str] = []
        self.forms: list[dict[str, str]] = []
        self.ranges: list[str] = []

    def __call__(self, request: Request) -> Response:
        name = request.url.rpartition("/")[2].partition("?")[0]
        self.calls.append(name)
        if isinstance(request.body, Streamed):
            return self.take(request, request.body)
        self.forms += forms([request])
        if name == "getUploadUrl":
            return envelope({"video_id": "77", "upload_url": "https://upload.example.com/upload?fid=1"})
        if name == "getResumeUploadUrl":
            size = str(len(self.arrived))
            return envelope({"upload_url": "https://upload.example.com/resume?fid=1", "upload_size": size})
        assert name == "getVideoStatus" or "Status" in name, name
        return envelope({"status": 100, "video_id": 77})

    def take(self, request: Request, body: Streamed) -> Response:
        if isinstance(body, Chunk):
            self.ranges.append(request.headers["content-range"])
            assert request.headers["content-type"] == "application/octet-stream"
            assert request.headers["content-length"] == str(len(body))
        in_file, sent = isinstance(body, Chunk), 0
        for chunk in body:
            if b"filename=" in chunk:
                in_file = True
            elif in_file and not chunk.startswith((b"\r\n", b"--baijiayun-")):
                self.arrived += chunk
                sent += len(chunk)
            if self.breaks and sent >= self.at:
                self.breaks -= 1
                raise ConnectionResetError("cut")
        return Response(200, b'{"code":1,"fid":"1","error":"","upload_size":0}')


def test_an_upload(drive: Drive, video: Path) -> None:
    service = Service()
    client = drive.client(service)
    told: list[tuple[int, int]] = []
    done = drive.do(
        lambda: client.video.upload(
            video, definition=[16, 1], callback_url="https://example.com/", progress=lambda *news: told.append(news)
        )
    )
    assert done == UploadedVideo(video_id=77, status=None, resumes=0)
    assert service.calls == ["getUploadUrl", "upload"]
    assert service.arrived == CONTENT
    form = service.forms[0]
    assert (form["file_name"], form["definition"]) == ("第一课.mp4", "16,1")
    assert form["callback_url"] == "https://example.com/" and "watermark" not in form
    assert form["use_https"] == "1"
    assert told == [(len(CONTENT), len(CONTENT))]


def test_a_large_file_goes_in_chunks(drive: Drive, video: Path) -> None:
    service = Service()
    client = drive.client(service)
    told: list[int] = []
    registered: list[int] = []
    done = drive.do(
        lambda: client.video.upload(
            video,
            definition=16,
            chunk_size=200_000,
            progress=lambda there, size: told.append(there),
            on_registered=registered.append,
        )
    )
    assert (done.video_id, registered) == (77, [77])
    assert service.ranges == ["bytes 1-200000/512000", "bytes 200001-400000/512000", "bytes 400001-512000/512000"]
    assert service.arrived == CONTENT and told == [200_000, 400_000, 512_000]


@pytest.mark.parametrize("breaks", [1, 3])
def test_an_upload_goes_on_where_it_broke_off(drive: Drive, video: Path, breaks: int) -> None:
    service = Service(breaks, at=100_000)
    client = drive.client(service)
    told: list[int] = []
    done = drive.do(lambda: client.video.upload(video, definition=16, progress=lambda sent, size: told.append(sent)))
    assert (done.video_id, done.resumes) == (77, breaks)
    assert service.arrived == CONTENT and service.calls.count("upload") == 1
    assert len(service.ranges) == breaks, "a form that broke off goes on in chunks"
    assert told == sorted(set(told)) and told[-1] == len(CONTENT)
    assert len(drive.clock.waits) == breaks


def test_an_upload_that_fails_can_be_resumed(drive: Drive, video: Path) -> None:
    service = Service(breaks=99, at=100_000)
    client = drive.client(service)
    with pytest.raises(TransportError) as caught:
        drive.do(lambda: client.video.upload(File(video, name="课.mp4"), definition=16, resumes=0))
    assert caught.value.video_id == 77 and isinstance(caught.value.__cause__, ConnectionResetError)
    assert client._runner.calls.engine.calls() == 0
    service.breaks = 0
    service.calls.clear()
    done = drive.do(lambda: client.video.resume_upload(caught.value.video_id, video))
    assert done.video_id == 77 and service.arrived == CONTENT
    assert service.calls == ["getResumeUploadUrl", "resume"]


def test_waiting_for_the_transcoding(drive: Drive, video: Path) -> None:
    client = drive.client(Service())
    done = drive.do(lambda: client.video.upload(video, definition=16, wait_for_transcoding=60))
    assert done.status == 100


def test_the_name_and_bytes(drive: Drive) -> None:
    service = Service()
    client = drive.client(service)
    given = File(b"123", name="a.mp4")
    drive.do(lambda: client.video.upload(given, definition=16, name="b.mp4"))
    assert service.forms[0]["file_name"] == "b.mp4" and service.arrived == b"123"
    assert given.name == "a.mp4" and given.progress is None


def test_nothing_is_registered_for_a_file_that_is_not_there(drive: Drive, tmp_path: Path) -> None:
    client = drive.client(Service())
    with pytest.raises(FileError):
        drive.do(lambda: client.video.upload(tmp_path / "no.mp4", definition=16))
    with pytest.raises(InvalidParametersError, match="definition"):
        drive.do(lambda: client.video.upload(b"1", definition=None))
    with pytest.raises(FileError, match="mode 'rb'"):
        drive.do(lambda: client.video.upload(io.StringIO("text"), definition=16))
    with pytest.raises(FileError, match="empty"):
        drive.do(lambda: client.video.upload(b"", definition=16))
    with pytest.raises(InvalidParametersError, match="chunk_size"):
        drive.do(lambda: client.video.upload(b"1", definition=16, chunk_size=0))
    assert not client.fake.requests


def test_https_is_asked_for_and_http_is_refused(drive: Drive, video: Path) -> None:
    def answer(request: Request) -> Response:
        found = service(request)
        return Response(found.status, found.body.replace(b"https:", b"http:"))

    for is_new in [True, False]:
        service = Service()
        client = drive.client(answer)
        video_api = client.video

        def upload(is_new: bool = is_new, video_api: Any = video_api, **how: int) -> Any:
            return video_api.upload(video, definition=16, **how) if is_new else video_api.resume_upload(77, video, **how)

        with pytest.raises(UploadFailedError, match="http, though https was asked for"):
            drive.do(upload)
        assert service.forms[0]["use_https"] == "1"

        def allowed(upload: Any = upload) -> Any:
            return upload(use_https=0)

        assert drive.do(allowed).video_id == 77 and service.forms[1]["use_https"] == "0"


def test_a_file_that_changes_while_it_is_sent(drive: Drive, video: Path) -> None:
    def answer(request: Request) -> Response:
        if isinstance(request.body, Streamed):
            video.write_bytes(b"short")
        return service(request)

    service = Service()
    client = drive.client(answer)
    with pytest.raises(FileError, match="changed") as caught:
        drive.do(lambda: client.video.upload(video, definition=16))
    assert caught.value.video_id == 77 and service.calls == ["getUploadUrl", "upload"]


def test_a_post_on_which_nothing_moves_is_broken_off(drive: Drive, video: Path) -> None:
    stuck = [True]

    def answer(request: Request) -> Response:
        if isinstance(request.body, Streamed):
            assert request.stall_timeout == 5
            if stuck and stuck.pop():
                raise TimeoutError("nothing moved")
        return service(request)

    service = Service()
    client = drive.client(answer)
    done = drive.do(lambda: client.video.upload(video, definition=16, stall_timeout=5))
    assert done.resumes == 1 and service.arrived == CONTENT


def test_the_settings_of_the_file_are_those_of_get_upload_url() -> None:
    """What the description adds to one must come to the other."""
    client = Client("demo", "1", "k")
    url = set(inspect.signature(client.video.get_upload_url).parameters) - {"file_name"}
    own = {"file", "name", "progress", "on_registered", "chunk_size"} | {"wait_for_transcoding", "resumes", "stall_timeout"}
    assert set(inspect.signature(client.video.upload).parameters) == url | own


def test_an_upload_to_the_mock(drive: Drive, baijiayun_mock: Mock, video: Path) -> None:
    client = drive.client(mock=baijiayun_mock)
    done = drive.do(lambda: client.video.upload(video, definition=[16, 2], wait_for_transcoding=30))
    assert done.status == 100
    assert drive.do(lambda: client.video.get_status(video_id=done.video_id)).status == 100


def test_uploads_to_the_mock_that_break(drive: Drive, video: Path) -> None:
    with start_mock("--uploads-break-at", "150000") as mock:
        client = drive.client(mock=mock)
        drive.set_clock(client)
        client._runner.calls.unix = time.time
        told: list[int] = []
        done = drive.do(
            lambda: client.video.upload(video, definition=16, progress=lambda sent, size: told.append(sent))
        )
    assert done.resumes >= 1 and told[-1] == len(CONTENT) and told == sorted(told)


def test_errors_are_json_of_the_upload_host(drive: Drive) -> None:
    def answer(request: Request) -> Response:
        if isinstance(request.body, Streamed):
            b"".join(request.body)
            return Response(200, json.dumps({"code": 4001, "msg": "文件上传失败", "data": None}).encode())
        return service(request)

    service = Service()
    client = drive.client(answer)
    with pytest.raises(errors.BaijiayunError) as caught:
        drive.do(lambda: client.video.upload(b"123", definition=16, resumes=0))
    assert caught.value.video_id == 77


def test_progress_can_end_the_upload(drive: Drive, video: Path) -> None:
    class Enough(Exception):
        pass

    def enough(sent: int, size: int) -> None:
        raise Enough

    service = Service()
    client = drive.client(service)
    with pytest.raises(Enough):
        drive.do(lambda: client.video.upload(video, definition=16, progress=enough))
    assert service.calls == ["getUploadUrl", "upload"] and client._runner.calls.engine.calls() == 0


ALL = "ok,accept,head,body,kept,lost,half,503,4001,html,hang"


@pytest.mark.parametrize("http", ["httpx", "urllib3"])
@pytest.mark.parametrize(
    ("faults", "more", "chunk_size"),
    [("", [], 5 << 20), (ALL, ["--asks", "ok,drop,503,ok,html"], 100_000), (ALL, ["--sizes", "text"], 80_000)]
    + [(fault, [], 5 << 20) for fault in ["head", "kept", "lost", "half"]],
)
def test_a_strict_server_has_nothing_to_object_to(
    drive: Drive, video: Path, faults: str, more: list[str], chunk_size: int, http: str
) -> None:
    if http == "urllib3" and drive.is_async:
        pytest.skip("urllib3 is for plain clients")
    server = ROOT / "tests" / "peers" / "strict_server.py"
    command = [sys.executable, str(server), "--faults", faults, "--chunk", str(chunk_size), *more]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as strict:
        assert strict.stdout is not None
        url = strict.stdout.readline().strip()
        client: Any
        if drive.is_async:
            client = AsyncClient(url, "12345678", "the-key")
        else:
            client = Client(url, "12345678", "the-key", http=Urllib3Executor() if http == "urllib3" else None)
        # What it waits for between attempts is tested elsewhere.
        client._runner.sleep = drive.awaited(lambda seconds: None)
        told: list[int] = []
        how = {"chunk_size": chunk_size, "resumes": 20, "stall_timeout": 0.3}
        done = drive.do(
            lambda: client.video.upload(video, definition=16, progress=lambda there, size: told.append(there), **how)
        )
        with urllib.request.urlopen(f"{url}/report") as answer:
            report = json.load(answer)
        strict.terminate()
    assert done.video_id == 7 and report["objections"] == []
    assert (report["md5"], report["faults_left"]) == (hashlib.md5(CONTENT).hexdigest(), 0)
    assert told == sorted(set(told)) and told[-1] == len(CONTENT)


@pytest.mark.parametrize("raised", [KeyboardInterrupt(), LookupError("progress"), MemoryError()])
def test_whatever_ends_an_upload_has_the_video(drive: Drive, video: Path, raised: BaseException) -> None:
    def progress(there: int, size: int) -> None:
        raise raised

    told: list[int] = []
    service = Service()
    client = drive.client(service)
    with pytest.raises(type(raised)) as caught:
        drive.do(
            lambda: client.video.upload(
                video, definition=16, chunk_size=200_000, progress=progress, on_registered=told.append
            )
        )
    assert caught.value is raised and getattr(raised, "video_id") == 77  # noqa: B009
    # That was told before any byte went out.
    assert told == [77] and client._runner.calls.engine.calls() == 0


def test_a_cancelled_upload_has_told_its_video(video: Path) -> None:
    import asyncio

    told: list[int] = []

    async def http(request: Request) -> Response:
        if isinstance(request.body, Streamed):
            await asyncio.sleep(3600)
        return service(request)

    service = Service()

    async def main() -> None:
        client = AsyncClient("demo", "1", "k", http=http)
        task = asyncio.ensure_future(client.video.upload(video, definition=16, on_registered=told.append))
        while not told:
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert told == [77]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_progress_that_is_awaited(backend: str, video: Path) -> None:
    import anyio

    drive = Drive(backend)
    told: list[Any] = []

    async def progress(there: int, size: int) -> None:
        await anyio.lowlevel.checkpoint()
        told.append(there)

    async def on_registered(video_id: int) -> None:
        await anyio.lowlevel.checkpoint()
        told.append(f"video {video_id}")

    client = drive.client(Service())
    drive.do(
        lambda: client.video.upload(
            video, definition=16, chunk_size=300_000, progress=progress, on_registered=on_registered
        )
    )
    assert told == ["video 77", 300_000, 512_000]
    told.clear()

    async def send(request: Request) -> Response:
        assert isinstance(request.body, Streamed)
        async for _ in request.body:
            pass
        return envelope("u")

    client = drive.client(envelope("u"))
    client._runner.http = send
    drive.do(lambda: client.room.set_cover(room_id=1, web_bg_img=File(b"123", name="a.png", progress=progress)))
    assert told == [3]


def test_progress_that_a_client_cannot_await(video: Path) -> None:
    from baijiayun import MisuseError

    async def progress(there: int, size: int) -> None:
        pass

    client = Drive("plain").client(Service())
    with pytest.raises(MisuseError, match="must not be awaited"):
        client.video.upload(video, definition=16, progress=progress)


def test_another_file_of_the_same_size_is_noticed(drive: Drive, video: Path, tmp_path: Path) -> None:
    from baijiayun.files import fingerprint

    kept: dict[int, str] = {}
    service = Service(breaks=99, at=100_000)
    client = drive.client(service)
    with pytest.raises(TransportError):
        drive.do(
            lambda: client.video.upload(
                video, definition=16, resumes=0, on_registered=lambda video_id: kept.update({video_id: fingerprint(video)})
            )
        )
    other = tmp_path / "other.mp4"
    other.write_bytes(CONTENT[:-1] + b"x")
    service.breaks = 0
    sent = len(client.fake.requests)
    with pytest.raises(FileError, match="is not the file whose upload broke off"):
        drive.do(lambda: client.video.resume_upload(77, other, fingerprint=kept[77]))
    assert len(client.fake.requests) == sent
    assert drive.do(lambda: client.video.resume_upload(77, video, fingerprint=kept[77])).video_id == 77
    assert fingerprint(CONTENT) == fingerprint(video) != fingerprint(CONTENT[1:])
