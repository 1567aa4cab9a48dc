"""Looks into wheels without running them: `../dev wheel` and `../dev wheels` do this with what they built.

A wheel must be small, carry one library of the right format for its tag that needs nothing but the system, export all
that the Python side calls, and be found by the Python side under the name that it looks for on that platform.
"""

from __future__ import annotations

import ntpath
import posixpath
import re
import struct
import sys
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import lief

lief.logging.disable()

LIMIT = 1_000_000
"""Bytes."""

NATIVE = "baijiayun/_native/"

# Platform tag: what `sys.platform` is there, the ending of a library, its format and machine.
PLATFORMS = {
    r"(many|musl)linux_\d+_\d+_x86_64": ("linux", "so", lief.ELF.Binary, lief.ELF.ARCH.X86_64),
    r"(many|musl)linux_\d+_\d+_aarch64": ("linux", "so", lief.ELF.Binary, lief.ELF.ARCH.AARCH64),
    r"macosx_\d+_\d+_x86_64": ("darwin", "dylib", lief.MachO.Binary, lief.MachO.Header.CPU_TYPE.X86_64),
    r"macosx_\d+_\d+_arm64": ("darwin", "dylib", lief.MachO.Binary, lief.MachO.Header.CPU_TYPE.ARM64),
    r"win_amd64": ("win32", "dll", lief.PE.Binary, lief.PE.Header.MACHINE_TYPES.AMD64),
}

SYSTEM = {
    "linux": r"lib(c|gcc_s|pthread|dl|m|rt)\.so\.\d|ld-linux-(x86-64|aarch64)\.so\.\d",
    "musl": r"libc(\.musl-\w+)?\.so(\.\d)?|libgcc_s\.so\.1",
    "darwin": r"/usr/lib/lib(System|iconv)\.(B|2)?\.?dylib",
    "win32": r"(api-ms-win-.*|kernel32|ntdll|msvcrt|ucrtbase|bcryptprimitives|userenv|ws2_32|advapi32)\.dll",
}
"""Libraries that every such system has."""


class Wheel:
    """A wheel, read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        found = re.fullmatch(r"(\w+)-([\w.]+)-py3-none-([\w.]+)\.whl", path.name)
        self.check(found is not None, "the tag is not py3-none-PLATFORM")
        assert found is not None
        self.platform = found[3]
        with zipfile.ZipFile(path) as archive:
            self.check(archive.testzip() is None, "it is damaged")
            self.files = {name: archive.read(name) for name in archive.namelist()}

    def check(self, holds: bool, what: str) -> None:
        if not holds:
            sys.exit(f"{self.path.name}: {what}")

    def one(self, pattern: str) -> bytes:
        """The one file whose name matches."""
        found = [name for name in self.files if re.fullmatch(pattern, name)]
        self.check(len(found) == 1, f"{len(found)} files match {pattern}")
        return self.files[found[0]]

    def sources(self) -> dict[str, bytes]:
        """What must be the same in all wheels."""
        return {name: content for name, content in self.files.items() if name.endswith((".py", ".pyi", ".typed"))}


def examine(wheel: Wheel) -> str:
    """Checks a wheel, and tells what it has."""
    size = wheel.path.stat().st_size
    wheel.check(size < LIMIT, f"{size} bytes are not under {LIMIT}")
    known = [facts for pattern, facts in PLATFORMS.items() if re.fullmatch(pattern, wheel.platform)]
    wheel.check(len(known) == 1, "the platform is none that is built")
    system, ending, format, machine = known[0]
    metadata = wheel.one(r"[^/]+\.dist-info/WHEEL").decode()
    tags = re.findall(r"^Tag: (.*)$", metadata, re.MULTILINE)
    wheel.check(tags == [f"py3-none-{wheel.platform}"], f"WHEEL says {tags}")
    wheel.check("baijiayun/py.typed" in wheel.files, "py.typed is missing")
    licences = {name.rpartition("/")[2] for name in wheel.files if "/licenses/" in name}
    wheel.check(licences == {"LICENSE-APACHE", "LICENSE-MIT"}, f"the licences are {licences}")
    strays = [name for name in wheel.files if name.endswith((".rs", ".toml", ".a", ".pdb", ".lib", ".pyc"))]
    wheel.check(not strays, f"these do not belong there: {strays}")

    name = name_sought(wheel, system)
    libraries = [file for file in wheel.files if file.endswith((".so", ".dylib", ".dll", ".pyd"))]
    wheel.check(libraries == [NATIVE + name], f"Python looks for {name} there, but there is {libraries}")
    wheel.check(name.endswith(f".{ending}"), f"{name} does not end in .{ending}")
    binary: Any = lief.parse(list(wheel.files[NATIVE + name]))
    wheel.check(isinstance(binary, format), f"the library is a {type(binary).__module__}")
    header = binary.header
    its = header.machine_type if system == "linux" else header.cpu_type if system == "darwin" else header.machine
    wheel.check(its == machine, f"the library is for {its}")
    exported = {function.name.removeprefix("_") for function in binary.exported_functions}
    calls = set(re.findall(r"_UniffiLib\.(\w+)", wheel.files[NATIVE + "baijiayun.py"].decode()))
    wheel.check(len(calls) > 20, "the Python side calls almost nothing")
    wheel.check(calls <= exported, f"the library lacks {sorted(calls - exported)}")
    needed = libraries_of(binary)
    libc = "musl" if "musl" in wheel.platform else system
    strange = [library for library in needed if not re.fullmatch(SYSTEM[libc], library, re.IGNORECASE)]
    wheel.check(not strange, f"it needs {strange}")
    remark = "Windows"
    if system != "win32":
        # The tag promises that it runs on this version.
        promised = tuple(int(part) for part in wheel.platform.split("_")[1:3])
        version = newest_glibc(binary) if system == "linux" else oldest_macos(binary)
        wheel.check(version <= promised, f"it needs version {version} of the system")
        remark = "musl" if libc == "musl" else f"{'macOS' if system == 'darwin' else 'glibc'} {'.'.join(map(str, version))}"
    if machine == lief.MachO.Header.CPU_TYPE.ARM64:
        wheel.check(is_signed(binary, wheel.files[NATIVE + name]), "the library has no signature that fits, so macOS would kill it")
    return f"{wheel.path.name}: {size:,} bytes, {name} of {len(wheel.files[NATIVE + name]):,}, {len(exported)} exports {remark}"


def name_sought(wheel: Wheel, system: str) -> str:
    """The file that the Python side loads on that system: its own code, run as if it were there."""
    source = wheel.files[NATIVE + "baijiayun.py"].decode()
    function = re.search(r"^def _uniffi_load_indirect\(\):\n(?:(?:    .*)?\n)+", source, re.MULTILINE)
    wheel.check(function is not None, "the Python side has another way to load its library")
    assert function is not None
    loaded: list[str] = []

    class Fake:
        """Stands for `sys`, `os`, `ctypes` and `platform`."""

        platform = system
        cdll: Any
        path: Any

    def load(path: str, *args: object, **kwargs: object) -> object:
        loaded.append(path)
        return None

    fake = Fake()
    fake.path = ntpath if system == "win32" else posixpath
    fake.cdll = Fake()
    fake.cdll.LoadLibrary = load
    folder = "C:\\site-packages\\baijiayun\\_native" if system == "win32" else "/site-packages/baijiayun/_native"
    names: dict[str, Any] = {"sys": fake, "os": fake, "ctypes": fake, "__file__": fake.path.join(folder, "baijiayun.py")}
    exec(function[0], names)
    names["_uniffi_load_indirect"]()
    wheel.check([fake.path.dirname(path) for path in loaded] == [folder], f"the Python side loads {loaded}")
    found: str = fake.path.basename(loaded[0])
    return found


def libraries_of(binary: Any) -> list[str]:
    """The libraries that it needs."""
    if isinstance(binary, lief.MachO.Binary):
        own = lief.MachO.LoadCommand.TYPE.ID_DYLIB
        return [library.name for library in binary.libraries if library.command != own]
    return [str(library) for library in binary.libraries] if isinstance(binary, lief.ELF.Binary) else [
        library.name for library in binary.imports
    ]


def newest_glibc(binary: Any) -> tuple[int, ...]:
    """The newest version of glibc that a symbol asks for; musl's symbols have none."""
    asked = [version.name for library in binary.symbols_version_requirement for version in library.get_auxiliary_symbols()]
    versions = [tuple(int(part) for part in name[6:].split(".")[:2]) for name in asked if name.startswith("GLIBC_")]
    return max(versions, default=(0, 0))


def oldest_macos(binary: Any) -> tuple[int, ...]:
    """The oldest macOS that it runs on."""
    command = binary.build_version if binary.has_build_version else binary.version_min
    return tuple((command.minos if binary.has_build_version else command.version)[:2])


def is_signed(binary: Any, content: bytes) -> bool:
    """Whether the signature that the linker made still fits every page of the library."""
    if not binary.has_code_signature:
        return False
    begin = binary.code_signature.data_offset
    directory = content.index(b"\xfa\xde\x0c\x02", begin)
    hashes, _, _, pages, limit, size, kind, _, bits = struct.unpack_from(">16x5I4B", content, directory)
    if (size, kind, limit) != (32, 2, begin):  # SHA-256 of all that stands before it
        return False
    return pages == -(-limit >> bits) and all(
        sha256(content[page << bits : min((page + 1) << bits, limit)]).digest()
        == content[directory + hashes + page * size :][:size]
        for page in range(pages)
    )


def main() -> None:
    wheels = [Wheel(Path(path)) for path in sys.argv[1:]]
    if not wheels:
        sys.exit("usage: check_wheels.py WHEEL ...")
    for wheel in wheels:
        print(examine(wheel))
        differ = [name for name, content in wheel.sources().items() if wheels[0].sources().get(name) != content]
        wheel.check(not differ, f"these differ from those of {wheels[0].path.name}: {differ}")
        wheel.check(len(wheel.sources()) == len(wheels[0].sources()), "it has fewer modules than the others")


if __name__ == "__main__":
    main()
