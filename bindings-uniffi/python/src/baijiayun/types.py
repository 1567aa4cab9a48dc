"""The types of parameters and answers, for your own annotations.

    from baijiayun.types import RoomListItem

The types of a resource are loaded when one of them is asked for.
"""

from __future__ import annotations

from datetime import date, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, Union

if TYPE_CHECKING:
    from ._uploads import UploadedVideo as UploadedVideo
    from .generated.types import *  # noqa: F403

IdInput = Union[int, str]
"""An id, as a number or as text."""

Flag = Union[bool, Literal[0, 1]]
"""Yes or no."""

TimeInput = Union[datetime, date, int, str]
"""A point in time: a datetime, a day, or unix seconds. A datetime without a time zone is Beijing time (UTC+8), and a
day begins at midnight there."""

DateInput = Union[date, str]
"""A day or a moment: a datetime or a date, or the text that the document describes, in Beijing time (UTC+8)."""


def __getattr__(name: str) -> Any:
    from .generated.types import MODULES

    if name == "UploadedVideo":
        module = "._uploads"
    elif name in MODULES:
        module = f".generated.{MODULES[name]}"
    else:
        raise AttributeError(f"there is no type {name}")
    return getattr(import_module(module, __package__), name)
