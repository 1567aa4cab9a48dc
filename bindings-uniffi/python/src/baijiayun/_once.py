"""Members of an object that are made when they are first asked for."""

from __future__ import annotations

from functools import cached_property
from threading import RLock
from typing import TYPE_CHECKING, Any, Optional

from ._forks import on_fork


class _Making:
    """Who makes something holds this."""

    def __init__(self) -> None:
        self.after_fork()
        on_fork(self)

    def after_fork(self) -> None:
        """Another thread of the parent process may have held the lock."""
        self.lock = RLock()


_making = _Making()


if TYPE_CHECKING:
    once = cached_property
else:

    class once(cached_property):  # noqa: N801
        """A `cached_property` of which threads that ask at once get the same object. Python's has no lock since 3.12."""

        def __get__(self, instance: Any, owner: Optional[type[Any]] = None) -> Any:
            if instance is None:
                return self
            with _making.lock:
                return super().__get__(instance, owner)
