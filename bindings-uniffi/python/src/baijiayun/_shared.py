"""What cannot be there twice."""

from __future__ import annotations

from typing import NoReturn, TypeVar

T = TypeVar("T", bound="Shared")


class Shared:
    """Something that a copy shares, and that does not leave its process.

    Behind it is an engine in native memory, which two owners would free twice.
    """

    def __copy__(self: T) -> T:
        return self

    def __deepcopy__(self: T, memo: object) -> T:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client cannot be pickled, for it holds the key: make one in each process")
