"""The package as it is installed."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import baijiayun
import pytest
from baijiayun import types
from baijiayun._version import DISTRIBUTION
from conftest import ROOT


def run(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout


def test_what_an_import_loads() -> None:
    program = "import sys, baijiayun; print(*sys.modules)"
    loaded = set(run(program).split())
    assert not loaded & {"httpx", "anyio", "urllib3", "redis", "asyncio", "importlib.metadata", "pytest"}
    assert {name for name in loaded if name.startswith("baijiayun.generated.")} == {"baijiayun.generated.resources"}


def test_a_resource_is_loaded_when_it_is_used() -> None:
    program = (
        "import sys, baijiayun; client = baijiayun.Client('demo', '1', 'k'); client.room; "
        "print(*(name for name in sys.modules if 'generated' in name))"
    )
    assert run(program).split()[-1] == "baijiayun.generated.room"


def test_types_are_there_by_name() -> None:
    from baijiayun.generated.types import MODULES

    assert {"RoomCreateResult", "RoomListItem"} <= set(MODULES)
    for name in MODULES:
        assert getattr(types, name).__name__ == name
    assert types.UploadedVideo.__name__ == "UploadedVideo"
    with pytest.raises(AttributeError, match="Nothing"):
        types.__getattr__("Nothing")


def test_the_version_is_that_of_the_workspace() -> None:
    workspace = (ROOT / "Cargo.toml").read_text()
    assert f'version = "{baijiayun.__version__}"' in workspace
    with pytest.raises(AttributeError):
        baijiayun.nothing


def test_what_is_in_the_wheel() -> None:
    package = Path(baijiayun.__file__).parent
    assert (package / "py.typed").exists()
    assert not list(package.rglob("*.rs"))
    found = metadata.distribution(DISTRIBUTION)
    assert "Tag: py3-none-" in (found.read_text("WHEEL") or "")
    assert found.metadata["Name"] == DISTRIBUTION
    points = [(point.group, point.value) for point in found.entry_points]
    assert ("pytest11", "baijiayun.testing") in points


@pytest.mark.skipif(sys.version_info < (3, 13), reason="older Pythons have no such module")
def test_subinterpreters_that_share_the_lock() -> None:
    """mod_wsgi makes such. Others cannot load msgspec."""
    program = (
        "import json; from baijiayun import Client; from baijiayun.http import Response; "
        "body = json.dumps({'code': 0, 'data': {'room_id': 7}, 'msg': '', 'ts': 1}).encode(); "
        "client = Client('demo', '1', 'k', http=lambda request: Response(200, body)); "
        "print(client.room.info(room_id=1).room_id, flush=True)"
    )
    outer = f"import _interpreters as i; i.exec(i.create('legacy'), {program!r}); {program}"
    assert run(outer).split() == ["7", "7"]


def test_values_show_what_they_have() -> None:
    row = types.RoomListGroupCodesStudent(user_role=0, url="一", code="b")
    assert repr(row) == "RoomListGroupCodesStudent(user_role=0, url='一', code='b')"


def test_all_names_are_there() -> None:
    assert len(set(baijiayun.__all__)) == len(baijiayun.__all__)
    for name in baijiayun.__all__:
        assert getattr(baijiayun, name).__doc__ or name in ("ErrorKind", "FileInput")
