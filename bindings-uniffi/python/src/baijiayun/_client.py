"""The clients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Optional, TypeVar, Union

from ._boundary import Done
from ._calls import Asked, Calls
from ._config import Paths, Quota, config
from ._message import Request
from ._run import WITHIN, AsyncRunner, AsyncSigner, Runner, Signer
from ._shared import Shared
from .details import Answer
from .generated.resources import AsyncResources, Resources
from .http import AsyncHttpExecutor, HttpExecutor
from .options import CallOptions, Priority
from .pages import AsyncPages, Pages
from .store import AsyncStore, Store

if TYPE_CHECKING:
    from ._links import AsyncLinks, Links
    from ._uploads import AsyncVideo, Video
    from .callbacks import AsyncCallbacks, Callbacks

Params = Optional[Mapping[str, Any]]
Self = TypeVar("Self", bound="Client")
AsyncSelf = TypeVar("AsyncSelf", bound="AsyncClient")


class Client(Shared, Resources):
    """A client of one account.

        client = Client("demo", "12345678", partner_key)
        room = client.room.create(title="第一课", start_time=start, end_time=end)

    One client serves all threads, keeps the service's limits for all of them, and can be used in forked processes.
    partner_key belongs on servers: what runs on a user's machine gets the link, the token or the upload address from
    yours. A `signer` is only for those who may do everything that the account can do: the path is not signed, so a
    signature for `room.info` also deletes the room.
    """

    def __init__(
        self,
        domain: str,
        partner_id: Union[int, str],
        partner_key: Optional[str] = None,
        *,
        signer: Optional[Signer] = None,
        callback_keys: Sequence[str] = (),
        paths: Optional[Paths] = None,
        attempts: Optional[int] = None,
        attempt_timeout: Optional[float] = None,
        deadline: Optional[float] = None,
        upload_deadline: Optional[float] = None,
        max_answer: Optional[int] = None,
        quota: Optional[Quota] = None,
        operation_quota: bool = True,
        store: Optional[Store] = None,
        store_prefix: Optional[str] = None,
        shared_as: Optional[str] = None,
        priority: Optional[Priority] = None,
        http: Optional[HttpExecutor] = None,
        allow_http: bool = False,
        strict: bool = False,
    ) -> None:
        """Nothing is sent yet, and no connection is made.

        Args:
            domain: The account's private domain: its prefix, a white-label host, or a whole address such as a mock's.
            partner_id: The account's id.
            partner_key: The account's key.
            signer: Signs texts in place of the key. It also signs links.
            callback_keys: Other keys by which callbacks may be signed, while keys are changed.
            paths: Paths by operation name, or the file that `bjy doctor` wrote, for paths that are guesses.
            attempts: Most attempts for a call; 3 if nothing is said.
            attempt_timeout: Longest time for one attempt, in seconds; 30 if nothing is said.
            deadline: Longest time for a call with all waits and attempts, in seconds; 120 if nothing is said.
            upload_deadline: Both for calls that send files, in seconds; an hour if nothing is said.
            max_answer: Most bytes of an answer, unpacked; 8,388,608 if nothing is said. Of a longer one no more is read.
            quota: Requests in so many seconds, or False for no limit; (200, 10), the documented limit, if nothing is
                said.
            operation_quota: Whether the limits of single operations are kept.
            store: What several processes keep the limits in together.
            store_prefix: What the keys in the store begin with; `baijiayun` if nothing is said.
            shared_as: The name by which the accounts of several clients share one limit over all operations, in this
                process and in the store: the vendor's page of 2026 counts 200 requests in 10 s per account and per
                server address.
            priority: Who goes first where a limit makes calls wait; `normal` if nothing is said.
            http: Sends the requests; httpx if nothing is said.
            allow_http: Whether the vendor's own domains may be called without TLS.
            strict: Whether calls and callbacks whose data depart from the documents fail with a `DeparturesError`.

        Raises:
            ConfigError: Something cannot be right.
        """
        calls = Calls(
            config(
                domain=domain,
                partner_id=partner_id,
                partner_key=partner_key,
                callback_keys=callback_keys,
                paths=paths,
                attempts=attempts,
                attempt_timeout=attempt_timeout,
                deadline=deadline,
                upload_deadline=upload_deadline,
                max_answer=max_answer,
                quota=quota,
                operation_quota=operation_quota,
                has_store=store is not None,
                store_prefix=store_prefix,
                shared_as=shared_as,
                priority=priority,
                has_signer=signer is not None,
                http=http,
                allow_http=allow_http,
                strict=strict,
            )
        )
        super().__init__(Runner(calls, http, store, signer))
        self._name = f"{type(self).__name__}({domain!r}, {str(partner_id)!r})"
        self._store_prefix = store_prefix

    def __repr__(self) -> str:
        return self._name

    def call(self, operation: str, params: Params = None, *, options: Optional[CallOptions] = None) -> Answer:
        """Calls an operation by name, for example `room.create`. The data are plain Python values, with all that the
        service sent."""
        return _answer(self._runner.run(_by_name(operation, params, options)))

    def call_path(
        self,
        path: str,
        params: Params = None,
        *,
        method: Literal["GET", "POST"] = "POST",
        options: Optional[CallOptions] = None,
    ) -> Answer:
        """Calls an operation that this package does not know, by its path. It is signed like all others."""
        return _answer(self._runner.run(_by_path(method, path, params, options)))

    def request(self, operation: str, params: Params = None, *, options: Optional[CallOptions] = None) -> Request:
        """The request of a call, signed but not sent: to look at, or to send by other means."""
        return self._runner.calls.request(Asked(operation, object, params, options))

    def pages(
        self, operation: str, params: Params = None, *, options: Optional[CallOptions] = None
    ) -> Pages[Any, dict[str, Any]]:
        """A list by the name of its operation, for example `room.list`."""
        return Pages(self._runner, operation, object, params, options)

    @cached_property
    def video(self) -> Video:
        """点播视频 Videos on demand: their operations, and uploads."""
        from ._uploads import Video

        return Video(self._runner)

    @cached_property
    def callbacks(self) -> Callbacks:
        """What the service posts to you."""
        from .callbacks import Callbacks

        return Callbacks(self._runner, self._store_prefix)

    @cached_property
    def links(self) -> Links:
        """Links into rooms and to recordings."""
        from ._links import Links

        return Links(self._runner)

    def close(self, within: float = WITHIN) -> None:
        """Closes the client and its connections, of an `AsyncClient` those of this event loop; an `http` that was given
        stays yours to close.

        Calls that wait (for a limit, the store, a signer, the next attempt) end at once with `ClosedError`, and nothing
        is sent any more. Requests of others that are under way may finish within so many seconds; what is left then ends
        with `ClosedError` too.
        """
        self._runner.close(within)

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self.close()


class AsyncClient(Shared, AsyncResources):
    """A client of one account, for asyncio and trio.

        async with AsyncClient("demo", "12345678", partner_key) as client:
            room = await client.room.create(title="第一课", start_time=start, end_time=end)

    It takes what `Client` takes, with an executor, store and signer that can be awaited. A call that is cancelled is
    given up at once. One client serves several event loops.
    """

    def __init__(
        self,
        domain: str,
        partner_id: Union[int, str],
        partner_key: Optional[str] = None,
        *,
        signer: Optional[AsyncSigner] = None,
        callback_keys: Sequence[str] = (),
        paths: Optional[Paths] = None,
        attempts: Optional[int] = None,
        attempt_timeout: Optional[float] = None,
        deadline: Optional[float] = None,
        upload_deadline: Optional[float] = None,
        max_answer: Optional[int] = None,
        quota: Optional[Quota] = None,
        operation_quota: bool = True,
        store: Optional[AsyncStore] = None,
        store_prefix: Optional[str] = None,
        shared_as: Optional[str] = None,
        priority: Optional[Priority] = None,
        http: Optional[AsyncHttpExecutor] = None,
        allow_http: bool = False,
        strict: bool = False,
    ) -> None:
        """Nothing is sent yet, and no connection is made.

        Args:
            domain: The account's private domain: its prefix, a white-label host, or a whole address such as a mock's.
            partner_id: The account's id.
            partner_key: The account's key.
            signer: Signs texts in place of the key. It also signs links.
            callback_keys: Other keys by which callbacks may be signed, while keys are changed.
            paths: Paths by operation name, or the file that `bjy doctor` wrote, for paths that are guesses.
            attempts: Most attempts for a call; 3 if nothing is said.
            attempt_timeout: Longest time for one attempt, in seconds; 30 if nothing is said.
            deadline: Longest time for a call with all waits and attempts, in seconds; 120 if nothing is said.
            upload_deadline: Both for calls that send files, in seconds; an hour if nothing is said.
            max_answer: Most bytes of an answer, unpacked; 8,388,608 if nothing is said. Of a longer one no more is read.
            quota: Requests in so many seconds, or False for no limit; (200, 10), the documented limit, if nothing is
                said.
            operation_quota: Whether the limits of single operations are kept.
            store: What several processes keep the limits in together.
            store_prefix: What the keys in the store begin with; `baijiayun` if nothing is said.
            shared_as: The name by which the accounts of several clients share one limit over all operations, in this
                process and in the store: the vendor's page of 2026 counts 200 requests in 10 s per account and per
                server address.
            priority: Who goes first where a limit makes calls wait; `normal` if nothing is said.
            http: Sends the requests; httpx if nothing is said.
            allow_http: Whether the vendor's own domains may be called without TLS.
            strict: Whether calls and callbacks whose data depart from the documents fail with a `DeparturesError`.

        Raises:
            ConfigError: Something cannot be right.
        """
        calls = Calls(
            config(
                domain=domain,
                partner_id=partner_id,
                partner_key=partner_key,
                callback_keys=callback_keys,
                paths=paths,
                attempts=attempts,
                attempt_timeout=attempt_timeout,
                deadline=deadline,
                upload_deadline=upload_deadline,
                max_answer=max_answer,
                quota=quota,
                operation_quota=operation_quota,
                has_store=store is not None,
                store_prefix=store_prefix,
                shared_as=shared_as,
                priority=priority,
                has_signer=signer is not None,
                http=http,
                allow_http=allow_http,
                strict=strict,
            )
        )
        super().__init__(AsyncRunner(calls, http, store, signer))
        self._name = f"{type(self).__name__}({domain!r}, {str(partner_id)!r})"
        self._store_prefix = store_prefix

    def __repr__(self) -> str:
        return self._name

    async def call(self, operation: str, params: Params = None, *, options: Optional[CallOptions] = None) -> Answer:
        """Calls an operation by name, for example `room.create`. The data are plain Python values, with all that the
        service sent."""
        return _answer(await self._runner.run(_by_name(operation, params, options)))

    async def call_path(
        self,
        path: str,
        params: Params = None,
        *,
        method: Literal["GET", "POST"] = "POST",
        options: Optional[CallOptions] = None,
    ) -> Answer:
        """Calls an operation that this package does not know, by its path. It is signed like all others."""
        return _answer(await self._runner.run(_by_path(method, path, params, options)))

    def request(self, operation: str, params: Params = None, *, options: Optional[CallOptions] = None) -> Request:
        """The request of a call, signed but not sent: to look at, or to send by other means."""
        return self._runner.calls.request(Asked(operation, object, params, options))

    def pages(
        self, operation: str, params: Params = None, *, options: Optional[CallOptions] = None
    ) -> AsyncPages[Any, dict[str, Any]]:
        """A list by the name of its operation, for example `room.list`."""
        return AsyncPages(self._runner, operation, object, params, options)

    @cached_property
    def video(self) -> AsyncVideo:
        """点播视频 Videos on demand: their operations, and uploads."""
        from ._uploads import AsyncVideo

        return AsyncVideo(self._runner)

    @cached_property
    def callbacks(self) -> AsyncCallbacks:
        """What the service posts to you."""
        from .callbacks import AsyncCallbacks

        return AsyncCallbacks(self._runner, self._store_prefix)

    @cached_property
    def links(self) -> AsyncLinks:
        """Links into rooms and to recordings."""
        from ._links import AsyncLinks

        return AsyncLinks(self._runner)

    async def close(self, within: float = WITHIN) -> None:
        """Closes the client and its connections, of an `AsyncClient` those of this event loop; an `http` that was given
        stays yours to close.

        Calls that wait (for a limit, the store, a signer, the next attempt) end at once with `ClosedError`, and nothing
        is sent any more. Requests of others that are under way may finish within so many seconds; what is left then ends
        with `ClosedError` too.
        """
        await self._runner.close(within)

    async def __aenter__(self: AsyncSelf) -> AsyncSelf:
        return self

    async def __aexit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        await self.close()


def _by_name(operation: str, params: Params, options: Optional[CallOptions]) -> Asked[object]:
    return Asked(operation, object, params, options, set_aside=False)


def _by_path(method: str, path: str, params: Params, options: Optional[CallOptions]) -> Asked[object]:
    # A line break would end the name; a blank is refused by the engine, as a line break is.
    return _by_name(" ".join(f"{method} {path}".splitlines()), params, options)


def _answer(done: Done[object]) -> Answer:
    return Answer(data=done.data, msg=done.msg, ts=done.ts, departures=done.departures, trace=done.trace)
