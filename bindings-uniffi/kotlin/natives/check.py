"""Looks into a jar without running it: `../dev natives` does this with what it built.

The jar must be small, carry the library of every platform in the folder where NativeLibrary.kt looks for it, each of the right
format, needing nothing but the system, and with all that the class Native declares.
"""

from __future__ import annotations

import re
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "bindings-uniffi/libraries"))
from build import TARGETS
from look import Unfit, look
from size import size

LIMIT = 4_000_000
"""Bytes, the goal: docs/benchmarks.md says what takes how much."""

NATIVE = ROOT / "bindings-uniffi/kotlin/src/main/kotlin/baijiayun/Native.kt"


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: check.py JAR")
    path = Path(sys.argv[1])
    with zipfile.ZipFile(path) as jar:
        sizes = {entry.filename: entry.compress_size for entry in jar.infolist()}
        files = {name: jar.read(name) for name in sizes if not name.endswith("/")}
    wanted = {f"Java_baijiayun_Native_{name}" for name in re.findall(r"external fun (\w+)", NATIVE.read_text())}
    libraries = {name for name in files if name.startswith("baijiayun/native/")}
    places = {f"baijiayun/native/{target.jar}/{target.file}": target for target in TARGETS}
    if libraries != set(places):
        sys.exit(f"{path.name}: it has {sorted(libraries ^ set(places))}, or lacks them")
    for name, target in places.items():
        try:
            exported, remark = look(files[name], target.wheel)
        except Unfit as unfit:
            sys.exit(f"{path.name}: {name}: {unfit}")
        if not wanted or not wanted <= exported:
            sys.exit(f"{path.name}: {name} lacks {sorted(wanted - exported)}")
        print(f"{target.jar}: {len(files[name]):,} bytes, {sizes[name]:,} packed, {remark}")
    print(size(path))
    if path.stat().st_size > LIMIT:
        sys.exit(f"{path.name}: it has more than {LIMIT:,} bytes")


if __name__ == "__main__":
    main()
