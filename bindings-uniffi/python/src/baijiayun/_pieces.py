"""Decoding large answers in pieces.

Python's lock is held while something is decoded: for half a second, for a list of 50 MB. So a long list is decoded some
rows at a time, and between them other threads have their turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional, TypeVar, Union, cast, get_args, get_origin

import msgspec

from . import _native
from ._boundary import AnyStep, Done, decoder, read

T = TypeVar("T")

LARGE = 256 << 10
"""Answers of more bytes are decoded in pieces of about this size."""


class _Cut(msgspec.Struct):
    """A long list, or map, in the JSON of the engine."""

    path: list[str]
    """The members that lead to it."""
    ends: list[int]
    """Where it begins, and where each piece ends: at a comma, the last one at the bracket."""


_cuts = msgspec.json.Decoder(list[_Cut])


def read_large(result: type[T], written: bytes) -> AnyStep[T]:
    """Decodes a step of the engine in pieces.

    :raises msgspec.ValidationError: The data do not fit their type.
    """
    found = [(cut, _type_at(result, cut.path)) for cut in _cuts.decode(_native.pieces(written, LARGE))]
    cuts = [(cut, kind) for cut, kind in found if kind is not None]
    # What is around the long lists, with empty ones in their places.
    around: list[bytes] = []
    begin = 0
    for cut, _ in cuts:
        around.append(written[begin : cut.ends[0] + 1])
        begin = cut.ends[-1]
    step = read(decoder(result), b"".join([*around, written[begin:]]))
    if not isinstance(step, Done):
        return step
    view = memoryview(written)
    for cut, kind in cuts:
        place: Any = step.data
        for name in cut.path[1:]:
            place = _member(place, name)
        part = msgspec.json.Decoder(kind)
        is_map = written[cut.ends[0]] == ord("{")
        for begin, end in zip(cut.ends, cut.ends[1:]):
            piece = bytes(view[begin + 1 : end])
            if is_map:
                place.update(read(part, b"{%s}" % piece))
            else:
                place.extend(read(part, b"[%s]" % piece))
    return step


def _type_at(result: Any, path: list[str]) -> Optional[Any]:
    """The type of the list or map at a place, None if there is none."""
    if path[:1] != ["data"]:
        return None
    kind = Any if result in (object, type(None)) else result
    for name in path[1:]:
        kind = _type_in(_plain(kind), name)
    kind = _plain(kind)
    return kind if kind is Any or get_origin(kind) in (list, dict) else None


def _plain(kind: Any) -> Any:
    """A type without its None."""
    if get_origin(kind) is Union:
        kinds = [each for each in get_args(kind) if each is not type(None)]
        return kinds[0] if len(kinds) == 1 else None
    return kind


def _type_in(kind: Any, name: str) -> Any:
    """The type of a member."""
    if kind is Any:
        return Any
    if get_origin(kind) is dict:
        return get_args(kind)[1]
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return next((field.type for field in msgspec.structs.fields(kind) if field.encode_name == name), None)
    return None


def _member(place: Any, name: str) -> Any:
    """A member of a value, by its name on the wire."""
    if isinstance(place, Mapping):
        return cast("Mapping[str, Any]", place)[name]
    return next(getattr(place, field.name) for field in msgspec.structs.fields(place) if field.encode_name == name)
