"""Values as Python's own types have them, whatever a class of the user's makes of them: a subclass of `str` may give another
text for `str(..)`, or raise."""

from __future__ import annotations

from operator import index
from typing import SupportsIndex, cast


def exact_text(text: str) -> str:
    """The characters of a text."""
    return str.__str__(text)


def exact_int(number: object) -> int:
    """A whole number, also one of another library.

    Raises:
        TypeError: It is none.
    """
    return int.__int__(number if isinstance(number, int) else index(cast("SupportsIndex", number)))


def exact_float(number: float) -> float:
    """A number of double precision."""
    return float.__float__(number)


def name_of(name: object) -> str:
    """The name of a member. JSON has texts alone."""
    return exact_text(name if isinstance(name, str) else str(name))


def in_words(error: BaseException) -> str:
    """An exception in words."""
    try:
        return str(error) or type(error).__name__
    except Exception:
        return type(error).__name__
