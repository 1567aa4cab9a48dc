"""Makes the wheels of all platforms out of the one of this machine: `../dev wheels`.

A wheel of another platform differs in its library and its tag alone: what UniFFI writes in Python is the same everywhere.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from wheel.wheelfile import WheelFile

sys.path.insert(0, str(Path(__file__).parents[2] / "libraries"))
from build import TARGETS, build


def pack(model: Path, library: Path, tag: str, folder: Path) -> Path:
    """The model with another library and another tag."""
    name = re.sub(r"-py3-none-.*", f"-py3-none-{tag}.whl", model.name)
    with WheelFile(model) as source, WheelFile(folder / name, "w") as made:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename.endswith(".dist-info/RECORD"):
                continue  # is written anew when the wheel is closed
            if entry.filename.endswith((".so", ".dylib", ".dll")):
                entry.filename = f"{entry.filename.rpartition('/')[0]}/{library.name}"
                content = library.read_bytes()
            elif entry.filename.endswith(".dist-info/WHEEL"):
                content = re.sub(rb"(?m)^Tag: .*$", f"Tag: py3-none-{tag}".encode(), content)
            made.writestr(entry, content)
    return folder / name


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit("usage: pack.py WHEEL_OF_THIS_MACHINE FOLDER")
    model, folder = Path(sys.argv[1]), Path(sys.argv[2])
    for target in TARGETS:
        print(pack(model, build(target), target.wheel, folder), flush=True)


if __name__ == "__main__":
    main()
