"""No module of the package imports one that imports it: each can be read with what stands below it alone."""

from __future__ import annotations

import ast
from pathlib import Path

import baijiayun

ROOT = Path(baijiayun.__file__).parent


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in ROOT.rglob("*.py") if "_native" not in path.parts}


def imports_of(name: str) -> set[str]:
    """The modules of the package that a module imports, wherever in it that stands."""
    path = MODULES[name]
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level > 0:
            base = package[: len(package) - node.level + 1] + (node.module or "").split(".") * bool(node.module)
            inner = [".".join([*base, alias.name]) for alias in node.names]
            found.update(each for each in inner if each in MODULES)
            if ".".join(base) in MODULES and not all(each in MODULES for each in inner):
                found.add(".".join(base))
    return found - {name}


def test_no_circles() -> None:
    imports = {name: imports_of(name) for name in MODULES}
    # What imports nothing that is left is taken away, until nothing is left.
    while free := [name for name, others in imports.items() if not others & imports.keys()]:
        for name in free:
            del imports[name]
    assert imports == {}
