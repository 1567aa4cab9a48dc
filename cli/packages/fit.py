"""Looks into a program without running it: whether it is for its platform, and needs nothing but the system."""

from __future__ import annotations

import sys
from typing import Any

import lief
from platforms import ROOT, Platform

sys.path.insert(0, str(ROOT / "bindings-uniffi/libraries"))
from look import Unfit, check, look


def fit(platform: Platform) -> str:
    """What the program of a platform needs, in words. Ends with the reason if it is not what it should be."""
    content = platform.program.read_bytes()
    try:
        if not platform.name.startswith("linux"):
            return look(content, platform.wheel)[1]
        binary: Any = lief.parse(list(content))
        check(isinstance(binary, lief.ELF.Binary), f"the program is a {type(binary).__module__}")
        wanted = {"x64": lief.ELF.ARCH.X86_64, "arm64": lief.ELF.ARCH.AARCH64}[platform.name.split("-")[1]]
        check(binary.header.machine_type == wanted, f"the program is for {binary.header.machine_type}")
        needed = [str(library) for library in binary.libraries]
        check(not needed and not binary.has_interpreter, f"it is not static: it needs {needed}")
        return "static: any Linux"
    except Unfit as unfit:
        raise SystemExit(f"{platform.name}: {unfit}") from None
