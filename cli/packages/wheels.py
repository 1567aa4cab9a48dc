"""Packs wheels that hold nothing but `bjy`, for the binaries that are there: `../dev wheels`.

`pip install bjy` puts the program beside Python's own, where the shell and the package `baijiayun` find it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from platforms import PLATFORMS, ROOT, Platform, version
from wheel.wheelfile import WheelFile

METADATA = """\
Metadata-Version: 2.4
Name: bjy
Version: {version}
Summary: The BaijiaYun (百家云) server API from the shell: sign, call, upload, callbacks, and a mock of the service
Keywords: baijiayun,百家云,live,classroom,vod,cli
License-Expression: MIT OR Apache-2.0
License-File: LICENSE-APACHE
License-File: LICENSE-MIT
Requires-Python: >=3.8
Description-Content-Type: text/markdown

{readme}"""


def pack(platform: Platform, folder: Path) -> Path:
    """The wheel of a platform."""
    release = version()
    tags = [f"py3-none-{tag}" for tag in platform.wheel.split(".")]
    about = f"bjy-{release}.dist-info"
    headers = ["Wheel-Version: 1.0", "Generator: baijiayun", "Root-Is-Purelib: false", *(f"Tag: {tag}" for tag in tags)]
    readme = (Path(__file__).parent / "README.md").read_text()
    path = folder / f"bjy-{release}-py3-none-{platform.wheel}.whl"
    with WheelFile(path, "w") as wheel:
        # Not by its text: its mode says that it is a program.
        wheel.write(platform.program, f"bjy-{release}.data/scripts/{platform.program.name}")
        for licence in ("LICENSE-APACHE", "LICENSE-MIT"):
            wheel.writestr(f"{about}/licenses/{licence}", (ROOT / licence).read_text())
        wheel.writestr(f"{about}/METADATA", METADATA.format(version=release, readme=readme))
        wheel.writestr(f"{about}/WHEEL", "\n".join(headers) + "\n")
    return path


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for platform in PLATFORMS:
        if platform.program.exists():
            path = pack(platform, folder)
            print(f"{path.name}: {path.stat().st_size:,} bytes", flush=True)


if __name__ == "__main__":
    main()
