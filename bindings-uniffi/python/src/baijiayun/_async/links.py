"""Links into rooms and to recordings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Optional, Union, cast

from .._boundary import Sign
from .._calls import signing_failed
from .._inputs import IdInput
from .._links import PATIENCE, PlainLinks, Role, make, text_of
from .runner import AsyncRunner


class AsyncLinks(PlainLinks):
    """Links into rooms and to recordings, which people open in a browser. Nothing is sent to make one."""

    def __init__(self, runner: AsyncRunner) -> None:
        super().__init__(runner.calls)
        self._runner = runner

    async def enter_room(
        self,
        *,
        room_id: IdInput,
        user_name: str,
        user_number: Optional[IdInput] = None,
        user_role: Role = 0,
        user_avatar: Optional[str] = None,
        extra: Optional[Mapping[str, Union[str, int]]] = None,
    ) -> str:
        """A link that lets one user into a room without a code. It does not expire: hand it to that user only.

        Args:
            room_id: The room.
            user_name: The name that the others see.
            user_number: The number of the user in your own system, not 0. Without one the service gives the user one.
            user_role: 0 student, 1 teacher, 2 assistant.
            user_avatar: The address of the user's picture.
            extra: Parameters that stand behind the signature and are not signed, so that anybody can change them.

        Raises:
            InvalidParametersError: A text could be read as another field of the link: a nickname such as
                `x&user_role=1` would make a teacher's link of a student's.
        """
        params = {
            "room_id": room_id,
            "user_number": user_number,
            "user_name": user_name,
            "user_role": user_role,
            "user_avatar": user_avatar,
            "extra": dict(extra) if isinstance(cast("object", extra), Mapping) and extra else extra,
        }
        made = make(self._calls, "enter_room", **params)
        if made.sign is None:
            return made.url
        try:
            given = await self._runner.sign(Sign(0, PATIENCE, made.sign))
        except Exception as error:
            raise signing_failed("enter_room", error) from error
        return make(self._calls, "enter_room", **params, signature=text_of("enter_room", given)).url
