"""Lists, page by page."""

from __future__ import annotations

from ._async.pages import AsyncPages
from ._page import Page
from ._sync.pages import Pages

__all__ = ["AsyncPages", "Page", "Pages"]
