"""The types of parameters and answers, for your own annotations.

    from baijiayun.types import RoomListItem

The types of a resource are loaded when one of them is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._inputs import Flag as Flag
from ._inputs import IdInput as IdInput
from ._inputs import TimeInput as TimeInput

if TYPE_CHECKING:
    from ._uploads import UploadedVideo as UploadedVideo
    from .generated.types import *  # noqa: F403


def __getattr__(name: str) -> Any:
    from .generated.types import MODULES

    if name == "UploadedVideo":
        module = "._uploads"
    elif name in MODULES:
        module = f".generated.{MODULES[name]}"
    else:
        raise AttributeError(f"there is no type {name}")
    return getattr(import_module(module, __package__), name)
