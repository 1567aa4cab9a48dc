"""Lays out the engine for Apple's systems, and looks into what came of it: `dev xcframework` runs it.

usage: xcframework.py LIBRARIES OUT VERSION HEADERS

LIBRARIES has a static library for each target of Rust, LIBRARIES/TARGET.a. No tool of Apple's is needed: an archive is not linked,
and the layout is only files. Nothing of it can be run on Linux.

Each slice is a static framework. Bare libraries with a folder of headers collide in Xcode with those of other packages.
"""

from __future__ import annotations

import hashlib
import os
import plistlib
import re
import shutil
import struct
import sys
import zipfile
from pathlib import Path

NAME = "CBaiJiaYun"

IOS, MACOS, CATALYST, IOS_SIMULATOR = 2, 1, 6, 7
"""As Mach-O numbers platforms."""

# The slice: Rust's targets, the platform in words and as a number, the variant, the oldest system.
SLICES = {
    "ios-arm64": (["aarch64-apple-ios"], "ios", IOS, None, "16.0"),
    "ios-arm64_x86_64-simulator": (["aarch64-apple-ios-sim", "x86_64-apple-ios"], "ios", IOS_SIMULATOR, "simulator", "16.0"),
    "ios-arm64_x86_64-maccatalyst": (["aarch64-apple-ios-macabi", "x86_64-apple-ios-macabi"], "ios", CATALYST, "maccatalyst", "16.0"),
    "macos-arm64_x86_64": (["aarch64-apple-darwin", "x86_64-apple-darwin"], "macos", MACOS, None, "13.0"),
}

MODULE_MAP = f"""framework module {NAME} {{
    umbrella header "baijiayun.h"
    export *
}}
"""

PRIVACY = {"NSPrivacyTracking": False, "NSPrivacyTrackingDomains": [], "NSPrivacyCollectedDataTypes": [], "NSPrivacyAccessedAPITypes": []}
"""It asks for nothing that Apple wants a reason for: the engine has no input and no output."""


def arch(target: str) -> str:
    return "arm64" if target.startswith("aarch64") else "x86_64"


def lay_out(framework: Path, library: Path, headers: Path, version: str, platform: str, variant: str | None, oldest: str) -> None:
    """A static framework. On macOS, and for Catalyst, its files stand in Versions/A."""
    deep = platform == "macos" or variant == "maccatalyst"
    inside = framework / "Versions/A" if deep else framework
    resources = inside / "Resources" if deep else inside
    for folder in (inside / "Headers", inside / "Modules", resources):
        folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(library, inside / NAME)
    shutil.copy(headers / "baijiayun.h", inside / "Headers")
    (inside / "Modules/module.modulemap").write_text(MODULE_MAP)
    info = {
        "CFBundleDevelopmentRegion": "en",
        "CFBundleExecutable": NAME,
        "CFBundleIdentifier": "baijiayun.engine",
        "CFBundleInfoDictionaryVersion": "6.0",
        "CFBundleName": NAME,
        "CFBundlePackageType": "FMWK",
        "CFBundleShortVersionString": version,
        "CFBundleVersion": version,
        "LSMinimumSystemVersion" if deep else "MinimumOSVersion": oldest,
    }
    (resources / "Info.plist").write_bytes(plistlib.dumps(info))
    (resources / "PrivacyInfo.xcprivacy").write_bytes(plistlib.dumps(PRIVACY))
    if deep:
        (framework / "Versions/Current").symlink_to("A")
        for name in (NAME, "Headers", "Modules", "Resources"):
            (framework / name).symlink_to(f"Versions/Current/{name}")


def fat(parts: dict[str, bytes]) -> bytes:
    """Libraries of several processors in one file, as lipo joins them: a table, and each from a page on."""
    kinds = {"arm64": (0x0100000C, 0), "x86_64": (0x01000007, 3)}
    page = 1 << 14
    table, body, at = b"", b"", page
    for name, part in sorted(parts.items()):
        table += struct.pack(">IIIII", *kinds[name], at, len(part), 14)
        body += part + bytes(-len(part) % page)
        at = page + len(body)
    head = struct.pack(">II", 0xCAFEBABE, len(parts)) + table
    return head + bytes(page - len(head)) + body


def build(libraries: Path, out: Path, version: str, headers: Path) -> list[str]:
    """Gives the slices that there is no library for."""
    whole = out / f"{NAME}.xcframework"
    shutil.rmtree(whole, ignore_errors=True)
    entries, missing = [], []
    for name, (targets, platform, _, variant, oldest) in SLICES.items():
        there = [target for target in targets if (libraries / f"{target}.a").exists()]
        if there != targets:
            missing.append(f"{name}: {', '.join(sorted(set(targets) - set(there)))}")
        if not there:
            continue
        joined = libraries / f"{name}.a"
        joined.write_bytes(fat({arch(target): (libraries / f"{target}.a").read_bytes() for target in there}))
        lay_out(whole / name / f"{NAME}.framework", joined, headers, version, platform, variant, oldest)
        entry = {
            "LibraryIdentifier": name,
            "LibraryPath": f"{NAME}.framework",
            "BinaryPath": f"{NAME}.framework/{'Versions/A/' if platform == 'macos' or variant == 'maccatalyst' else ''}{NAME}",
            "SupportedArchitectures": [arch(target) for target in there],
            "SupportedPlatform": platform,
        }
        entries.append(entry if variant is None else entry | {"SupportedPlatformVariant": variant})
    info = {"AvailableLibraries": entries, "CFBundlePackageType": "XFWK", "XCFrameworkFormatVersion": "1.0"}
    (whole / "Info.plist").write_bytes(plistlib.dumps(info))
    return missing


def pack(out: Path) -> tuple[Path, str]:
    """The zip that `binaryTarget` takes, with its checksum. The same each time."""
    packed = out / f"{NAME}.xcframework.zip"
    packed.unlink(missing_ok=True)
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted((out / f"{NAME}.xcframework").rglob("*")):
            entry = zipfile.ZipInfo(str(path.relative_to(out)), (1980, 1, 1, 0, 0, 0))
            if path.is_symlink():
                entry.external_attr = 0o120777 << 16
                archive.writestr(entry, os.readlink(path))
            elif path.is_file():
                entry.external_attr = 0o100644 << 16
                archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return packed, hashlib.sha256(packed.read_bytes()).hexdigest()


# Looking into it.

CPUS = {0x0100000C: "arm64", 0x01000007: "x86_64"}


def slices_of(library: bytes) -> dict[str, bytes]:
    """The archives of a fat file, or of one that is not."""
    if library[:4] != b"\xca\xfe\xba\xbe":
        return {CPUS[struct.unpack_from("<I", next(objects_of(library)), 4)[0]]: library}
    count = struct.unpack_from(">I", library, 4)[0]
    parts = (struct.unpack_from(">IIIII", library, 8 + 20 * index) for index in range(count))
    return {CPUS[cpu]: library[offset : offset + size] for cpu, _, offset, size, _ in parts}


def objects_of(archive: bytes):
    """The Mach-O objects of an archive."""
    assert archive[:8] == b"!<arch>\n", "it is no archive"
    at = 8
    while at < len(archive):
        name = archive[at : at + 16].decode().strip()
        size = int(archive[at + 48 : at + 58])
        start, end = at + 60, at + 60 + size
        if name.startswith("#1/"):
            start += int(name[3:])
        if archive[start : start + 4] == b"\xcf\xfa\xed\xfe":
            yield archive[start:end]
        else:
            assert archive[start : start + 4] not in (b"BC\xc0\xde", b"\xde\xc0\x17\x0b"), f"{name} is bitcode of LLVM, and no object"
        at = end + end % 2


def look(obj: bytes) -> tuple[str, set[tuple[int, str]], set[str], set[str]]:
    """A 64-bit Mach-O object: its processor, platforms with their oldest system, the symbols that it has and those that it needs."""
    cpu, count = struct.unpack_from("<I", obj, 4)[0], struct.unpack_from("<I", obj, 16)[0]
    platforms, has, needs = set(), set(), set()
    old = {0x24: MACOS, 0x25: IOS}
    at = 32
    for _ in range(count):
        command, size = struct.unpack_from("<II", obj, at)
        if command == 0x32:
            platform, oldest = struct.unpack_from("<II", obj, at + 8)
            platforms.add((platform, f"{oldest >> 16}.{oldest >> 8 & 255}"))
        elif command in old:
            oldest = struct.unpack_from("<I", obj, at + 8)[0]
            platforms.add((old[command], f"{oldest >> 16}.{oldest >> 8 & 255}"))
        elif command == 2:
            symbols, number, texts, _ = struct.unpack_from("<IIII", obj, at + 8)
            for index in range(number):
                name, kind, _, _, value = struct.unpack_from("<IBBHQ", obj, symbols + 16 * index)
                if kind & 0xE0 or not kind & 1:
                    continue
                end = obj.index(b"\0", texts + name)
                (has if kind & 0x0E or value else needs).add(obj[texts + name : end].decode())
        at += size
    return CPUS[cpu], platforms, has, needs


SYSTEM = re.compile(
    # What libSystem has, by its parts: C's own, memory, threads, files, processes, time, random numbers, Mach, dyld and unwinding.
    r"_(_?_?[a-z][a-z0-9_]*(\$[A-Z0-9_$]+)?|_Unwind_\w+|NSGetExecutablePath|_NSGet\w+|_tlv_bootstrap|dispatch_\w+|CCRandomGenerateBytes)"
)
OTHERS = re.compile(r"_(_ZN|_R|OBJC|objc|CF|Sec|NS(?!Get)[A-Z])|^_\$s")
"""Rust that is missing, and frameworks: nothing of these may be needed."""


def check(out: Path, functions: set[str]) -> None:
    whole = out / f"{NAME}.xcframework"
    info = plistlib.loads((whole / "Info.plist").read_bytes())
    for entry in info["AvailableLibraries"]:
        name = entry["LibraryIdentifier"]
        targets, platform, number, variant, oldest = SLICES[name]
        framework = whole / name / entry["LibraryPath"]
        binary = whole / name / entry["BinaryPath"]
        assert (framework / NAME).resolve() == binary.resolve(), f"{name}: the framework does not lead to its library"
        for inside in ("Headers/baijiayun.h", "Modules/module.modulemap"):
            assert (framework / inside).exists(), f"{name}: {inside} is missing"
        parts = slices_of(binary.read_bytes())
        assert sorted(parts) == sorted(entry["SupportedArchitectures"]), f"{name}: {sorted(parts)}"
        for cpu, archive in parts.items():
            has, needs, count = set(), set(), 0
            for obj in objects_of(archive):
                found, platforms, exports, imports = look(obj)
                assert found == cpu, f"{name}: an object for {found} among those for {cpu}"
                for kind, system in platforms:
                    assert kind == number, f"{name}: an object for the platform {kind}"
                    later = tuple(map(int, system.split("."))) > tuple(map(int, oldest.split(".")))
                    assert not later, f"{name}: an object that needs {system}"
                has, needs, count = has | exports, needs | imports, count + 1
            assert count, f"{name}: there is nothing in it"
            missing = {f"_{function}" for function in functions} - has
            assert not missing, f"{name}, {cpu}: it lacks {sorted(missing)}"
            foreign = {symbol for symbol in needs - has if OTHERS.search(symbol) or not SYSTEM.fullmatch(symbol)}
            assert not foreign, f"{name}, {cpu}: it needs {sorted(foreign)[:10]}"
            print(f"{name}, {cpu}: {count} objects, {len(archive):,} bytes, {len(needs - has)} symbols of the system")


def main() -> None:
    libraries, out, version, headers = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4])
    missing = build(libraries, out, version, headers)
    functions = set(re.findall(r"\b(baijiayun_\w+)\(", (headers / "baijiayun.h").read_text()))
    check(out, functions)
    packed, checksum = pack(out)
    print(f"{packed}: {packed.stat().st_size:,} bytes, checksum {checksum}")
    for slice_ in missing:
        print(f"NOT IN IT: {slice_}: Rust's library for that target cannot be had here", file=sys.stderr)


if __name__ == "__main__":
    main()
