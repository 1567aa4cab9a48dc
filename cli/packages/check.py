"""Installs what was packed as users do, and runs it: `../dev check`. Programs of other platforms run where this machine
has what runs them (qemu-user, Wine); what is not run is said."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import venv
from pathlib import Path
from urllib.request import urlopen

from platforms import PLATFORMS, Platform, this_platform, version

RUNNERS = {"linux-arm64": "qemu-aarch64", "win32-x64": "wine"}
"""What runs programs of other platforms here."""

ACCOUNT = ["--partner-id=12345678", "--partner-key=nobody"]


def run(*command: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    """What a command prints that goes well."""
    ran = subprocess.run([str(word) for word in command], cwd=cwd, env=env, capture_output=True, text=True, encoding="utf-8")
    if ran.returncode != 0:
        sys.exit(f"{' '.join(str(word) for word in command)} ended with {ran.returncode}:\n{ran.stdout}{ran.stderr}")
    return ran.stdout


def works(*program: str | Path, env: dict[str, str] | None = None, cwd: Path | None = None) -> None:
    """Runs what needs no network, and a mock with a call to it."""

    def told(*arguments: str) -> str:
        return run(*program, *arguments, env=env, cwd=cwd)

    assert told("--version").split() == ["bjy", version()], told("--version")
    found = json.loads(told("operations", "创建房间", "--json"))
    assert found[0]["name"] == "room.create", found[0]
    signed = json.loads(told("sign", "room_id=1", "timestamp=1501572288", "--json", *ACCOUNT))
    assert signed["sign"] == hashlib.md5(b"room_id=1&timestamp=1501572288&partner_key=nobody").hexdigest(), signed
    command = [*map(str, program), "mock", "--json", "--port=0"]
    mock = subprocess.Popen(command, env=env, cwd=cwd, stdout=subprocess.PIPE, start_new_session=True)
    with mock:
        assert mock.stdout is not None
        about = json.loads(mock.stdout.readline())
        account = [f"--domain={about['url']}", f"--partner-id={about['partner_id']}", f"--partner-key={about['partner_key']}"]
        listed = json.loads(told("call", "room.list", "--json", *account))
        assert listed["total"] == 0, listed
        if program[0] in GROUPS:
            # As a terminal does: npm and Wine pass no signals on.
            os.killpg(mock.pid, signal.SIGINT)
        else:
            mock.send_signal(signal.SIGINT)
        mock.wait(60)
    # The program has ended, and not only what stands before it.
    for _ in range(100):
        try:
            urlopen(about["url"], timeout=5)
        except OSError:
            return
    os.killpg(mock.pid, signal.SIGKILL)
    sys.exit(f"{program}: the mock lives on")


GROUPS = ("npx", shutil.which("wine"))
"""What does not pass signals on to what it runs."""


def from_pip(out: Path) -> None:
    folder = out / "venv"
    venv.create(folder, with_pip=True, clear=True)
    pip = [folder / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", "--find-links", out / "wheels"]
    run(*pip, "bjy")
    works(folder / "bin/bjy")
    print("ran: the wheel, installed by pip in a virtual environment")


def from_npm(out: Path) -> None:
    folder = out / "npm-app"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "package.json").write_text('{"private": true}')
    here = this_platform()
    packages = [f"{out}/npm/bjy-{version()}.tgz", f"{out}/npm/bjy-{here}-{version()}.tgz"]
    # The other platforms' packages are optional, and are not there.
    run("npm", "install", "--offline", "--no-audit", "--no-fund", "--ignore-scripts", *packages, cwd=folder)
    works(folder / "node_modules/.bin/bjy")
    works("npx", "--offline", "bjy", cwd=folder)
    path = run("node", "-p", "require('bjy').path()", cwd=folder).strip()
    assert path.endswith(f"bjy-{here}/bjy"), path
    print("ran: the npm packages, installed offline: node_modules/.bin/bjy, npx bjy, require('bjy').path()")


def elsewhere(out: Path) -> None:
    for platform in PLATFORMS:
        runner = shutil.which(RUNNERS.get(platform.name, ""))
        if not platform.program.exists():
            print(f"not built: {platform.name}")
        elif platform.name == this_platform():
            works(platform.program)
            print(f"ran: {platform.name}, here")
        elif runner is None:
            wanted = RUNNERS.get(platform.name)
            print(f"not run: {platform.name}: {'this machine has no ' + wanted if wanted else 'nothing here runs it'}")
        else:
            program = platform.program if platform.name != "win32-x64" else for_wine(platform, out / "wine-app")
            env = {**os.environ, "WINEPREFIX": str(out / "wine"), "WINEDEBUG": "-all"}
            works(runner, program, env=env)
            print(f"ran: {platform.name}, by {Path(runner).name}")


def for_wine(platform: Platform, folder: Path) -> Path:
    """The program beside a library that Windows has, and Wine 8 has not."""
    folder.mkdir(parents=True, exist_ok=True)
    source = Path(__file__).parent / "wine/bcryptprimitives.c"
    library = folder / "bcryptprimitives.dll"
    zig = [sys.executable, "-m", "ziglang", "cc", "-target", "x86_64-windows-gnu"]
    if not library.exists():
        run(*zig, "-shared", "-s", "-o", library, source, "-lbcrypt")
    return Path(shutil.copy2(platform.program, folder))


def main() -> None:
    out = Path(sys.argv[1])
    from_pip(out)
    from_npm(out)
    elsewhere(out)


if __name__ == "__main__":
    main()
