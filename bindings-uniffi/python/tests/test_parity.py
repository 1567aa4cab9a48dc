"""Whatever one client has, the other has too, with the same signature."""

from __future__ import annotations

import importlib
import inspect
import json
from functools import cached_property
from typing import Any

import pytest
from baijiayun import AsyncClient, AsyncPages, Client, Pages, http, redis
from conftest import ROOT

DESCRIPTION: Any = json.loads((ROOT / "api" / "generated" / "description.json").read_bytes())
OPERATIONS = [
    (resource["resource"], method) for resource in DESCRIPTION["resources"] for method in resource["operations"]
]


def members(kind: type) -> set[str]:
    return {name for name in dir(kind) if not name.startswith("_")}


def same_signature(plain: Any, awaited: Any) -> None:
    """Equal but for the words that differ by nature."""

    def words(function: Any) -> str:
        text = str(inspect.signature(function))
        return text.replace("Async", "").replace("AsyncSelf", "Self")

    assert words(plain) == words(awaited)
    assert inspect.getdoc(plain) == inspect.getdoc(awaited)


def pairs() -> list[tuple[type, type]]:
    found: list[tuple[type, type]] = [(Client, AsyncClient), (Pages, AsyncPages)]
    plain, awaited = Client("demo", "1", "k"), AsyncClient("demo", "1", "k")
    for name in sorted(members(Client)):
        if isinstance(inspect.getattr_static(Client, name), cached_property):
            found.append((type(getattr(plain, name)), type(getattr(awaited, name))))
    return found


@pytest.mark.parametrize("pair", pairs(), ids=lambda pair: pair[0].__name__)
def test_both_have_the_same(pair: tuple[type, type]) -> None:
    plain, awaited = pair
    assert members(plain) == members(awaited)
    assert awaited.__name__ == f"Async{plain.__name__}"
    for name in members(plain):
        function, twin = getattr(plain, name), getattr(awaited, name)
        if isinstance(function, cached_property):
            assert function.__doc__ == twin.__doc__
            continue
        same_signature(function, twin)
        is_pure = not inspect.iscoroutinefunction(twin) and not inspect.isasyncgenfunction(twin)
        assert not inspect.iscoroutinefunction(function)
        if is_pure and plain.__name__ not in ("Client", "Callbacks", "Links", "Pages"):
            assert "Pages[" in str(inspect.signature(function).return_annotation), name


def test_constructors() -> None:
    assert list(inspect.signature(Client).parameters) == list(inspect.signature(AsyncClient).parameters)
    assert inspect.getdoc(Client.__init__) == inspect.getdoc(AsyncClient.__init__)
    # redis-py itself sees to its plain connections in forked processes.
    assert members(redis.RedisStore) | {"after_fork"} == members(redis.AsyncRedisStore)
    assert members(http.HttpxExecutor) == members(http.AsyncHttpxExecutor)


@pytest.mark.parametrize(("resource", "method"), OPERATIONS)
def test_every_operation_is_there(resource: str, method: str) -> None:
    for client in (Client("demo", "1", "k"), AsyncClient("demo", "1", "k")):
        function = getattr(getattr(client, resource), method)
        parameters = inspect.signature(function).parameters.values()
        assert all(parameter.kind is inspect.Parameter.KEYWORD_ONLY for parameter in parameters)
        doc = inspect.getdoc(function)
        assert doc and DESCRIPTION_TITLES[resource, method] in doc


DESCRIPTION_TITLES = {
    (resource["resource"], method): operation["title"]
    for resource in DESCRIPTION["resources"]
    for method, operation in resource["operations"].items()
}


def test_the_plain_half_is_written_from_the_awaited_one(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("unasync")
    root = ROOT / "bindings-uniffi" / "python"
    monkeypatch.syspath_prepend(root)
    monkeypatch.setattr("sys.argv", ["sync.py", "--check"])
    with pytest.raises(SystemExit) as ended:
        importlib.import_module("sync").main()
    assert ended.value.code == 0, "run ./dev sync"
