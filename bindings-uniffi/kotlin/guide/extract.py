"""Takes the programs out of the guides: `../dev check` compiles and runs them. The calls that the site shows are compiled beside them.

Both languages of the guide have the same programs, but for what is said in comments.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def programs(path: Path) -> dict[str, str]:
    """The blocks that have a name."""
    return {name: code for name, code in re.findall(r"^```(?:kotlin|java) (\S+)\n(.*?)^```$", path.read_text(), re.MULTILINE | re.DOTALL)}


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: extract.py FOLDER")
    english, chinese = programs(ROOT / "docs/kotlin.md"), programs(ROOT / "docs/kotlin.zh-CN.md")
    bare = [{name: re.sub(r"(?m)^\s*(//|/\*\*).*\n| *//(?!\S).*$", "", code) for name, code in both.items()} for both in (english, chinese)]
    differ = [name for name in {*english, *chinese} if bare[0].get(name) != bare[1].get(name)]
    if differ or len(english) < 15:
        sys.exit(f"docs/kotlin.md and docs/kotlin.zh-CN.md differ in {sorted(differ)}")
    for name, code in english.items():
        # Each is in a package of its own, as if it were a project.
        package = "guide." + re.sub(r"\W", "_", name.rpartition(".")[0].lower())
        folder = Path(sys.argv[1]) / package.replace(".", "/")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"package {package}{';' if name.endswith('.java') else ''}\n\n{code}")
    shutil.copytree(Path(__file__).parent / "samples", Path(sys.argv[1]) / "samples")


if __name__ == "__main__":
    main()
