"""Puts the libraries of all platforms where Maven packs them, or those that are given: `../dev natives`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "libraries"))
from build import TARGETS, build


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: place.py FOLDER")
    for target in TARGETS:
        place = Path(sys.argv[1]) / "baijiayun/native" / target.jar
        place.mkdir(parents=True, exist_ok=True)
        print(shutil.copy(build(target), place), flush=True)


if __name__ == "__main__":
    main()
