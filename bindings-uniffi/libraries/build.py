"""Builds the library of the engine for other platforms: the wheels of Python and the jar of Kotlin and Java have the same ones.

zig links them, so no machine, SDK or container of those platforms is needed. `requirements.txt` here has what it takes.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]


class Target(NamedTuple):
    """A platform."""

    rust: str
    """What rustc calls it, with the glibc that zig links against."""
    wheel: str
    """The tag of its wheel."""
    jar: str
    """Its folder in the jar."""
    file: str
    """The file of the library."""


TARGETS = [
    Target("x86_64-unknown-linux-gnu.2.17", "manylinux_2_17_x86_64", "linux-x86-64", "libbaijiayun_uniffi.so"),
    Target("aarch64-unknown-linux-gnu.2.17", "manylinux_2_17_aarch64", "linux-aarch64", "libbaijiayun_uniffi.so"),
    Target("x86_64-unknown-linux-musl", "musllinux_1_2_x86_64", "linux-musl-x86-64", "libbaijiayun_uniffi.so"),
    Target("aarch64-unknown-linux-musl", "musllinux_1_2_aarch64", "linux-musl-aarch64", "libbaijiayun_uniffi.so"),
    Target("x86_64-apple-darwin", "macosx_10_12_x86_64", "macos-x86-64", "libbaijiayun_uniffi.dylib"),
    Target("aarch64-apple-darwin", "macosx_11_0_arm64", "macos-aarch64", "libbaijiayun_uniffi.dylib"),
    Target("x86_64-pc-windows-gnu", "win_amd64", "windows-x86-64", "baijiayun_uniffi.dll"),
]


def build(target: Target) -> Path:
    """Builds the library for a platform."""
    flags, variables = [], {}
    if "musl" in target.rust:
        # Rust links musl statically unless it is told otherwise, and a static library cannot be loaded.
        flags.append("-Ctarget-feature=-crt-static")
    if "apple" in target.rust:
        variables["MACOSX_DEPLOYMENT_TARGET"] = ".".join(target.wheel.split("_")[1:3])
        flags.append(f"-Clink-arg=-Wl,-install_name,@rpath/{target.file}")
    # UniFFI's tool has read its symbols in the library of this machine, so these can go.
    what = ["--profile", "native", "--config", 'profile.native.strip="symbols"', "--package", "baijiayun-uniffi", "--lib"]
    return zigbuild(target.rust, what, f"native/{target.file}", flags, variables)


def zigbuild(rust: str, what: list[str], file: str, flags: list[str], variables: dict[str, str]) -> Path:
    """What cargo builds for a platform, linked by zig: `file` in its folder there."""
    triple = re.sub(r"\.[\d.]+$", "", rust)
    command = ["cargo", "zigbuild", "--quiet", "--locked", *what, "--target", rust]
    cargo_home = os.environ.get("CARGO_HOME") or str(Path.home() / ".cargo")
    # Paths of this machine are nobody's business.
    flags = [f"--remap-path-prefix={ROOT}=baijiayun", f"--remap-path-prefix={cargo_home}=cargo", *flags]
    env = {**os.environ, **variables, f"CARGO_TARGET_{triple.upper().replace('-', '_')}_RUSTFLAGS": " ".join(flags)}
    # What it says on the way is of no use: rustc looks for Apple's SDK, which zig does without.
    for step in (["rustup", "target", "add", triple], command):
        ran = subprocess.run(step, cwd=ROOT, env=env, capture_output=True, text=True)
        if ran.returncode != 0:
            sys.exit(f"{rust}: {' '.join(step)} failed:\n{ran.stderr}")
    built = ROOT / "target" / triple / file
    if re.search(re.escape(cargo_home).encode() + b"|" + re.escape(str(ROOT)).encode(), built.read_bytes()):
        sys.exit(f"{rust}: {built.name} holds paths of this machine")
    return built
