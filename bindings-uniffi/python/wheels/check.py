"""Looks into wheels without running them: `../dev wheel` and `../dev wheels` do this with what they built.

A wheel must be small, carry one library of the right format for its tag that needs nothing but the system, export all
that the Python side calls, and be found by the Python side under the name that it looks for on that platform.
"""

from __future__ import annotations

import ntpath
import posixpath
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "libraries"))
from look import Unfit, look, system_of

LIMIT = 1_000_000
"""Bytes."""

NATIVE = "baijiayun/_native/"

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
    system, ending = system_of(wheel.platform)
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
    exported, remark = look(wheel.files[NATIVE + name], wheel.platform)
    calls = set(re.findall(r"_UniffiLib\.(\w+)", wheel.files[NATIVE + "baijiayun.py"].decode()))
    wheel.check(len(calls) > 20, "the Python side calls almost nothing")
    wheel.check(calls <= exported, f"the library lacks {sorted(calls - exported)}")
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


def main() -> None:
    wheels = [Wheel(Path(path)) for path in sys.argv[1:]]
    if not wheels:
        sys.exit("usage: check_wheels.py WHEEL ...")
    for wheel in wheels:
        try:
            print(examine(wheel))
        except Unfit as unfit:
            wheel.check(False, str(unfit))
        differ = [name for name, content in wheel.sources().items() if wheels[0].sources().get(name) != content]
        wheel.check(not differ, f"these differ from those of {wheels[0].path.name}: {differ}")
        wheel.check(len(wheel.sources()) == len(wheels[0].sources()), "it has fewer modules than the others")


if __name__ == "__main__":
    main()
