"""The engine, with a short way into it for what every call does.

UniFFI's methods make six calls into the library for one, each of which gives Python's lock away and waits for it again:
with many threads that is most of a call's time. These make two or three, and keep the lock while they take microseconds.
"""

from __future__ import annotations

import ctypes
from typing import Any

from . import _native
from ._native import baijiayun as _uniffi

_SMALL = 64 << 10
"""While the engine reads answers of more bytes, other threads go on."""

_PREFIX = 4
"""Bytes before the content of a buffer: its length."""


class _Bytes(ctypes.Structure):
    """Bytes that are lent."""

    _fields_ = [("len", ctypes.c_int32), ("data", ctypes.c_char_p)]


class _Buffer(ctypes.Structure):
    """Bytes that are given, and have to be freed."""

    _fields_ = [("capacity", ctypes.c_uint64), ("len", ctypes.c_uint64), ("data", ctypes.c_void_p)]


class _Status(ctypes.Structure):
    """What became of a call. The library panics never, and so does not change it."""

    _fields_ = [("code", ctypes.c_int8), ("error", _Buffer)]


library: Any = vars(_uniffi)["_UniffiLib"]
"""The library that UniFFI loaded."""


def _function(make: Any, name: str, result: Any, *args: Any) -> Any:
    prototype = make(result, *args, ctypes.POINTER(_Status))
    return prototype((name, library))


_HELD, _LET_GO = ctypes.PYFUNCTYPE, ctypes.CFUNCTYPE
_METHOD = "uniffi_baijiayun_uniffi_fn_method_engine_"
_U64, _I64 = ctypes.c_uint64, ctypes.c_int64
_ANSWER = (_Buffer, _U64, _U64, ctypes.c_uint16, _I64, _Bytes, _I64, _U64, _U64)

_clone = _function(_HELD, "uniffi_baijiayun_uniffi_fn_clone_engine", _U64, _U64)
_free = _function(_HELD, "ffi_baijiayun_uniffi_rustbuffer_free", None, _Buffer)
_begin = _function(_HELD, f"{_METHOD}begin", _Buffer, _U64, _Bytes, _I64, _U64, _U64)
_resume = _function(_HELD, f"{_METHOD}resume", _Buffer, _U64, _U64, _Bytes, _I64, _U64, _U64)
_answer = _function(_HELD, f"{_METHOD}answer", *_ANSWER)
_answer_large = _function(_LET_GO, f"{_METHOD}answer", *_ANSWER)


class Engine(_native.Engine):
    """The calls of one account."""

    _handle: Any

    def begin(self, call: bytes, unix: int, ticks: int, random: int) -> bytes:
        status = _Status()
        handle = _clone(self._handle, status)
        return _taken(_begin(handle, _Bytes(len(call), call), unix, ticks, random, status), status)

    def resume(self, call: int, event: bytes, unix: int, ticks: int, random: int) -> bytes:
        status = _Status()
        handle = _clone(self._handle, status)
        return _taken(_resume(handle, call, _Bytes(len(event), event), unix, ticks, random, status), status)

    def answer(
        self, call: int, status: int, retry_after: int, body: bytes, unix: int, ticks: int, random: int
    ) -> bytes:
        told = _Status()
        handle = _clone(self._handle, told)
        ask = _answer if len(body) < _SMALL else _answer_large
        lent = _Bytes(len(body), body)
        return _taken(ask(handle, call, status, retry_after, lent, unix, ticks, random, told), told)


def _taken(buffer: Any, status: _Status) -> bytes:
    """The content of a buffer, which is freed."""
    if status.code:
        raise RuntimeError("the engine failed")
    try:
        return ctypes.string_at(buffer.data + _PREFIX, buffer.len - _PREFIX)
    finally:
        _free(buffer, status)
