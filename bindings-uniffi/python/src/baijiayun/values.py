"""The lists of values that the service knows, each under one name: `Role.TEACHER` is 1. The service may know others."""

from __future__ import annotations

from .generated import values as generated
from .generated.values import *  # noqa: F403

__all__: list[str] = []
__all__ += generated.__all__
