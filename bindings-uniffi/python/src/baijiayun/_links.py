"""Links into rooms and to recordings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Optional, Union

import msgspec

from ._boundary import ErrorFields, Sign
from ._calls import Calls, signing_failed
from ._params import write
from ._run import AsyncRunner, Runner
from ._inputs import IdInput

Role = Literal[0, 1, 2]
"""As what a user enters: 0 student, 1 teacher, 2 assistant."""


class _Made(msgspec.Struct):
    url: str = ""
    sign: Optional[str] = None
    error: Optional[ErrorFields] = None


_decoder = msgspec.json.Decoder(_Made)


def _make(calls: Calls, kind: str, **params: Any) -> _Made:
    """A link, or the text to sign for it."""
    written, _ = write(kind, params)
    made = _decoder.decode(calls.engine.link(b"%s\n%s" % (kind.encode(), written)))
    if made.error is not None:
        raise made.error.error()
    return made


_PATIENCE = 120_000
"""Milliseconds that a signer gets for a link, as long as a call has."""


def _check(name: str, signature: object) -> None:
    """What is no text at all; the engine checks the rest."""
    if not isinstance(signature, str):
        raise signing_failed(name, TypeError(f"the signer gave a {type(signature).__name__}"))


class _PlainLinks:
    """The links that need no signature.

    The documents leave links out: the rules are from public material. A text that could be read as another field of a
    link (it holds `&`, or `=` in a name) is refused with InvalidParametersError, in all of them.
    """

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def prepare(self, *, room_id: IdInput, code: Optional[str] = None) -> str:
        """The vendor's share link: the page asks for a name, and for the join code (参加码) if the link has none."""
        return _make(self._calls, "prepare", room_id=room_id, code=code).url

    def quick_enter(self, *, code: str, user_name: str) -> str:
        """A link by which whoever has it enters under that name with a join code (参加码)."""
        return _make(self._calls, "quick_enter", code=code, user_name=user_name).url

    def code_player(
        self,
        *,
        code: str,
        user_name: str,
        user_number: Optional[IdInput] = None,
        width: Optional[int] = None,
        height: Optional[int] = None,
        show_controls: Optional[bool] = None,
    ) -> str:
        """A room in a page of yours: the address for an iframe, its size in pixels. One public project has it."""
        return _make(
            self._calls,
            "code_player",
            code=code,
            user_name=user_name,
            user_number=user_number,
            width=width,
            height=height,
            show_controls=show_controls,
        ).url

    def video_player(self, *, video_id: IdInput, token: str) -> str:
        """The player of a video. The token is that of `client.video.get_player_token`."""
        return _make(self._calls, "video_player", video_id=video_id, token=token).url

    def mobile_video_player(self, *, video_id: IdInput, token: str) -> str:
        """The player of a video for phones."""
        return _make(self._calls, "mobile_video_player", video_id=video_id, token=token).url

    def playback(self, *, room_id: IdInput, token: str, session_id: Optional[IdInput] = None) -> str:
        """The playback of a class. The token is that of `client.playback.get_player_token`.

        A room that was used for several classes has a playback for each: name the session then.
        """
        return _make(self._calls, "playback", room_id=room_id, token=token, session_id=session_id).url

    def in_desktop_client(self, *, link: str) -> str:
        """The same link for the vendor's desktop client (云端课堂), which the system opens if it is installed."""
        return _make(self._calls, "desktop_client", link=link).url


class Links(_PlainLinks):
    """Links into rooms and to recordings, which people open in a browser. Nothing is sent to make one."""

    def __init__(self, runner: Runner) -> None:
        super().__init__(runner.calls)
        self._runner = runner

    def enter_room(
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
            "extra": None if extra is None else dict(extra),
        }
        made = _make(self._calls, "enter_room", **params)
        if made.sign is None:
            return made.url
        try:
            signature = self._runner.sign(Sign(0, _PATIENCE, made.sign))
        except Exception as error:
            raise signing_failed("enter_room", error) from error
        _check("enter_room", signature)
        return _make(self._calls, "enter_room", **params, signature=signature).url


class AsyncLinks(_PlainLinks):
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
            "extra": None if extra is None else dict(extra),
        }
        made = _make(self._calls, "enter_room", **params)
        if made.sign is None:
            return made.url
        try:
            signature = await self._runner.sign(Sign(0, _PATIENCE, made.sign))
        except Exception as error:
            raise signing_failed("enter_room", error) from error
        _check("enter_room", signature)
        return _make(self._calls, "enter_room", **params, signature=signature).url
