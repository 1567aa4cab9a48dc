"""The fixture that other people's tests use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from baijiayun import ConnectError, testing

pytest_plugins = ["pytester"]

USE = """
def test_a_room(baijiayun_mock):
    with baijiayun_mock.client() as client:
        assert list(client.room.list()) == []
"""


def test_it_is_found(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    if testing.find_bjy() is None:
        pytest.skip("bjy is missing")
    monkeypatch.setenv("BJY", os.path.abspath(testing.find_bjy() or ""))
    pytester.makepyfile(USE)
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_the_program_of_the_package_bjy_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BJY", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("sysconfig.get_path", lambda name: {"scripts": str(tmp_path)}[name])
    assert testing.find_bjy() is None
    program = tmp_path / "bjy"
    program.touch(mode=0o755)
    assert testing.find_bjy() == str(program)


def test_without_bjy(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BJY", "/no/such/bjy")
    monkeypatch.delenv("BAIJIAYUN_MOCK_REQUIRED", raising=False)
    pytester.makepyfile(USE)
    result = pytester.runpytest_subprocess("-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*bjy*is missing*/no/such/bjy*"])
    monkeypatch.setenv("BAIJIAYUN_MOCK_REQUIRED", "1")
    pytester.runpytest_subprocess().assert_outcomes(errors=1)


def test_a_mock_that_does_not_start() -> None:
    if testing.find_bjy() is None:
        pytest.skip("bjy is missing")
    with pytest.raises(RuntimeError, match="status"), testing.start_mock("--no-such-option"):
        pass


def test_it_ends_with_the_block() -> None:
    if testing.find_bjy() is None:
        pytest.skip("bjy is missing")
    with testing.start_mock() as mock:
        client = mock.client(attempts=1)
        client.room.list().page()
    with pytest.raises(ConnectError):
        client.room.list().page()
