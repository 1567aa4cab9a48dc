"""Clocks, looked up when they are asked, so that a test may set the one that tells the time of day."""

from __future__ import annotations

import time
from typing import Callable


def unix() -> float:
    """Unix seconds, as this process is made to believe."""
    return time.time()


def _never_set() -> Callable[[], float]:
    """A clock that no test stops: waits go by it, and would never end. freezegun stops `time.monotonic`, but not this."""
    if hasattr(time, "clock_gettime"):
        read, clock = time.clock_gettime, time.CLOCK_MONOTONIC
        return lambda: read(clock)
    found = time.monotonic
    return lambda: found()


monotonic: Callable[[], float] = _never_set()
"""Seconds that never go back."""
