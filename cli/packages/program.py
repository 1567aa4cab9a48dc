"""Takes a program that cargo built for this machine in place of one that zig linked, for `../dev test`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from platforms import PLATFORMS, this_platform


def main() -> None:
    (program,) = (platform.program for platform in PLATFORMS if platform.name == this_platform())
    program.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(Path(sys.argv[1]), program)
    # Most of it is for debuggers.
    subprocess.run(["strip", program], check=True)


if __name__ == "__main__":
    main()
