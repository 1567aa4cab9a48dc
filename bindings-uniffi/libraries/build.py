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


# Rust's own library is built with ours. As it is delivered it has what writes backtraces, a fourth of a library, which would look
# for symbols that are not there. Cargo takes these options only if it is told that they may change with its versions.
STD = ["-Zbuild-std=std,panic_unwind", "-Zbuild-std-features=panic-unwind,optimize_for_size"]


def build(target: Target) -> Path:
    """Builds the library for a platform."""
    flags, variables = [], {"RUSTC_BOOTSTRAP": "1"}
    subprocess.run(["rustup", "component", "add", "rust-src"], cwd=ROOT, capture_output=True, check=True)
    if "musl" in target.rust:
        # Rust links musl statically unless it is told otherwise, and a static library cannot be loaded.
        flags.append("-Ctarget-feature=-crt-static")
    if "apple" in target.rust:
        variables["MACOSX_DEPLOYMENT_TARGET"] = ".".join(target.wheel.split("_")[1:3])
        flags.append(f"-Clink-arg=-Wl,-install_name,@rpath/{target.file}")
    # UniFFI's tool has read its symbols in the library of this machine, so these can go.
    what = ["--profile", "native", "--config", 'profile.native.strip="symbols"', "--package", "baijiayun-uniffi", "--lib", *STD]
    return zigbuild(target.rust, what, f"native/{target.file}", flags, variables)


def zigbuild(rust: str, what: list[str], file: str, flags: list[str], variables: dict[str, str]) -> Path:
    """What cargo builds for a platform, linked by zig: `file` in its folder there."""
    triple = re.sub(r"\.[\d.]+$", "", rust)
    command = ["cargo", "zigbuild", "--quiet", "--locked", *what, "--target", rust]
    # Paths of this machine are nobody's business.
    places = {
        "baijiayun": str(ROOT),
        "cargo": os.environ.get("CARGO_HOME") or str(Path.home() / ".cargo"),
        "rust": subprocess.check_output(["rustc", "--print=sysroot"], cwd=ROOT, text=True).strip(),
    }
    flags = [*(f"--remap-path-prefix={place}={name}" for name, place in places.items()), *flags]
    env = {**os.environ, **variables, f"CARGO_TARGET_{triple.upper().replace('-', '_')}_RUSTFLAGS": " ".join(flags)}
    # What it says on the way is of no use: rustc looks for Apple's SDK, which zig does without.
    for step in (["rustup", "target", "add", triple], command):
        ran = subprocess.run(step, cwd=ROOT, env=env, capture_output=True, text=True)
        if ran.returncode != 0:
            sys.exit(f"{rust}: {' '.join(step)} failed:\n{ran.stderr}")
    built = ROOT / "target" / triple / file
    if any(place.encode() in built.read_bytes() for place in places.values()):
        sys.exit(f"{rust}: {built.name} holds paths of this machine")
    return built
