"""Decoding JSON of the engine."""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec

T = TypeVar("T")

_SURROGATES = re.compile(rb"\\\\|\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(\\u[dD][89a-fA-F]..)")


def read(decoder: msgspec.json.Decoder[T], json: bytes) -> T:
    """Decodes JSON of the engine.

    Half of a surrogate pair, which PHP leaves of a picture character that it cut, stays in values that no document
    describes. No text can hold it, so it becomes a replacement character.
    """
    try:
        return decoder.decode(json)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        return decoder.decode(_SURROGATES.sub(lambda found: rb"\ufffd" if found[1] else found[0], json))
