"""What the service posts to you, as typed events.

    @app.post("/baijiayun")                      # FastAPI
    async def receive(request: Request) -> Response:
        event = client.callbacks.parse(await request.body(), request.headers)
        if client.callbacks.claim(event):        # the first to take it
            if isinstance(event, TranscodeCallback):
                queue.put(event.data.video_id)
        return Response(SUCCESS, media_type="application/json")
"""

from __future__ import annotations

from ._async.callbacks import AsyncCallbacks
from ._boundary import encode
from ._callback import Callback, UnknownCallback
from ._receiver import Event, Headers, SignedPost
from ._sync.callbacks import Callbacks
from .generated import callbacks as generated
from .generated.callbacks import *  # noqa: F403

__all__ = ["SUCCESS", "AsyncCallbacks", "Callback", "Callbacks", "Event", "Headers"]
__all__ += ["SignedPost", "UnknownCallback", "failure"]
__all__ += generated.__all__

SUCCESS = '{"code":0,"msg":""}'
"""The reply that the service takes for success."""


def failure(msg: str) -> str:
    """The reply that has most callbacks posted again."""
    return encode({"code": 1, "msg": msg}).decode()
