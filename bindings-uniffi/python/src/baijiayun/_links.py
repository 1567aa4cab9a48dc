"""Links into rooms and to recordings."""

from __future__ import annotations

from typing import Any, Literal, Optional

import msgspec

from ._boundary import ErrorFields
from ._calls import Calls, signing_failed
from ._exact import exact_text
from ._params import write
from ._inputs import IdInput

Role = Literal[0, 1, 2]
"""As what a user enters: 0 student, 1 teacher, 2 assistant."""


class _Made(msgspec.Struct):
    url: str = ""
    sign: Optional[str] = None
    error: Optional[ErrorFields] = None


_decoder = msgspec.json.Decoder(_Made)


def make(calls: Calls, kind: str, **params: Any) -> _Made:
    """A link, or the text to sign for it."""
    written, _ = write(kind, params)
    made = _decoder.decode(calls.engine.link(b"%s\n%s" % (kind.encode(), written)))
    if made.error is not None:
        raise made.error.error()
    return made


PATIENCE = 120_000
"""Milliseconds that a signer gets for a link, as long as a call has."""


def text_of(name: str, signature: object) -> str:
    """What a signer gave. The engine checks it, unless it is no text at all."""
    if not isinstance(signature, str):
        raise signing_failed(name, TypeError(f"the signer gave a {type(signature).__name__}"))
    return exact_text(signature).encode(errors="replace").decode()


class PlainLinks:
    """The links that need no signature.

    The documents leave links out: the rules are from public material. A text that could be read as another field of a
    link (it holds `&`, or `=` in a name) is refused with InvalidParametersError, in all of them.
    """

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def prepare(self, *, room_id: IdInput, code: Optional[str] = None) -> str:
        """The vendor's share link: the page asks for a name, and for the join code (参加码) if the link has none."""
        return make(self._calls, "prepare", room_id=room_id, code=code).url

    def quick_enter(self, *, code: str, user_name: str) -> str:
        """A link by which whoever has it enters under that name with a join code (参加码)."""
        return make(self._calls, "quick_enter", code=code, user_name=user_name).url

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
        return make(
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
        return make(self._calls, "video_player", video_id=video_id, token=token).url

    def mobile_video_player(self, *, video_id: IdInput, token: str) -> str:
        """The player of a video for phones."""
        return make(self._calls, "mobile_video_player", video_id=video_id, token=token).url

    def playback(self, *, room_id: IdInput, token: str, session_id: Optional[IdInput] = None) -> str:
        """The playback of a class. The token is that of `client.playback.get_player_token`.

        A room that was used for several classes has a playback for each: name the session then.
        """
        return make(self._calls, "playback", room_id=room_id, token=token, session_id=session_id).url

    def in_desktop_client(self, *, link: str) -> str:
        """The same link for the vendor's desktop client (云端课堂), which the system opens if it is installed."""
        return make(self._calls, "desktop_client", link=link).url
