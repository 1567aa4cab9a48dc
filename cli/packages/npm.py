"""Packs `bjy` for npm, for the binaries that are there: a package for each platform with its program, and `bjy`, which
has them as optional dependencies, so that npm installs the one that fits: `../dev npm`."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from platforms import PLATFORMS, ROOT, Platform, version

HERE = Path(__file__).parent
COMMON = {
    "version": version(),
    "license": "MIT OR Apache-2.0",
    "keywords": ["baijiayun", "百家云", "live", "vod", "cli"],
}


def of_platform(platform: Platform, folder: Path) -> None:
    """The package that holds the program of a platform."""
    system, processor = platform.name.split("-")
    package = {
        "name": f"bjy-{platform.name}",
        "description": f"bjy for {platform.name}: install the package bjy",
        **COMMON,
        "os": [system],
        "cpu": [processor],
        "preferUnplugged": True,
        "files": [platform.program.name],
    }
    folder.mkdir()
    shutil.copy2(platform.program, folder)
    finish(folder, package)


def of_all(folder: Path) -> None:
    """The package that people install."""
    package = {
        "name": "bjy",
        "description": "The BaijiaYun (百家云) server API from the shell: sign, call, upload, callbacks, and a mock of the service",
        **COMMON,
        "engines": {"node": ">=18"},
        "type": "commonjs",
        "main": "path.js",
        "types": "path.d.ts",
        "bin": {"bjy": "bjy.js"},
        "files": ["bjy.js", "path.js", "path.d.ts"],
        "optionalDependencies": {f"bjy-{platform.name}": version() for platform in PLATFORMS},
    }
    shutil.copytree(HERE / "npm", folder)
    shutil.copy2(HERE / "README.md", folder)
    finish(folder, package)


def finish(folder: Path, package: dict[str, object]) -> None:
    for licence in ("LICENSE-APACHE", "LICENSE-MIT"):
        shutil.copy2(ROOT / licence, folder)
    (folder / "package.json").write_text(json.dumps(package, indent=2, ensure_ascii=False) + "\n")


def main() -> None:
    out = Path(sys.argv[1])
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    of_all(out / "bjy")
    for platform in PLATFORMS:
        if platform.program.exists():
            of_platform(platform, out / f"bjy-{platform.name}")
    for folder in sorted(path for path in out.iterdir() if path.is_dir()):
        packed = subprocess.run(
            ["npm", "pack", "--json", "--pack-destination", str(out)], cwd=folder, check=True, capture_output=True, text=True
        )
        (about,) = json.loads(packed.stdout)
        print(f"{about['filename']}: {about['size']:,} bytes", flush=True)


if __name__ == "__main__":
    main()
