"""The client."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Optional, TypeVar, Union

from .._async_bounds import IS_AWAITED
from .._by_name import Params, answer, by_name, by_path
from .._calls import Asked
from .._config import ABSENT, Account, Paths, Quota, Supplied
from .._events import OnEvent
from .._message import Request
from .._once import once
from .._secret import Secret
from .._shared import Shared
from ..details import Answer
from ..errors import BaijiayunError
from ..generated.resources import AsyncResources
from ..http import AsyncHttpExecutor
from ..options import CallOptions, Priority, read_options
from ..store import AsyncStore
from .pages import AsyncPages
from .runner import WITHIN, AsyncRunner, AsyncSigner

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .callbacks import AsyncCallbacks
    from .links import AsyncLinks
    from .uploads import AsyncVideo

AsyncSelf = TypeVar("AsyncSelf", bound="AsyncClient")


class AsyncClient(Shared, AsyncResources):
    """A client of one account.

        async with AsyncClient("demo", "12345678", partner_key) as client:
            room = await client.room.create(title="第一课", start_time=start, end_time=end)

    One client serves all threads and event loops, keeps the service's limits for all of them, and can be used in forked
    processes. partner_key belongs on servers: what runs on a user's machine gets the link, the token or the upload
    address from yours. A `signer` is only for those who may do everything that the account can do: the path is not signed,
    so a signature for `room.info` also deletes the room. A call that is cancelled is given up at once.
    """

    def __init__(
        self,
        domain: str = ABSENT,
        partner_id: Union[int, str] = ABSENT,
        partner_key: Optional[str] = ABSENT,
        *,
        account: Optional[str] = None,
        signer: Optional[AsyncSigner] = None,
        callback_keys: Sequence[str] = (),
        paths: Optional[Paths] = None,
        attempts: Optional[int] = None,
        attempt_timeout: Optional[float] = None,
        deadline: Optional[float] = None,
        timeout: Optional[float] = None,
        upload_deadline: Optional[float] = None,
        max_answer: Optional[int] = None,
        quota: Optional[Quota] = None,
        operation_quota: bool = True,
        store: Optional[AsyncStore] = None,
        store_prefix: Optional[str] = None,
        shared_as: Optional[str] = None,
        priority: Optional[Priority] = None,
        strict: bool = False,
        http: Optional[AsyncHttpExecutor] = None,
        on_event: Optional[OnEvent] = None,
        allow_http: bool = False,
    ) -> None:
        """Nothing is sent yet, and no connection is made.

        What is not said about the account is looked for where `bjy` looks for it: in BAIJIAYUN_DOMAIN, BAIJIAYUN_PARTNER_ID
        and BAIJIAYUN_PARTNER_KEY, then in `baijiayun.toml` in the working directory or `baijiayun/config.toml` in the
        user's configuration folder.

        Args:
            domain: The account's private domain: its prefix, a white-label host, or a whole address such as a mock's.
            partner_id: The account's id.
            partner_key: The account's key.
            account: The name of an account in these files: its table `[accounts.NAME]` has what is not said here, and the
                three variables are not heeded; BAIJIAYUN_ACCOUNT if nothing is said.
            signer: Signs texts in place of the key. It also signs links.
            callback_keys: Other keys by which callbacks may be signed, while keys are changed.
            paths: Paths by operation name, or the file that `bjy doctor` wrote, for paths that are guesses.
            attempts: Most attempts for a call; 3 if nothing is said.
            attempt_timeout: Longest time for one attempt, in seconds; 30 if nothing is said.
            deadline: Longest time for a call with all waits and attempts, in seconds; 120 if nothing is said.
            timeout: Another name for `deadline`.
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
            strict: Whether calls and callbacks whose data depart from the documents fail with a `DeparturesError`.
            http: Sends the requests; what `baijiayun.http` says if nothing is said.
            on_event: Is told what happens to each call: requests, answers, retries, waits, and how it ended. It is called
                where the call runs, maybe from several threads at once, and is not awaited.
            allow_http: Whether the vendor's own domains may be called without TLS.

        Raises:
            ConfigError: Something cannot be right.
        """
        self._name = f"{type(self).__name__} (not made)"
        self._origin: Optional[AsyncClient] = None
        its = Account(domain, partner_id, Secret(partner_key), Secret(callback_keys), paths, account)
        # Who mixes them up gives the key as one of the others.
        del domain, partner_id, partner_key, callback_keys
        calls = its.open(
            {
                "attempts": attempts,
                "attempt_timeout": attempt_timeout,
                "deadline": deadline,
                "timeout": timeout,
                "upload_deadline": upload_deadline,
                "max_answer": max_answer,
                "quota": quota,
                "operation_quota": operation_quota,
                "store_prefix": store_prefix,
                "shared_as": shared_as,
                "priority": priority,
                "strict": strict,
                "allow_http": allow_http,
            },
            Supplied(http, store, signer, on_event, is_awaited=IS_AWAITED),
        )
        if isinstance(calls, BaijiayunError):
            raise calls
        super().__init__(AsyncRunner(calls, http, store, signer))
        self._name = f"{type(self).__name__}{its.name()}"
        self._store_prefix = store_prefix

    def __repr__(self) -> str:
        return self._name

    async def call(self, operation: str, params: Params = None, *, options: Optional[CallOptions] = None) -> Answer:
        """Calls an operation by name, for example `room.create`. The data are plain Python values, with all that the
        service sent."""
        return answer(await self._runner.run(by_name(operation, params, options, self._runner.options)))

    async def call_path(
        self,
        path: str,
        params: Params = None,
        *,
        method: Literal["GET", "POST"] = "POST",
        options: Optional[CallOptions] = None,
    ) -> Answer:
        """Calls an operation that this package does not know, by its path. It is signed."""
        return answer(await self._runner.run(by_path(method, path, params, options, self._runner.options)))

    def request(self, operation: str, params: Params = None, *, options: Optional[CallOptions] = None) -> Request:
        """The request of a call, signed but not sent: to look at, or to send by other means."""
        return self._runner.calls.request(Asked(operation, object, params, options, self._runner.options))

    def pages(
        self, operation: str, params: Params = None, *, options: Optional[CallOptions] = None
    ) -> AsyncPages[Any, dict[str, Any]]:
        """A list by the name of its operation, for example `room.list`."""
        return AsyncPages(self._runner, operation, object, params, options)

    @once
    def video(self) -> AsyncVideo:
        """点播视频 Videos on demand: their operations, and uploads."""
        from .uploads import AsyncVideo

        return AsyncVideo(self._runner)

    @once
    def callbacks(self) -> AsyncCallbacks:
        """What the service posts to you."""
        from .callbacks import AsyncCallbacks

        if self._origin is not None:
            # What was claimed by one is claimed by all.
            return self._origin.callbacks
        return AsyncCallbacks(self._runner, self._store_prefix)

    @once
    def links(self) -> AsyncLinks:
        """Links into rooms and to recordings."""
        from .links import AsyncLinks

        return AsyncLinks(self._runner)

    def with_options(self: AsyncSelf, **options: Unpack[CallOptions]) -> AsyncSelf:
        """The same client with other settings for its calls: `client.with_options(timeout=5, retry="never").room.list()`.

        Limits, connections, claims and the end are shared: closing one closes both. The options of a call go before these.
        """
        read = read_options(options)
        other = object.__new__(type(self))
        other.__dict__.update({name: value for name, value in self.__dict__.items() if name.startswith("_")})
        other._origin = self._origin or self
        other._runner = self._runner.with_options(read)
        return other

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
