"""Points in time, as the service writes them and as Python has them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any, Optional, Union

import msgspec
from typing_extensions import Annotated

BEIJING = timezone(timedelta(hours=8), "UTC+8")
"""The time zone of the service, which is that of a datetime without one."""

_IS_TIME = msgspec.Meta(extra={"is_time": True})

UnixTime = Annotated[int, _IS_TIME]
"""Unix seconds. `value.times` has the member as a datetime."""

TimeText = Annotated[str, _IS_TIME]
"""`YYYY-MM-DD HH:MM:SS` in Beijing time (UTC+8). `value.times` has the member as a datetime."""

DateText = Annotated[str, _IS_TIME]
"""`YYYY-MM-DD` in Beijing time (UTC+8). `value.times` has the member as a datetime: its midnight."""


class Times:
    """The members of a value that are points in time, as datetimes of Beijing (UTC+8)."""

    __slots__ = ("_value",)

    def __init__(self, value: msgspec.Struct) -> None:
        self._value = value

    def __getattr__(self, name: str) -> Optional[datetime]:
        """A member. None if the service left it out, or wrote something that is no time: 0, nothing, 0000-00-00."""
        kind = type(self._value)
        if name not in _members(kind):
            names = ", ".join(sorted(_members(kind))) or "none"
            raise AttributeError(f"{kind.__name__} has no time {name}; its times are: {names}")
        return as_datetime(getattr(self._value, name))

    def __dir__(self) -> list[str]:
        return sorted(_members(type(self._value)))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)}" for name in dir(self))
        return f"<times of {type(self._value).__name__}: {shown}>"


@lru_cache(maxsize=None)
def _members(kind: type[msgspec.Struct]) -> frozenset[str]:
    return frozenset(field.name for field in msgspec.structs.fields(kind) if _is_time(field.type))


def _is_time(kind: Any) -> bool:
    metas = (*getattr(kind, "__metadata__", ()), *(meta for arg in getattr(kind, "__args__", ()) for meta in _metas(arg)))
    return any(meta is _IS_TIME for meta in metas)


def _metas(kind: Any) -> tuple[Any, ...]:
    return getattr(kind, "__metadata__", ())


def as_datetime(written: Union[int, str, None]) -> Optional[datetime]:
    """What the service writes, as a datetime of Beijing."""
    if not written:
        return None
    try:
        if isinstance(written, int):
            return datetime.fromtimestamp(written, BEIJING)
        return datetime.fromisoformat(written.strip()).replace(tzinfo=BEIJING)
    except (ValueError, OverflowError, OSError):
        return None


def days(first: date, last: Optional[date] = None) -> Iterator[tuple[datetime, datetime]]:
    """Each day from the first to the last one, both included, as the period from its first to its last second in Beijing
    (UTC+8): for operations whose period must lie within one day.

        for start, end in days(date(2026, 8, 1), date(2026, 8, 31)):
            client.room_data.get_room_concurrent_users(room_id=room_id, start_time=start, end_time=end)

    A datetime with a time zone stands for the day that it is in Beijing then.
    """
    day, end = _day(first), _day(first if last is None else last)
    while day <= end:
        begin = datetime(day.year, day.month, day.day, tzinfo=BEIJING)
        yield begin, begin + timedelta(days=1, seconds=-1)
        day += timedelta(days=1)


def _day(day: date) -> date:
    if isinstance(day, datetime):
        return (day if day.tzinfo is None else day.astimezone(BEIJING)).date()
    return day
