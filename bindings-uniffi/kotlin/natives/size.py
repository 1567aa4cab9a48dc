"""Holds the size of a jar: of all of it, where it has the libraries of all platforms, and of the rest at every build, `../dev check`."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

LIMIT = 4_000_000
"""Bytes, the goal: docs/benchmarks.md says what takes how much."""

REST = 1_420_000
"""Bytes besides the libraries, classes most of them, as Maven packs them."""


def size(path: Path) -> str:
    """The sizes in words; exits if they are over the limits."""
    with zipfile.ZipFile(path) as jar:
        libraries = sum(entry.compress_size for entry in jar.infolist() if entry.filename.startswith("baijiayun/native/"))
    whole = path.stat().st_size
    for what, bytes, limit in (("all of it", whole, LIMIT), ("it without the libraries", whole - libraries, REST)):
        if bytes > limit:
            sys.exit(f"{path.name}: {what} has {bytes:,} bytes, more than {limit:,}")
    return f"{path.name}: {whole:,} bytes, {whole - libraries:,} besides the libraries"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: size.py JAR")
    print(size(Path(sys.argv[1])))
