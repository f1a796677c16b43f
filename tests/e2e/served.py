"""The app as a child process on a free port, and the wait until it answers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


class Served:
    """The app as a child process on a free port; it can be stopped, and started again at the same address."""

    def __init__(self, **environment: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url, self.environment = f"http://127.0.0.1:{self.port}", {**os.environ, **environment}

    def start(self) -> None:
        entry = str(ROOT / "app" / "serve" / "asgi.py")
        command = [sys.executable, "-m", "streamlit", "run", entry, "--server.port", str(self.port)]
        command += ["--server.address", "127.0.0.1"]
        self.log = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed by stop
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdout=self.log, stderr=subprocess.STDOUT, env=self.environment
        )  # fmt: skip
        if not healthy(self.process, self.url):
            self.log.seek(0)
            said = self.log.read()
            self.stop()
            pytest.fail(f"the app did not start:\n{said}")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=120)
        self.log.close()


def healthy(process: subprocess.Popen, address: str, tries: int = 600) -> bool:
    for _ in range(tries):
        try:
            process.wait(timeout=0.1)
        except subprocess.TimeoutExpired:
            try:
                with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5) as answer:
                    return answer.read() == b"ok"
            except OSError:  # not there yet, or too busy to answer
                continue
        else:
            return False
    return False
