"""What became of a request that nobody answered, told from what an executor raised."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ssl import SSLError
from typing import Optional

from ._exact import in_words
from ._message import Request
from ._version import DISTRIBUTION
from .errors import BaijiayunError, FileError, TransportError

_KINDS: dict[str, str] = {
    # Python's own, httpx, aiohttp, urllib3, requests: the request never left.
    "ConnectionRefusedError": "connect",
    "gaierror": "connect",
    "ConnectError": "connect",
    "ConnectTimeout": "connect",
    "PoolTimeout": "connect",
    "ProxyError": "connect",
    "ClientHttpProxyError": "connect",
    "UnsupportedProtocol": "connect",
    "ClientConnectorError": "connect",
    "NewConnectionError": "connect",
    "ConnectTimeoutError": "connect",
    "ConnectionTimeoutError": "connect",
    "NameResolutionError": "connect",
    "InvalidSchema": "connect",
    "TimeoutError": "timeout",
    "timeout": "timeout",
    "TimeoutException": "timeout",
}
"""What became of a request, by the name of the exception, so that no library needs to be imported."""

_HANDSHAKES = ("HANDSHAKE", "VERSION", "CERTIFICATE", "UNSUPPORTED_PROTOCOL", "NO_PROTOCOLS", "UNRECOGNIZED_NAME", "HTTP_REQUEST")
"""In the reasons of OpenSSL for a connection that was never made."""


def broken(error: Exception, request: Request) -> tuple[str, str]:
    """What became of a request for which an executor raised an error, by the engine's name for it, and the error in words.
    """
    if isinstance(error, BaijiayunError) and not isinstance(error, (TransportError, FileError)):
        raise error
    message = f"{type(error).__name__}, which quotes the address" if quotes(error, request) else in_words(error)
    if isinstance(error, BaijiayunError):
        return error.kind, message
    causes = list(_chain(error))
    if any(map(is_handshake, causes)):
        return "tls", message
    if any("socks" in in_words(cause).lower() and isinstance(cause, (ImportError, ValueError)) for cause in causes):
        return "unsendable", f"{message} (pip install '{DISTRIBUTION}[socks]')"
    for cause in causes:
        for base in type(cause).__mro__:
            if base.__name__ in _KINDS:
                return _KINDS[base.__name__], message
    return "transport", message


def is_handshake(error: BaseException) -> bool:
    """Whether no connection was made, since the two sides could not agree on TLS, or one does not trust the other."""
    reason = str(getattr(error, "reason", "") or "")
    return isinstance(error, SSLError) and any(word in reason for word in _HANDSHAKES)


_SIGNATURE = re.compile(r"\bsign=([0-9a-fA-F]{8,})")


def quotes(error: Exception, request: Request) -> bool:
    """Whether an error, or what caused it, shows the signature of a request."""
    sent = request.url if request.body is None else request.body.decode() if isinstance(request.body, bytes) else ""
    signature = _SIGNATURE.search(sent)
    return signature is not None and any(signature[1] in _shown(cause) for cause in _chain(error))


def _shown(cause: BaseException) -> str:
    try:
        return f"{cause} {cause!r}"
    except Exception:
        # Nobody can print it, a logger neither.
        return ""


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and all that caused it, also where a library hides that in a member."""
    seen: set[int] = set()
    left: list[Optional[object]] = [error]
    while left and len(seen) < 20:
        cause = left.pop(0)
        if isinstance(cause, BaseException) and id(cause) not in seen:
            seen.add(id(cause))
            yield cause
            left += [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args]
