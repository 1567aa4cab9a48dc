"""Files and the forms that hold them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import anyio
import pytest
from baijiayun import Client, File, FileError
from baijiayun._boundary import Chunk as ChunkStep
from baijiayun._boundary import Part
from baijiayun._multipart import Chunk, Multipart
from baijiayun.files import CHUNK
from baijiayun.http import Request, Response
from conftest import KEY, Drive, envelope

BIG = bytes(range(256)) * 1000


@pytest.fixture(params=["path", "text path", "bytes", "object", "memory"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> File:
    path = tmp_path / "课.pdf"
    path.write_bytes(BIG)
    if request.param == "path":
        return File(path)
    if request.param == "text path":
        return File(str(path))
    if request.param == "bytes":
        return File(BIG, name="课.pdf")
    if request.param == "object":
        return File(path.open("rb"))
    return File(io.BytesIO(BIG), name="课.pdf")


def test_a_file_is_read_in_chunks_and_again(file: File) -> None:
    assert (file.name, file.size, file.content_type) == ("课.pdf", len(BIG), "application/pdf")
    for offset in (0, 0, 1, CHUNK, len(BIG) - 1, len(BIG)):
        chunks = list(file.chunks(offset))
        assert b"".join(chunks) == BIG[offset:]
        assert all(0 < len(chunk) <= CHUNK for chunk in chunks)
    assert repr(file) == "File('课.pdf', 256000 bytes)"


def test_a_file_object_is_sent_from_where_it_stands() -> None:
    content = io.BytesIO(b"0123456789")
    content.seek(4)
    file = File(content)
    assert (file.size, b"".join(file.chunks(0)), b"".join(file.chunks(2))) == (6, b"456789", b"6789")


def test_names_and_types() -> None:
    assert (File(b"").name, File(b"").content_type) == ("file", "application/octet-stream")
    assert File(b"", name="a.mp4").content_type == "video/mp4"
    assert File(b"", name="a.mp4", content_type="x/y").content_type == "x/y"


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="No such file"):
        File(tmp_path / "nothing")
    with pytest.raises(FileError, match="directory"):
        File(tmp_path)

    class Pipe(io.RawIOBase):
        pass

    with pytest.raises(FileError, match="seek"):
        File(Pipe())  # type: ignore[arg-type]
    closed = io.BytesIO(b"1")
    closed.close()
    with pytest.raises(FileError, match="closed"):
        File(closed)


@pytest.mark.parametrize("given", [5, b"a.pdf", Path("a.pdf"), ["a.pdf"], object()])
@pytest.mark.parametrize("what", ["name", "content_type"])
def test_names_and_types_that_are_no_texts(what: str, given: Any) -> None:
    with pytest.raises(FileError, match=f"the {what} of a file has to be a text, not {type(given).__name__}"):
        File(b"a", **{what: given})


def test_files_that_change(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    file = File(path)
    path.write_bytes(b"123")
    with pytest.raises(FileError, match="changed"):
        list(file.chunks(0))
    path.write_bytes(b"1234567")
    with pytest.raises(FileError, match="changed"):
        list(file.chunks(0))
    path.unlink()
    with pytest.raises(FileError, match="No such file"):
        list(file.chunks(0))
    text: Any = io.StringIO("12345")
    with pytest.raises(FileError, match="rb"):
        list(File(text).chunks(0))


def test_a_form_with_files(file: File) -> None:
    told: list[tuple[int, int]] = []
    file.progress = lambda sent, size: told.append((sent, size))
    parts = [
        Part("room_id", value="课"),
        Part("attach\"ment", file='a"b\r\n.pdf', source="0"),
        Part("empty", value=""),
    ]
    form = Multipart(parts, {"0": file})
    boundary = form.content_type.partition("boundary=")[2]
    want = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="room_id"\r\n\r\n课\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="attach%22ment"; filename="a%22b%0D%0A.pdf"\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    ).encode() + BIG + (
        f'\r\n--{boundary}\r\nContent-Disposition: form-data; name="empty"\r\n\r\n\r\n--{boundary}--\r\n'
    ).encode()

    async def gathered() -> bytes:
        return b"".join([chunk async for chunk in form])

    assert len(form) == len(want)
    for backend in ("asyncio", "trio"):
        told.clear()
        assert anyio.run(gathered, backend=backend) == want
        assert [sent for sent, _ in told] == sorted(sent for sent, _ in told)
        assert told[-1] == (len(BIG), len(BIG))
    told.clear()
    assert b"".join(form) == b"".join(form) == want
    assert told[-1] == (len(BIG), len(BIG))


def test_a_chunk_of_a_file(file: File) -> None:
    chunk = Chunk(ChunkStep("0", 70_000, 100_000), {"0": file})

    async def gathered() -> bytes:
        return b"".join([piece async for piece in chunk])

    assert len(chunk) == 100_000
    assert b"".join(chunk) == anyio.run(gathered) == BIG[70_000:170_000]
    assert b"".join(Chunk(ChunkStep("0", len(BIG) - 1, 1), {"0": file})) == BIG[-1:]


def test_a_file_that_the_form_lacks() -> None:
    with pytest.raises(FileError, match="not there"):
        Multipart([Part("a", file="a.pdf", source="7")], {})


def test_a_file_is_sent_whole_with_each_attempt(drive: Drive, file: File) -> None:
    bodies: list[bytes] = []

    def answer(request: Request) -> Response:
        assert isinstance(request.body, Multipart)
        bodies.append(b"".join(request.body))
        assert request.headers["content-length"] == str(len(bodies[-1]))
        if len(bodies) == 1:
            raise ConnectionRefusedError("no")
        return envelope({"url": "x"})

    client = drive.client(answer)
    drive.do(lambda: client.room.set_cover(room_id=1, web_bg_img=file))
    assert len(bodies) == 2 and all(BIG in body for body in bodies)


def test_a_file_that_is_gone_when_it_is_sent(tmp_path: Path) -> None:
    def http(request: Request) -> Response:
        b"".join(request.body or b"")  # type: ignore[arg-type]
        raise AssertionError("it cannot be read")

    path = tmp_path / "a.png"
    path.write_bytes(b"1")
    file = File(path)
    path.unlink()
    with pytest.raises(FileError, match=r"room\.set_cover: file: cannot read a\.png"):
        Client("demo", "1", KEY, http=http).room.set_cover(room_id=1, web_bg_img=file)
