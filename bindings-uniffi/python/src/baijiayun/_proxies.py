"""Whether requests have to go by a proxy."""

from __future__ import annotations

from urllib.request import getproxies


def has_proxies() -> bool:
    """Whether the environment or the system names proxies, in the places where httpx looks for them."""
    return not {"http", "https", "all"}.isdisjoint(getproxies())
