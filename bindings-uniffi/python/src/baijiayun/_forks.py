"""What a forked process must not share with its parent."""

from __future__ import annotations

import os
from typing import Protocol, runtime_checkable
from weakref import WeakSet

_forkable: WeakSet[Forkable] = WeakSet()


@runtime_checkable
class Forkable(Protocol):
    """Keeps something that a forked process must not share with its parent."""

    def after_fork(self) -> None:
        """Is called in the child."""


def on_fork(forkable: object) -> None:
    """Has `after_fork` called in forked processes, if there is such a method."""
    if isinstance(forkable, Forkable):
        _forkable.add(forkable)


def _after_fork() -> None:
    for forkable in list(_forkable):
        forkable.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
