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


def build(target: str, tag: str, library: str) -> Path:
    """Builds the library for a platform."""
    triple = re.sub(r"\.[\d.]+$", "", target)
    # UniFFI's tool has read its symbols in the library of this machine, so these can go.
    command = ["cargo", "zigbuild", "--quiet", "--locked", "--profile", "native", "--config", 'profile.native.strip="symbols"']
    command += ["--package", "baijiayun-uniffi", "--lib", "--target", target]
    cargo_home = os.environ.get("CARGO_HOME") or str(Path.home() / ".cargo")
    # Paths of this machine are nobody's business.
    flags = [f"--remap-path-prefix={ROOT}=baijiayun", f"--remap-path-prefix={cargo_home}=cargo"]
    env = dict(os.environ)
    if "musl" in target:
        # Rust links musl statically unless it is told otherwise, and a static library cannot be loaded.
        flags.append("-Ctarget-feature=-crt-static")
    if "apple" in target:
        env["MACOSX_DEPLOYMENT_TARGET"] = ".".join(tag.split("_")[1:3])
        flags.append(f"-Clink-arg=-Wl,-install_name,@rpath/{library}")
    env[f"CARGO_TARGET_{triple.upper().replace('-', '_')}_RUSTFLAGS"] = " ".join(flags)
    # What it says on the way is of no use: rustc looks for Apple's SDK, which zig does without.
    for step in (["rustup", "target", "add", triple], command):
        ran = subprocess.run(step, cwd=ROOT, env=env, capture_output=True, text=True)
        if ran.returncode != 0:
            sys.exit(f"{target}: {' '.join(step)} failed:\n{ran.stderr}")
    built = ROOT / "target" / triple / "native" / library
    if re.search(re.escape(cargo_home).encode() + b"|" + re.escape(str(ROOT)).encode(), built.read_bytes()):
        sys.exit(f"{target}: the library holds paths of this machine")
    return built


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
        print(pack(model, build(target, tag, library), tag, folder), flush=True)


if __name__ == "__main__":
    main()
