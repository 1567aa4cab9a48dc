"""What the user wants to be told while a call goes on."""

from __future__ import annotations

from typing import Callable


class Telling:
    """Tells the user something. What the function gives is to be awaited if it can be."""

    __slots__ = ("tell",)

    def __init__(self, tell: Callable[[], object]) -> None:
        self.tell: Callable[[], object] = tell
