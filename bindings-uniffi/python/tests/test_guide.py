"""The guide: its code in both languages is the same, is content with mypy, and does what it says.

The blocks of docs/python.md are written into a folder, each under its name, and run there as programs of a user.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

import pytest
from baijiayun.callbacks import SUCCESS
from baijiayun.testing import Mock, find_bjy, start_mock

DOCS = Path(__file__).parents[3] / "docs"
JOBS = """
from typing import List

from baijiayun.callbacks import Event

taken: List[Event] = []
is_full = False


def enqueue(event: Event) -> None:
    if is_full:
        raise RuntimeError("full")
    taken.append(event)
"""
"""What the guide leaves to its reader."""


def blocks_of(name: str) -> list[tuple[str, str, str]]:
    """Language, name and code of each block."""
    text = (DOCS / name).read_text(encoding="utf-8")
    return re.findall(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def snippets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("guide")
    for language, name, code in blocks_of("python.md"):
        if language == "python":
            (folder / name).write_text(code, encoding="utf-8")
    (folder / "jobs.py").write_text(JOBS, encoding="utf-8")
    return folder


@pytest.fixture
def run(snippets: Path, tmp_path: Path) -> Callable[..., str]:
    """Runs a program of the guide in an empty folder, and gives what it printed."""

    def run(program: str, mock: Mock, *args: str, **env: str) -> str:
        env = {**os.environ, **account_of(mock), "PYTHONPATH": str(snippets), "PYTHONWARNINGS": "error", **env}
        command = [sys.executable, *args] if program == "pytest" else [sys.executable, str(snippets / program), *args]
        ran = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    return run


def account_of(mock: Mock) -> dict[str, str]:
    return {
        "BAIJIAYUN_DOMAIN": mock.url,
        "BAIJIAYUN_PARTNER_ID": mock.partner_id,
        "BAIJIAYUN_PARTNER_KEY": mock.partner_key,
    }


def test_both_languages_show_the_same_code() -> None:
    blocks = blocks_of("python.md")
    assert blocks_of("python.zh-CN.md") == blocks
    assert {language for language, name, _ in blocks if not name} == {"sh"}
    names = [name for _, name, _ in blocks if name]
    assert len(names) == len(set(names))
    # No program is left out below.
    tested = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in names if name.removesuffix(".py") not in tested] == []


def test_types(snippets: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), "."]
    # Django has no types, and `-> list` says enough in a guide.
    command += ["--disable-error-code=import-untyped", "--allow-any-generics", "--allow-untyped-decorators"]
    checked = subprocess.run(command, cwd=snippets, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


PRINTED = {
    "first_call.py": r"\d{14} \w{6}\n",
    "first_call_async.py": r"1\n",
    "ids.py": r"(3001\n){2}<class 'int'>\n",
    "environment.py": r"1\n",
    "times.py": r"(2030-01-01 08:00:00\+08:00\n){3}(2026-08-3[01] 00:00:00\+08:00 23:59:59\n){2}1787032800.0\n",
    "lists.py": r"\d{14} 高一数学 第一课\n1 1\n1 1 1\n\['高一数学 第一课'\]\n",
    "other_libraries.py": r"\[\{\"room_id\": \d{14}, .*\n高一数学 第一课\n",
    "events.py": r"room.list 1 200 None True\n",
    "links.py": r"\S+/web/room/enter\?\S+&sign=[0-9a-f]{32}\n\S+/quickenter\?code=\w{6}\S*\n",
    "timeouts.py": r"given up\n",
    "closing.py": r"closed\n",
    "errors.py": r"no such room\n",
    "details.py": r"1  \d{10}\n\[\]\nTrace\(attempts=1, .*\)\n1\n\[\{'room_id': \d{14}, .*\}\]\n",
    "by_name.py": r"1\nb'limit=1&partner_id=\d+&timestamp=\d{10}&sign=[0-9a-f]{32}'\n",
    "executors.py": r"1\n1\n1\n",
    "signer.py": r"1\n",
}
"""What the programs print after first_call.py made a room."""


@pytest.mark.parametrize("program", PRINTED)
def test_programs(program: str, run: Callable[..., str], baijiayun_mock: Mock) -> None:
    if program not in ("first_call.py", "times.py"):
        run("first_call.py", baijiayun_mock)
    assert re.fullmatch(PRINTED[program], run(program, baijiayun_mock))


def test_timeouts_when_nobody_answers(run: Callable[..., str]) -> None:
    with start_mock("--drops-every", "1") as mock:
        assert run("timeouts.py", mock) == "transport 2\ngiven up\n"


def test_uploads(run: Callable[..., str], tmp_path: Path) -> None:
    path = tmp_path / "第一课.mp4"
    path.write_bytes(bytes(300_000))
    for options in ((), ("--uploads-break-at", "100000")):
        with start_mock(*options) as mock:
            assert re.search(r"^100 %\n\d+ 100\n\d+\n\Z", run("uploads.py", mock, str(path)), re.MULTILINE)


def test_safe_uploads(run: Callable[..., str], tmp_path: Path, snippets: Path) -> None:
    """A process that is killed in the middle, and another one that goes on."""
    path = tmp_path / "第一课.mp4"
    path.write_bytes(bytes(20_000_000))
    killed = "import os, sys; sys.argv = ['x', sys.argv[1]]; import baijiayun._sync.runner as r\n"
    killed += "begin = r.Runner._do\ndef do(self, action):\n    if getattr(action, 'body', None).__class__.__name__ == 'Chunk':\n"
    killed += "        os._exit(9)\n    return begin(self, action)\nr.Runner._do = do\nimport upload_safely\n"
    with start_mock() as mock:
        env = {**os.environ, **account_of(mock), "PYTHONPATH": str(snippets)}
        ran = subprocess.run([sys.executable, "-c", killed, str(path)], cwd=tmp_path, env=env)
        assert ran.returncode == 9
        with pytest.raises(AssertionError, match="is not the file whose upload broke off"):
            path.write_bytes(bytes(19_999_999) + b"x")
            run("upload_safely.py", mock, str(path))
        path.write_bytes(bytes(20_000_000))
        resumed = run("upload_safely.py", mock, str(path))
        assert int(run("upload_safely.py", mock, str(path))) == int(resumed) + 1


def test_paths(run: Callable[..., str], tmp_path: Path, baijiayun_mock: Mock) -> None:
    doctor = [find_bjy() or "bjy", "doctor", "--only", "playback."]
    subprocess.run(doctor, cwd=tmp_path, env={**os.environ, **account_of(baijiayun_mock)}, check=True, capture_output=True)
    assert run("paths.py", baijiayun_mock) == "0\n"


def test_redis_store(run: Callable[..., str], baijiayun_mock: Mock, redis_url: str) -> None:
    assert run("redis_store.py", baijiayun_mock, REDIS_URL=redis_url) == "False\n"


def test_tests(run: Callable[..., str], snippets: Path, baijiayun_mock: Mock) -> None:
    tests = [str(snippets / name) for name in ("test_lesson.py", "test_title.py", "test_doubles.py")]
    said = run("pytest", baijiayun_mock, "-m", "pytest", "-p", "no:cacheprovider", *tests, BAIJIAYUN_MOCK_REQUIRED="1")
    assert "7 passed" in said


Post = Callable[[bytes], "tuple[int, str]"]


@pytest.fixture
def load(snippets: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, Mock], ModuleType]]:
    """Loads a program of the guide into this process, with the account of a mock; they are loaded anew for each test."""
    monkeypatch.syspath_prepend(snippets)

    def load(name: str, mock: Mock) -> ModuleType:
        for variable, value in account_of(mock).items():
            monkeypatch.setenv(variable, value)
        return importlib.import_module(name)

    yield load
    for name in [path.stem for path in snippets.glob("*.py")]:
        sys.modules.pop(name, None)


@pytest.fixture
def jobs(load: Callable[[str, Mock], ModuleType]) -> ModuleType:
    """The queue of the receivers."""
    return load("jobs", Mock("demo", "12345678", "the key"))


def test_addresses_for_uploads(load: Callable[[str, Mock], ModuleType], baijiayun_mock: Mock) -> None:
    import anyio
    import httpx

    transport = httpx.ASGITransport(load("uploads_fastapi", baijiayun_mock).app)

    async def ask() -> tuple[Any, Any]:
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            begun = (await client.post("/videos", json={"name": "第一课.mp4"})).json()
            return begun, (await client.post(f"/videos/{begun['video_id']}/resume")).json()

    begun, resumed = anyio.run(ask)
    assert begun["upload_url"].startswith(baijiayun_mock.url) and begun["video_id"].isdigit()
    assert resumed["upload_url"].startswith(baijiayun_mock.url) and resumed["upload_size"] == 0


def fastapi() -> Post:
    import anyio
    import httpx

    transport = httpx.ASGITransport(importlib.import_module("callbacks_fastapi").app)

    async def send(body: bytes) -> tuple[int, str]:
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            answer = await client.post("/callbacks", content=body)
        return answer.status_code, answer.text

    return lambda body: anyio.run(send, body)


def flask() -> Post:
    client = importlib.import_module("callbacks_flask").app.test_client()

    def post(body: bytes) -> tuple[int, str]:
        answer = client.post("/callbacks", data=body, content_type="application/x-www-form-urlencoded")
        return answer.status_code, answer.text

    return post


def django() -> Post:
    from django.conf import settings
    from django.test import Client

    settings.configure(ROOT_URLCONF="callbacks_django", ALLOWED_HOSTS=["testserver"])
    client = Client(enforce_csrf_checks=True)

    def post(body: bytes) -> tuple[int, str]:
        answer: Any = client.post("/callbacks", body, content_type="application/x-www-form-urlencoded")
        return answer.status_code, answer.content.decode()

    return post


@pytest.mark.parametrize("receiver", [fastapi, flask, django])
def test_callbacks(receiver: Callable[[], Post], jobs: Any) -> None:
    post = receiver()
    describe = importlib.import_module("callback_kinds").describe
    first, second, unknown = (
        signed(qid="1", room_id=7, op="start", op_time="2030-01-01 08:00:00"),
        signed(qid="2", video_id=8, status=100),
        signed(qid="3", nobody_knows=1),
    )
    assert post(first) == post(first) == (200, SUCCESS)
    assert post(signed("another key", qid="4", room_id=7)) == (401, '{"code":1,"msg":"not signed by this account"}')
    jobs.is_full = True
    assert post(second) == (200, '{"code":1,"msg":"post it again"}')
    jobs.is_full = False
    assert post(second) == post(unknown) == (200, SUCCESS)
    told = ["7: start", "8: 100", "not in the documents: ['nobody_knows', 'partner_id']"]
    assert [describe(event) for event in jobs.taken][:2] == told[:2]
    assert describe(jobs.taken[2]).startswith("not in the documents: ['nobody_knows'")


def signed(key: str = "the key", **fields: Any) -> bytes:
    """A callback as the service posts it."""
    fields = {"timestamp": int(time.time()), **fields}
    text = "&".join(f"{name}={fields[name]}" for name in sorted(fields)) + f"&partner_key={key}"
    return urlencode({**fields, "sign": hashlib.md5(text.encode()).hexdigest()}).encode()
