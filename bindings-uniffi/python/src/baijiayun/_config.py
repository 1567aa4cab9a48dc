"""What an engine is made from."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Optional, Union

from ._boundary import encode
from .errors import ConfigError
from .options import Priority, millis, number

Paths = Union[Mapping[str, str], str, os.PathLike[str]]
"""Paths by operation name, or the file that `bjy doctor` wrote."""

Quota = Union[tuple[int, int], Literal[False]]
"""Requests of the account in so many seconds; False for no limit."""


def config(
    *,
    domain: str,
    partner_id: Union[int, str],
    partner_key: object,
    callback_keys: Sequence[str],
    paths: Optional[Paths],
    attempts: Optional[int],
    attempt_timeout: Optional[float],
    deadline: Optional[float],
    upload_deadline: Optional[float],
    max_answer: Optional[int],
    quota: Optional[Quota],
    operation_quota: bool,
    has_store: bool,
    store_prefix: Optional[str],
    shared_as: Optional[str],
    priority: Optional[Priority],
    has_signer: bool,
    http: object,
    allow_http: bool,
    strict: bool,
) -> bytes:
    """The configuration as JSON. It holds the key."""
    if not isinstance(partner_key, (str, type(None))):
        raise ConfigError(f"partner_key must be a str, not a {type(partner_key).__name__}")
    if http is not None and not callable(http):
        hint = "an httpx client goes into an HttpxExecutor or AsyncHttpxExecutor of baijiayun.http"
        message = f"http must be a callable that sends a request, not a {type(http).__name__}"
        raise ConfigError(f"{message} [{hint}]", message=message, hint=hint)
    if partner_key is None and not has_signer:
        raise ConfigError("partner_key is missing: give it, or a signer that asks the machine that has it")
    if isinstance(callback_keys, str):
        raise ConfigError("callback_keys must be a list of keys")
    settings = {
        "attempts": number(attempts),
        "attempt_timeout": millis(attempt_timeout),
        "deadline": millis(deadline),
        "upload_deadline": millis(upload_deadline),
        "max_answer": number(max_answer),
        "allow_http": allow_http,
        "strict": strict,
        "quota": (0, 1) if quota is False else quota,
        "operation_quota": operation_quota,
        "store": has_store,
        "store_prefix": store_prefix,
        "shared_as": shared_as,
        "priority": priority,
        # What does not fit its type stands in the departures, so that typed data can always be decoded.
        "set_aside": True,
    }
    account: dict[str, Any] = {
        "domain": domain,
        "partner_id": str(partner_id),
        "partner_key": partner_key,
        "callback_keys": list(callback_keys),
        "paths": read_paths(paths),
        "settings": {name: value for name, value in settings.items() if value is not None},
    }
    try:
        return encode({name: value for name, value in account.items() if value is not None})
    except (TypeError, ValueError) as error:
        # The error says which type it is, and no value.
        raise ConfigError(f"the configuration cannot be read: {error}") from None


def read_paths(paths: Optional[Paths]) -> Optional[dict[str, str]]:
    """Paths by operation name, from a file too: JSON if its name ends in `.json`, else TOML with a table `[paths]`."""
    if paths is None or isinstance(paths, Mapping):
        return None if paths is None else dict(paths)
    name = os.fspath(paths)
    found: dict[str, str] = {}
    try:
        with open(paths, "rb") as file:
            content = file.read()
        _gather(found, "", (_json if name.lower().endswith(".json") else _toml)(content).get("paths", {}))
    except OSError as error:
        raise ConfigError(f"cannot read {name}: {error.strerror}") from error
    except (ValueError, AttributeError):
        # What is wrong may be a line with a key, so it is not quoted.
        hint = '`bjy doctor` writes such a file: [paths] with lines such as "room.create" = "/openapi/room/create"'
        raise ConfigError(f"{name} is no file of paths [{hint}]", message=f"{name} is no file of paths", hint=hint) from None
    return found


def _json(content: bytes) -> Any:
    import json

    return json.loads(content)


def _toml(content: bytes) -> Any:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    return tomllib.loads(content.decode("utf-8-sig"))


def _gather(found: dict[str, str], prefix: str, paths: Any) -> None:
    """TOML reads `room.create = "..."` as a table in a table; a quoted name is whole."""
    for name, path in paths.items():
        if isinstance(path, str):
            found[prefix + name] = path
        else:
            _gather(found, f"{prefix}{name}.", path)
