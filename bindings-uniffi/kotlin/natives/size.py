"""Holds the size of what a jar has besides its libraries, at every build: `../dev check`."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

REST = 1_420_000
"""Bytes besides the libraries, classes most of them, as Maven packs them."""


def size(path: Path) -> str:
    """The sizes in words; exits if it is too large."""
    with zipfile.ZipFile(path) as jar:
        libraries = sum(entry.compress_size for entry in jar.infolist() if entry.filename.startswith("baijiayun/native/"))
    whole = path.stat().st_size
    if whole - libraries > REST:
        sys.exit(f"{path.name}: it has {whole - libraries:,} bytes besides the libraries, more than {REST:,}")
    return f"{path.name}: {whole:,} bytes, {whole - libraries:,} besides the libraries"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: size.py JAR")
    print(size(Path(sys.argv[1])))
