"""Callbacks with Django, in one file: `python django_app.py runserver`. In a project of yours take the view."""

import logging
import os
import sys
from functools import lru_cache
from queue import Full, Queue

from baijiayun import CallbackError, Client
from baijiayun.callbacks import SUCCESS, Event, failure
from django.conf import settings
from django.core.management import execute_from_command_line
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

if not settings.configured:
    # Longer bodies are not read.
    settings.configure(
        ROOT_URLCONF=__name__, ALLOWED_HOSTS=["localhost", "127.0.0.1"], DATA_UPLOAD_MAX_MEMORY_SIZE=4 << 20
    )

log = logging.getLogger(__name__)
work: "Queue[Event]" = Queue(1024)
"""What waits is for a thread of yours, or for a queue such as Celery's."""


@lru_cache(maxsize=None)
def our_client() -> Client:
    """One client serves all threads, and forked processes."""
    return Client(
        os.environ["BAIJIAYUN_DOMAIN"],
        os.environ["BAIJIAYUN_PARTNER_ID"],
        os.environ["BAIJIAYUN_PARTNER_KEY"],
        # With several processes each qid is taken once by all of them: store=RedisStore.from_url(...)
    )


@csrf_exempt  # The service has no token of ours: its signature says who it is.
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """The view."""
    callbacks = our_client().callbacks
    try:
        # The bytes as they came: nothing may have read `request.POST` before.
        event = callbacks.parse(request.body, request.headers)
    except CallbackError as error:
        log.warning("a callback was refused: %s", error)
        return reply(failure("not signed by this account"), 401)
    if callbacks.claim(event):
        try:
            work.put_nowait(event)
        except Full:
            callbacks.release(event)
            return reply(failure("busy, post it again"))
    return reply(SUCCESS)


def reply(body: str, status: int = 200) -> HttpResponse:
    """What the service understands."""
    return HttpResponse(body, content_type="application/json", status=status)


urlpatterns = [path("callbacks", receive)]
application = get_wsgi_application()

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
