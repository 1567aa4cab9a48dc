"""The types of parameters."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, Union

IdInput = Union[int, str]
"""An id, as a number or as text."""

Flag = Union[bool, Literal[0, 1]]
"""Yes or no."""

TimeInput = Union[datetime, date, int, str]
"""A point in time: a datetime, a day, or unix seconds. A datetime without a time zone is Beijing time (UTC+8), and a
day begins at midnight there."""

DateInput = Union[date, str]
"""A day or a moment: a datetime or a date, or the text that the document describes, in Beijing time (UTC+8)."""
