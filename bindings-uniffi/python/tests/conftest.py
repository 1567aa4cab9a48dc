"""What the tests share.

Most tests run three times, with `Client`, and with `AsyncClient` in asyncio and trio: they get a `Drive`, which makes
clients and carries calls out, whichever it is.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Callable, Optional

import anyio
import pytest
from baijiayun import AsyncClient, Client
from baijiayun.callbacks import UnknownCallback
from baijiayun.http import Request, Response
from baijiayun.testing import Mock

ROOT = Path(__file__).parents[3]
KEY = "rLkIPaQjxSwRQmC/ITnHh8i2rifmmbFIVsYw03SSi24zAnkrAd0ZNb2rcTzI2avy7+AmNJDdLmzU89zKUAP3Xg=="


def vectors(name: str) -> list[Any]:
    """The shared vectors of that name."""
    found: list[Any] = json.loads((ROOT / "tests" / "vectors" / f"{name}.json").read_bytes())
    return found


def event(qid: str, signature: Optional[str] = None, hold: int = 600) -> UnknownCallback:
    """A callback as it is claimed."""
    return UnknownCallback(
        name=None,
        qid=qid,
        timestamp=1_501_572_288,
        signature=signature or f"the signature of {qid}",
        hold=hold,
        key=0,
        departures=[],
        data={},
    )


def envelope(data: object = None, code: int = 0, msg: str = "", ts: int = 7) -> Response:
    """An answer of the service."""
    return Response(200, json.dumps({"code": code, "data": data, "msg": msg, "ts": ts}).encode())


class Clock:
    """A clock that goes when somebody waits."""

    def __init__(self) -> None:
        self.now = 1_501_572_288.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


Outcome = object
"""What a fake executor does: a response that it gives, or an exception that it raises."""


class Fake:
    """An executor that answers from a list, the last one again and again, and remembers what was sent."""

    def __init__(self, *outcomes: Any) -> None:
        self.outcomes = list(outcomes)
        self.requests: list[Request] = []

    def __call__(self, request: Request) -> Response:
        self.requests.append(request)
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if callable(outcome):
            outcome = outcome(request)
        if isinstance(outcome, BaseException):
            raise outcome
        assert isinstance(outcome, Response)
        return outcome


class Drive:
    """Makes clients and carries calls out: `plain`, or in `asyncio` or `trio`."""

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self.clock = Clock()

    @property
    def is_async(self) -> bool:
        return self.mode != "plain"

    def client(
        self,
        *outcomes: Any,
        mock: Optional[Mock] = None,
        clock: Optional[Clock] = None,
        **settings: Any,
    ) -> Any:
        """A client of a mock, or one that gets these outcomes, with the clock of the test."""
        if mock is not None:
            return mock.async_client(**settings) if self.is_async else mock.client(**settings)
        fake = Fake(*outcomes)
        given = {"partner_key": KEY, "http": self.awaited(fake), **settings}
        client: Any = AsyncClient("demo", "12345678", **given) if self.is_async else Client("demo", 12345678, **given)
        client.fake = fake
        self.set_clock(client)
        return client

    def set_clock(self, client: Any) -> None:
        """Has a client live by the clock of the test."""
        client._runner.calls.unix = client._runner.calls.monotonic = self.clock
        client._runner.sleep = self.awaited(self.clock.sleep)

    def awaited(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function as the client wants it."""
        if not self.is_async:
            return function

        async def awaited(*args: Any) -> Any:
            return function(*args)

        return awaited

    def do(self, call: Callable[[], Any]) -> Any:
        """Carries a call out."""
        if not self.is_async:
            return call()

        async def main() -> Any:
            return await call()

        return anyio.run(main, backend=self.mode)

    def gather(self, items: Callable[[], Any]) -> list[Any]:
        """Everything that an iteration gives."""
        if not self.is_async:
            return list(items())

        async def main() -> list[Any]:
            return [item async for item in items()]

        return anyio.run(main, backend=self.mode)


@pytest.fixture(params=["plain", "asyncio", "trio"])
def drive(request: pytest.FixtureRequest) -> Drive:
    return Drive(request.param)


def forms(requests: Iterable[Request]) -> list[dict[str, str]]:
    """What was sent, as far as it has no files."""
    from urllib.parse import parse_qsl

    return [
        dict(parse_qsl(request.body.decode() if isinstance(request.body, bytes) else "", keep_blank_values=True))
        for request in requests
    ]


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pytest.importorskip("redis")
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        if os.environ.get("REDIS_REQUIRED"):
            pytest.fail("neither redis-server nor valkey-server is installed")
        pytest.skip("neither redis-server nor valkey-server is installed")
    folder: Path = tmp_path_factory.mktemp("redis")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    server = subprocess.Popen([program, *arguments], stdout=subprocess.PIPE, text=True)
    with server:
        assert server.stdout is not None
        for line in server.stdout:
            if "eady to accept connections" in line:
                break
        else:
            pytest.fail("redis-server did not start")
        yield f"redis://127.0.0.1:{port}"
        server.terminate()
        server.stdout.read()
