"""Builds `bjy` for the platforms that are named, or for all: `../dev binaries`. It tells the size of each."""

from __future__ import annotations

import sys

from fit import fit
from platforms import build, named


def main() -> None:
    for platform in named(sys.argv[1:]):
        program = build(platform)
        print(f"{platform.name}: {program.stat().st_size:,} bytes, {fit(platform)}", flush=True)


if __name__ == "__main__":
    main()
