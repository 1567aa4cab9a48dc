"""The account, from the environment. partner_key stays on this server."""

import os
import sys

from baijiayun import AsyncClient
from baijiayun.redis import AsyncRedisStore

NAMES = ("BAIJIAYUN_DOMAIN", "BAIJIAYUN_PARTNER_ID", "BAIJIAYUN_PARTNER_KEY")


def open_client() -> AsyncClient:
    """A client of the account. Several processes keep the service's limits together if there is a REDIS_URL."""
    missing = [name for name in NAMES if not os.environ.get(name)]
    if missing:
        sys.exit(f"missing in the environment: {', '.join(missing)} (of the mock: uvicorn --env-file mock.env ...)")
    redis_url = os.environ.get("REDIS_URL")
    return AsyncClient(
        *(os.environ[name] for name in NAMES),
        store=AsyncRedisStore.from_url(redis_url) if redis_url else None,
    )
