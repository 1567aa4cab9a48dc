"""The account where nobody gives it: in the environment and in files, as `bjy` reads them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from baijiayun import AsyncClient, Client, ConfigError
from conftest import envelope, vectors


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and an environment that says nothing but where the user's files would be."""
    for name in list(os.environ):
        if name.startswith("BAIJIAYUN_"):
            monkeypatch.delenv(name)
    for name in ("XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "user"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("kind", [Client, AsyncClient])
@pytest.mark.parametrize("vector", vectors("configuration"), ids=lambda vector: vector["name"][:50])
def test_vectors(vector: dict[str, Any], kind: Any, bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in vector["files"].items():
        path = bare / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    for name, value in vector["environment"].items():
        monkeypatch.setenv(name, value)
    more = {} if vector.get("needs_key", True) else {"signer": lambda text: text}
    if "error" in vector:
        with pytest.raises(ConfigError) as caught:
            kind(**vector.get("given", {}), **more)
        error = vector["error"]
        assert caught.value.kind == error["kind"] and error["message"] in caught.value.message
        assert error["hidden"] not in f"{caught.value}"
        return
    found = vector["found"]
    client = kind(**vector.get("given", {}), **more)
    assert repr(client) == f"{kind.__name__}({found['domain']!r}, {found['partner_id']!r})"
    if "room.info" in found["paths"]:
        assert client.request("room.info", {"room_id": 1}).url.endswith(found["paths"]["room.info"])


def test_the_key_is_used(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"DOMAIN": "env", "PARTNER_ID": "7", "PARTNER_KEY": "key"}.items():
        monkeypatch.setenv(f"BAIJIAYUN_{name}", value)
    signed = Client().request("room.info", {"room_id": 1})
    assert signed.url.startswith("https://env.") and isinstance(signed.body, bytes)
    given = Client("env", 7, "key", http=lambda request: envelope())
    assert given.request("room.info", {"room_id": 1}).body is not None
    # What is given goes before, and None is none that was left out.
    assert repr(Client("other")) == "Client('other', '7')"
    with pytest.raises(ConfigError, match="partner_key must be a str, not a NoneType"):
        Client(partner_key=None)
