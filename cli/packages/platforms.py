"""The platforms that `bjy` is built for, and the building of it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]

sys.path.insert(0, str(ROOT / "bindings-uniffi/libraries"))
from build import zigbuild

BINARIES = Path(os.environ.get("BJY_BINARIES", ROOT / "target/bjy/binaries"))
"""A folder for each platform, with the program in it."""


class Platform(NamedTuple):
    """A platform."""

    name: str
    """What npm calls its system and its processor."""
    rust: str
    """What rustc calls it."""
    wheel: str
    """The tag of its wheel. What is linked statically with musl runs on every Linux."""

    @property
    def program(self) -> Path:
        """The program, when it is built."""
        return BINARIES / self.name / ("bjy.exe" if self.name.startswith("win32") else "bjy")


PLATFORMS = [
    Platform("linux-x64", "x86_64-unknown-linux-musl", "manylinux_2_17_x86_64.musllinux_1_1_x86_64"),
    Platform("linux-arm64", "aarch64-unknown-linux-musl", "manylinux_2_17_aarch64.musllinux_1_1_aarch64"),
    Platform("darwin-x64", "x86_64-apple-darwin", "macosx_10_12_x86_64"),
    Platform("darwin-arm64", "aarch64-apple-darwin", "macosx_11_0_arm64"),
    Platform("win32-x64", "x86_64-pc-windows-gnu", "win_amd64"),
]


def this_platform() -> str:
    """What npm calls this machine."""
    machine = {"x86_64": "x64", "aarch64": "arm64", "arm64": "arm64"}[os.uname().machine]
    return f"{sys.platform}-{machine}"


def named(names: list[str]) -> list[Platform]:
    """The platforms of these names; all if none is given."""
    known = {platform.name: platform for platform in PLATFORMS}
    strange = [name for name in names if name not in known]
    if strange:
        sys.exit(f"{', '.join(strange)}: the platforms are {', '.join(known)}")
    return [known[name] for name in names] or PLATFORMS


def build(platform: Platform) -> Path:
    """Builds the program for a platform, and puts it where the packages take it from."""
    flags, variables = [], {}
    if "apple" in platform.rust:
        variables["MACOSX_DEPLOYMENT_TARGET"] = ".".join(platform.wheel.split("_")[1:3])
        # Apple's frameworks come with its SDK only: zig is told what it needs of them.
        flags.append(f"-Clink-arg=-F{Path(__file__).parent / 'macos'}")
    file = f"dist/{platform.program.name}"
    built = zigbuild(platform.rust, ["--profile", "dist", "--package", "baijiayun-cli", "--bin", "bjy"], file, flags, variables)
    platform.program.parent.mkdir(parents=True, exist_ok=True)
    platform.program.write_bytes(built.read_bytes())
    platform.program.chmod(0o755)
    return platform.program


def version() -> str:
    """The version of the workspace."""
    import tomllib

    return str(tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"])
