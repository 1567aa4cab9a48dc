"""Makes the wheels of all platforms out of the one of this machine: `../dev wheels`.

A wheel of another platform differs in its library and its tag alone: what UniFFI writes in Python is the same everywhere.
zig links the libraries, so no machine, SDK or container of those platforms is needed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from wheel.wheelfile import WheelFile

ROOT = Path(__file__).parents[3]

# What rustc calls it (with the glibc that zig links against), the tag of the wheel, the file of the library.
TARGETS = [
    ("x86_64-unknown-linux-gnu.2.17", "manylinux_2_17_x86_64", "libbaijiayun_uniffi.so"),
    ("aarch64-unknown-linux-gnu.2.17", "manylinux_2_17_aarch64", "libbaijiayun_uniffi.so"),
    ("x86_64-unknown-linux-musl", "musllinux_1_2_x86_64", "libbaijiayun_uniffi.so"),
    ("aarch64-unknown-linux-musl", "musllinux_1_2_aarch64", "libbaijiayun_uniffi.so"),
    ("x86_64-apple-darwin", "macosx_10_12_x86_64", "libbaijiayun_uniffi.dylib"),
    ("aarch64-apple-darwin", "macosx_11_0_arm64", "libbaijiayun_uniffi.dylib"),
    ("x86_64-pc-windows-gnu", "win_amd64", "baijiayun_uniffi.dll"),
]


def build(target: str, library: str) -> Path:
    """Builds the library for a platform."""
    triple = re.sub(r"\.[\d.]+$", "", target)
    # UniFFI's tool has read its symbols in the library of this machine, so these can go.
    command = ["cargo", "zigbuild", "--quiet", "--locked", "--profile", "native", "--config", 'profile.native.strip="symbols"']
    command += ["--package", "baijiayun-uniffi", "--lib", "--target", target]
    env = dict(os.environ)
    if "musl" in target:
        # Rust links musl statically unless it is told otherwise, and a static library cannot be loaded.
        env[f"CARGO_TARGET_{triple.upper().replace('-', '_')}_RUSTFLAGS"] = "-Ctarget-feature=-crt-static"
    subprocess.run(["rustup", "target", "add", triple], check=True, capture_output=True)
    subprocess.run(command, cwd=ROOT, env=env, check=True)
    return ROOT / "target" / triple / "native" / library


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
        sys.exit("usage: build.py WHEEL_OF_THIS_MACHINE FOLDER")
    model, folder = Path(sys.argv[1]), Path(sys.argv[2])
    for target, tag, library in TARGETS:
        print(pack(model, build(target, library), tag, folder), flush=True)


if __name__ == "__main__":
    main()
