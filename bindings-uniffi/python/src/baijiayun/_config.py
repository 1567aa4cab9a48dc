"""What an engine is made from."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any, Literal, Optional, Union, cast

import msgspec

from ._boundary import ErrorFields, encode
from ._calls import Calls, setting
from ._events import log
from ._exact import exact_int, exact_text, in_words
from ._native import configuration
from ._secret import Secret
from .errors import BaijiayunError, ConfigError

Paths = Union[Mapping[str, str], str, os.PathLike[str]]
"""Paths by operation name, or the file that `bjy doctor` wrote."""

Quota = Union[tuple[int, int], Literal[False]]
"""Requests of the account in so many seconds; False for no limit."""


class _Absent:
    def __repr__(self) -> str:
        return "<as the environment says>"


ABSENT: Any = _Absent()
"""Stands for a part of the account that was left out, and is looked for."""


class Account:
    """Who calls, as it was given. The keys stand in no frame that an error shows, and so do not get into reports of errors
    that print what is in them (Sentry, rich)."""

    def __init__(
        self,
        domain: Any,
        partner_id: Any,
        partner_key: Secret[Any],
        callback_keys: Secret[Any],
        paths: Any,
        name: Any,
    ) -> None:
        self.domain: Any = domain
        self.partner_id: Any = partner_id
        self.partner_key: Secret[Any] = partner_key
        self.callback_keys = callback_keys
        self.paths: Any = paths
        self.named: Any = name

    def name(self) -> str:
        """What may be shown of it."""
        return f"({self.domain!r}, {self.partner_id!r})"

    def open(self, settings: dict[str, Any], supplied: Supplied) -> Union[Calls, BaijiayunError]:
        """The engine of the account, or the error why there is none, without the frames that it came by."""
        try:
            supplied.check()
            return Calls(self._config(settings, supplied), supplied.on_event)
        except BaijiayunError as error:
            failure = error
        except Exception as error:
            # It says which type it is, and no value.
            failure = ConfigError(f"the configuration cannot be read: {in_words(error)}")
        failure.__context__ = None
        return failure.with_traceback(None)

    def _config(self, given: dict[str, Any], supplied: Supplied) -> Secret[bytes]:
        deadline, timeout = given.pop("deadline"), given.pop("timeout")
        if deadline is not None and timeout is not None:
            raise ConfigError("timeout is another name for deadline: give one of them")
        quota = given["quota"]
        settings = {
            **given,
            "deadline": timeout if deadline is None else deadline,
            "quota": (0, 1) if quota is False else quota,
            "store": supplied.store is not None,
            # What does not fit its type stands in the departures, so that typed data can always be decoded.
            "set_aside": True,
        }
        self._complete(needs_key=supplied.signer is None)
        account: dict[str, Any] = {
            "domain": self.domain,
            "partner_id": self.partner_id,
            "paths": read_paths(self.paths),
            "settings": {name: _read(name, value) for name, value in settings.items() if value is not None},
        }
        return self._with_keys({name: value for name, value in account.items() if value is not None})

    def _complete(self, *, needs_key: bool) -> None:
        """Looks for what was not given."""
        given: dict[str, object] = {
            "domain": self.domain,
            "partner_id": self.partner_id,
            "partner_key": self.partner_key.value,
        }
        if not needs_key and given["partner_key"] in (None, ABSENT):
            # A signer has it, so it is not looked for.
            self.partner_key = Secret(None)
            del given["partner_key"]
        given = {name: _checked(name, value) for name, value in given.items() if value is not ABSENT}
        self.domain, self.partner_id = given.get("domain"), given.get("partner_id")
        if "partner_key" in given:
            self.partner_key = Secret(given["partner_key"])
        if len(given) == (3 if needs_key else 2) or given.keys() == {"domain", "partner_id", "partner_key"}:
            return
        if self.named is not None:
            given["account"] = _checked("account", self.named)
        found = _found_decoder.decode(configuration(encode({"given": given, "needs_key": needs_key})))
        if found.error is not None:
            raise found.error.error()
        for note in found.notes:
            log.warning("%s", note)
        self.domain, self.partner_id = found.domain, found.partner_id
        if needs_key:
            self.partner_key = Secret(found.partner_key)
        if self.paths is None:
            self.paths = found.paths

    def _with_keys(self, account: dict[str, Any]) -> Secret[bytes]:
        key, given = self.partner_key.value, cast("object", self.callback_keys.value)
        is_list = isinstance(given, Iterable) and not isinstance(given, (str, bytes, Mapping))
        keys = list(cast("Iterable[str]", given)) if is_list else []
        if not is_list or not all(isinstance(each, str) for each in cast("list[object]", keys)):
            raise ConfigError("callback_keys must be a list of keys, each a str")
        more = {"callback_keys": list(map(exact_text, keys)), **({} if key is None else {"partner_key": key})}
        return Secret(encode({**account, **more}))


class _Found(msgspec.Struct):
    """The account as it was found. It holds the key."""

    domain: Optional[str] = None
    partner_id: Optional[str] = None
    partner_key: Optional[str] = None
    paths: Optional[dict[str, str]] = None
    notes: list[str] = []
    error: Optional[ErrorFields] = None


_found_decoder = msgspec.json.Decoder(_Found)


def _checked(name: str, value: object) -> str:
    """A part of the account as a text. None is not one that was left out: it may come from a variable that is not set."""
    is_number = name == "partner_id" and hasattr(value, "__index__") and not isinstance(value, bool)
    if not (isinstance(value, str) or is_number):
        wanted = "an int or a str" if name == "partner_id" else "a str"
        raise ConfigError(f"{name} must be {wanted}, not a {type(value).__name__}")
    return exact_text(value) if isinstance(value, str) else str(exact_int(value))


def _read(name: str, value: object) -> Any:
    try:
        return setting(name, value)
    except Exception as error:
        raise ConfigError(f"{name} {in_words(error)}") from None


class Supplied:
    """What a client is given to work with."""

    def __init__(self, http: object, store: object, signer: object, on_event: Any, *, is_awaited: bool) -> None:
        self.http = http
        self.store = store
        self.signer = signer
        self.on_event = on_event
        self.is_awaited = is_awaited

    def check(self) -> None:
        """Raises a ConfigError for what cannot be what it is given for."""
        awaited = "AsyncClient" if self.is_awaited else "Client"
        if self.http is not None and not callable(self.http):
            hint = "an httpx client goes into an HttpxExecutor or AsyncHttpxExecutor of baijiayun.http"
            raise _wrong(f"http must be a callable that sends a request, not a {type(self.http).__name__}", hint)
        if self.signer is not None and not callable(self.signer):
            raise _wrong(f"signer must be a callable that signs a text, not a {type(self.signer).__name__}")
        if self.on_event is not None and (not callable(self.on_event) or inspect.iscoroutinefunction(self.on_event)):
            raise _wrong("on_event must be a plain function, which takes a CallEvent")
        for name, given in (("http", self.http), ("signer", self.signer)):
            self._check_kind(name, given, awaited)
        if self.store is not None:
            self._check_store()
            self._check_kind("store", cast("Any", self.store).evaluate, awaited)

    def _check_kind(self, name: str, given: object, awaited: str) -> None:
        """What is an `async def` can only be awaited; what is none may give something to await all the same."""
        is_async = inspect.iscoroutinefunction(given) or inspect.iscoroutinefunction(getattr(given, "__call__", None))
        if is_async and not self.is_awaited:
            raise _wrong(f"the {name} of a {awaited} must not be awaited: this one is an `async def`")

    def _check_store(self) -> None:
        store, awaited = self.store, "Async" * self.is_awaited
        evaluate = getattr(store, "evaluate", None)
        if isinstance(store, (str, bytes)):
            # It may hold a password.
            raise _wrong("store must be a store, not an address", f"{awaited}RedisStore.from_url(..) of baijiayun.redis")
        if not callable(evaluate):
            hint = f"a redis client goes into a {awaited}RedisStore of baijiayun.redis" if hasattr(store, "evalsha") else None
            raise _wrong(f"store must have a method evaluate(script, keys, args), which a {type(store).__name__} has not", hint)
        if self.is_awaited and type(store).__name__ == "RedisStore":
            raise _wrong("the store of an AsyncClient must be awaited", "take AsyncRedisStore of baijiayun.redis")


def _wrong(message: str, hint: Optional[str] = None) -> ConfigError:
    return ConfigError(message if hint is None else f"{message} [{hint}]", message=message, hint=hint)


def read_paths(paths: Optional[Paths]) -> Optional[dict[str, str]]:
    """Paths by operation name, from a file too: JSON if its name ends in `.json`, else TOML with a table `[paths]`."""
    if not isinstance(cast("object", paths), (Mapping, str, os.PathLike, type(None))):
        raise ConfigError(f"paths must be a dict or the name of a file, not a {type(paths).__name__}")
    if paths is None or isinstance(paths, Mapping):
        return None if paths is None else cast("dict[str, str]", _read("paths", paths))
    name = os.fspath(paths)
    found: dict[str, str] = {}
    try:
        with open(paths, "rb") as file:
            content = file.read()
        _gather(found, "", (_json if name.lower().endswith(".json") else _toml)(content).get("paths", {}))
    except OSError as error:
        raise ConfigError(f"cannot read {name}: {error.strerror}") from None
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
