"""The stores on Redis, with a server of the test's own."""

from __future__ import annotations

import socket
from functools import partial
from typing import Any

import anyio
import pytest
from baijiayun import AsyncClient, Client, Details, ThrottledError
from baijiayun.redis import AsyncRedisStore, RedisStore
from conftest import KEY, Drive, envelope, event


def client_of(drive: Drive, url: str, **settings: Any) -> Any:
    store = (AsyncRedisStore if drive.is_async else RedisStore).from_url(url)
    return drive.client(envelope({}), store=store, **settings)


def test_two_clients_keep_the_limit_together(drive: Drive, redis_url: str) -> None:
    if drive.mode == "trio":
        pytest.skip("redis-py runs on asyncio only")
    one, other = (client_of(drive, redis_url, quota=(2, 3600), store_prefix=f"two-{drive.mode}") for _ in range(2))
    details = Details()
    drive.do(lambda: one.room.info(room_id=1, options={"details": details}))
    assert details.trace is not None and not details.trace.store_down
    drive.do(lambda: other.room.info(room_id=1))
    for client in (one, other):
        with pytest.raises(ThrottledError, match="the account's limit, 2 requests in 3600 s"):
            drive.do(partial(client.room.info, room_id=1))
    alone = drive.client(envelope({}), quota=(2, 3600))
    for _ in range(2):
        drive.do(lambda: alone.room.info(room_id=1))


def test_one_of_two_takes_a_callback(redis_url: str) -> None:
    clients = [
        Client("demo", "1", KEY, store=RedisStore.from_url(redis_url), store_prefix="claims") for _ in range(2)
    ]
    assert [client.callbacks.claim(event("q1")) for client in clients] == [True, False]
    clients[0].callbacks.release(event("q1"))
    assert [client.callbacks.claim(event("q1")) for client in clients] == [True, False]


def test_one_of_two_takes_a_callback_with_await(redis_url: str) -> None:
    async def main() -> list[bool]:
        stores = [AsyncRedisStore.from_url(redis_url) for _ in range(2)]
        clients = [AsyncClient("demo", "1", KEY, store=store, store_prefix="awaited") for store in stores]
        return [await client.callbacks.claim(event("q1")) for client in clients]

    assert anyio.run(main) == [True, False]


def test_scripts_are_sent_once(redis_url: str) -> None:
    import redis

    server: Any = redis.Redis.from_url(redis_url)
    server.script_flush()
    store = RedisStore(server)
    script = "return redis.call('incrby', KEYS[1], ARGV[1])"
    assert store.evaluate(script, ["sum"], [2]) == 2
    assert store.evaluate(script, ["sum"], [3]) == 5
    commands = server.info("commandstats")
    assert commands["cmdstat_eval"]["calls"] >= 1 and commands["cmdstat_evalsha"]["calls"] >= 2


def test_errors_of_the_script_are_told(redis_url: str) -> None:
    store = RedisStore.from_url(redis_url)
    with pytest.raises(Exception, match="no good"):
        store.evaluate("return redis.error_reply('no good')", [], [])


def test_a_store_that_is_down_does_not_stop_calls(drive: Drive) -> None:
    pytest.importorskip("redis")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"redis://127.0.0.1:{free.getsockname()[1]}"
    if drive.mode == "trio":
        pytest.skip("redis-py runs on asyncio only")
    client = client_of(drive, url)
    details = Details()
    drive.do(lambda: client.room.info(room_id=1, options={"details": details}))
    assert details.trace is not None and details.trace.store_down
