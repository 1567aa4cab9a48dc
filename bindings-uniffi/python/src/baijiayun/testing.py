"""A double of the service for your own tests: `bjy mock`, and a pytest fixture around it.

    def test_lesson(baijiayun_mock):
        client = baijiayun_mock.client()
        room = client.room.create(title="第一课", start_time=start, end_time=end)

pytest finds the fixture by itself once this package is installed. It needs the program `bjy`: `cargo install --path cli` brings
it, and `pip install bjy` once it is published; another one is named in the environment variable `BJY`, or stands on the PATH. Without it tests
that ask for the fixture are skipped; with `BAIJIAYUN_MOCK_REQUIRED=1` they fail instead.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from collections.abc import Generator
from contextlib import contextmanager
from typing import Optional

import msgspec
import pytest

from ._mock import Mock, MockAnswer, Posted, PostedAnswer, Received

__all__ = ["Mock", "MockAnswer", "Posted", "PostedAnswer", "Received", "baijiayun_mock", "find_bjy", "start_mock"]


def find_bjy() -> Optional[str]:
    """The program `bjy`, if it is there: the one that `BJY` names, one on the PATH, or that of the package `bjy`."""
    named = os.environ.get("BJY")
    if named:
        return shutil.which(named)
    # A virtual environment that is used without being activated has its programs beside Python, and not on the PATH.
    return shutil.which("bjy") or shutil.which("bjy", path=sysconfig.get_path("scripts"))


@contextmanager
def start_mock(*options: str) -> Generator[Mock, None, None]:
    """Runs `bjy mock` while the block runs. `options` are its own: `start_mock("--errors-every", "3")` lets it fail.

    Raises:
        FileNotFoundError: There is no `bjy`.
        RuntimeError: It did not start.
    """
    bjy = find_bjy()
    if bjy is None:
        raise FileNotFoundError(_missing())
    process = subprocess.Popen([bjy, "mock", "--json", "--port", "0", *options], stdout=subprocess.PIPE)
    with process:
        try:
            written = process.stdout.readline() if process.stdout else b""
            if not written:
                raise RuntimeError(f"`{bjy} mock` ended with status {process.wait()} before it was ready")
            yield msgspec.json.decode(written, type=Mock)
        finally:
            process.terminate()


@pytest.fixture
def baijiayun_mock() -> Generator[Mock, None, None]:
    """A double of the BaijiaYun service, new for each test: its `client()` is ready to be used."""
    if find_bjy() is None:
        if os.environ.get("BAIJIAYUN_MOCK_REQUIRED"):
            pytest.fail(_missing(), pytrace=False)
        pytest.skip(_missing())
    with start_mock() as mock:
        yield mock


def _missing() -> str:
    named = os.environ.get("BJY")
    how = "cargo install --path cli, or pip install bjy once it is published"
    where = f"{named}, which BJY names, is no program" if named else f"it is neither in BJY nor on the PATH: {how}"
    return f"the program bjy, which doubles the service, is missing: {where}"
