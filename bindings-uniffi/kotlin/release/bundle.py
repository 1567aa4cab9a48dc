"""Puts what Maven Central takes into one zip: `../dev bundle GROUP URL`. Signing is left to the owner.

Each artifact has its jar, its sources, its documentation and its pom, each with MD5 and SHA-1, in the folders of a repository.
The group is one that the owner can prove, and the URL that of the repository: they take the place of those in the poms.
"""

from __future__ import annotations

import hashlib
import re
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[3]
KOTLIN = ROOT / "bindings-uniffi/kotlin"
OUT = ROOT / "target"

# The pom, and where Maven builds it.
ARTIFACTS = [
    (KOTLIN / "pom.xml", OUT / "kotlin"),
    (KOTLIN / "spring-boot-starter/pom.xml", OUT / "kotlin-spring"),
    (KOTLIN / "bom/pom.xml", None),
]

NEEDED = ["name", "description", "url", "licenses", "developers", "scm"]
"""What Central wants of a pom."""


def main() -> None:
    if len(sys.argv) != 3 or not re.fullmatch(r"[a-z][\w-]*(\.[\w-]+)+", sys.argv[1]):
        sys.exit("usage: bundle.py GROUP URL, such as io.github.NAME https://github.com/NAME/REPOSITORY")
    group, url = sys.argv[1:]
    bundle = OUT / "kotlin-bundle.zip"
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as made:
        for path, built in ARTIFACTS:
            pom = path.read_text()
            missing = [element for element in NEEDED if f"<{element}>" not in pom]
            if missing:
                sys.exit(f"{path}: Central wants {missing}")
            pom = pom.replace("<groupId>baijiayun</groupId>", f"<groupId>{group}</groupId>")
            pom = pom.replace("https://repository.invalid/baijiayun", url.removesuffix(".git"))
            artifact, version = (re.search(rf"<{what}>(.*?)</{what}>", pom)[1] for what in ("artifactId", "version"))  # type: ignore[index]
            files = {f"{artifact}-{version}.pom": pom.encode()}
            if built is not None:
                for kind in ("", "-sources", "-javadoc"):
                    name = f"{artifact}-{version}{kind}.jar"
                    files[name] = (built / name).read_bytes()
            for name, content in files.items():
                place = f"{group.replace('.', '/')}/{artifact}/{version}/{name}"
                made.writestr(place, content)
                for algorithm in ("md5", "sha1"):
                    made.writestr(f"{place}.{algorithm}", hashlib.new(algorithm, content).hexdigest())
                print(place, f"{len(content):,}")
    print(f"{bundle}: to be signed (gpg -ab for each file) and uploaded by the owner")


if __name__ == "__main__":
    main()
