"""The types of parameters."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, Union

IdInput = Union[int, str]
"""An id, as a number or as text."""

Flag = Union[bool, Literal[0, 1]]
"""Yes or no."""

TimeInput = Union[datetime, date, float, str]
"""A point in time, whatever the service wants there: a datetime, a day, unix seconds, or a text: `2026-11-28`,
`2026-11-28 08:00`, `2026-11-28 08:00:00`, or ISO 8601 with an offset. What has no time zone is Beijing time (UTC+8), and a
day begins at midnight there."""
