"""Callbacks with Flask: `flask --app flask_app:create_app run`."""

import os
from queue import Full, Queue

from baijiayun import CallbackError, Client
from baijiayun.callbacks import SUCCESS, Event, failure
from flask import Flask, Response, current_app, request


def create_app() -> Flask:
    """The application. What waits in `work` is for a thread of yours, or for a queue such as Celery's."""
    app = Flask(__name__)
    # Longer bodies are not read.
    app.config["MAX_CONTENT_LENGTH"] = 4 << 20
    client = Client(
        os.environ["BAIJIAYUN_DOMAIN"],
        os.environ["BAIJIAYUN_PARTNER_ID"],
        os.environ["BAIJIAYUN_PARTNER_KEY"],
        # With several processes each qid is taken once by all of them: store=RedisStore.from_url(...)
    )
    work: Queue[Event] = Queue(1024)
    app.extensions["work"] = work

    @app.post("/callbacks")
    def receive() -> Response:
        try:
            # The bytes as they came, before `request.form` or `request.json` parse them.
            event = client.callbacks.parse(request.get_data(), request.headers)
        except CallbackError as error:
            current_app.logger.warning("a callback was refused: %s", error)
            return reply(failure("not signed by this account"), 401)
        if client.callbacks.claim(event):
            try:
                work.put_nowait(event)
            except Full:
                client.callbacks.release(event)
                return reply(failure("busy, post it again"))
        return reply(SUCCESS)

    return app


def reply(body: str, status: int = 200) -> Response:
    """What the service understands."""
    return Response(body, status, mimetype="application/json")
