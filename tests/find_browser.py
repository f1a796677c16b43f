"""Find the Chromium that the browser tests drive; with --install, get one where there is none.

A browser of the system comes first, since Playwright's own download may be out of reach. Without any
browser the tests skip with a reason, or fail when the environment says CI=true.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find_browser() -> str | None:
    """Path of a Chromium-family browser, of the system or of Playwright, or None."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install_commands() -> list[list[str]]:
    """Ways to get a browser here, the most reliable first."""
    commands = []
    if shutil.which("apt-get"):
        become = [] if os.geteuid() == 0 else ["sudo", "-n"]
        if not become or shutil.which("sudo"):
            apt = " ".join([*become, "apt-get"])
            script = f"{apt} update -qq && {apt} install -y -qq --no-install-recommends chromium"
            commands.append(["sh", "-c", script])
    commands.append([sys.executable, "-m", "playwright", "install", "chromium"])
    return commands


def main() -> int:
    if find_browser():
        return 0
    if "--install" in sys.argv[1:]:
        for command in install_commands():
            print("No Chromium found; trying:", " ".join(command), flush=True)
            environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)
            if done.returncode == 0 and find_browser():
                return 0
    required = os.environ.get("CI", "").lower() == "true"
    print(f"No Chromium found: the browser tests {'fail' if required else 'are skipped'}.", file=sys.stderr)
    return int(required)


if __name__ == "__main__":
    sys.exit(main())
