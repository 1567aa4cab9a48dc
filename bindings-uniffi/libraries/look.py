"""Looks into a library or a program without running it: for the wheels of Python, the jar of Kotlin and Java, and for bjy.

It must be of the right format and machine for its platform, need nothing but the system, run on the oldest system that its tag
promises, and on Apple's be signed.
"""

from __future__ import annotations

import re
import struct
from hashlib import sha256
from typing import Any

import lief

lief.logging.disable()

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
    "darwin": r"/usr/lib/lib(System\.B|iconv\.2|charset\.1)\.dylib|/System/Library/Frameworks/(CoreFoundation|Security)\.framework/.*",
    "win32": r"(api-ms-win-.*|kernel32|ntdll|msvcrt|ucrtbase|bcryptprimitives|userenv|ws2_32|advapi32|bcrypt|crypt32)\.dll",
}
"""Libraries that every such system has."""


class Unfit(Exception):
    """Why a library is not what it should be."""


def check(holds: bool, what: str) -> None:
    if not holds:
        raise Unfit(what)


def system_of(platform: str) -> tuple[str, str]:
    """What `sys.platform` is on the platform of a wheel's tag, and the ending of a library there."""
    known = [facts for pattern, facts in PLATFORMS.items() if re.fullmatch(pattern, platform)]
    check(len(known) == 1, "the platform is none that is built")
    return known[0][0], known[0][1]


def look(content: bytes, platform: str) -> tuple[set[str], str]:
    """What a library exports, and what it needs of its system. `platform` is the tag of a wheel."""
    system_of(platform)
    system, _, format, machine = next(facts for pattern, facts in PLATFORMS.items() if re.fullmatch(pattern, platform))
    binary: Any = lief.parse(list(content))
    check(isinstance(binary, format), f"the library is a {type(binary).__module__}")
    header = binary.header
    its = header.machine_type if system == "linux" else header.cpu_type if system == "darwin" else header.machine
    check(its == machine, f"the library is for {its}")
    libc = "musl" if "musl" in platform else system
    strange = [library for library in libraries_of(binary) if not re.fullmatch(SYSTEM[libc], library, re.IGNORECASE)]
    check(not strange, f"it needs {strange}")
    remark = "Windows"
    if system != "win32":
        # The tag promises that it runs on this version.
        promised = tuple(int(part) for part in platform.split("_")[1:3])
        version = newest_glibc(binary) if system == "linux" else oldest_macos(binary)
        check(version <= promised, f"it needs version {version} of the system")
        remark = "musl" if libc == "musl" else f"{'macOS' if system == 'darwin' else 'glibc'} {'.'.join(map(str, version))}"
    if machine == lief.MachO.Header.CPU_TYPE.ARM64:
        check(is_signed(binary, content), "the library has no signature that fits, so macOS would kill it")
    return {function.name.removeprefix("_") for function in binary.exported_functions}, remark


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
