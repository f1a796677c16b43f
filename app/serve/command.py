"""``python app/serve/command.py --workers 2``: several processes of the dashboard behind one port; `make serve`.

Each process has a core's work to do and keeps its own visitors; Caddy stands in front and brings every visitor back to
the process that knows him. One process needs no Caddy.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from types import FrameType

from surgecore.words import say

_HERE = Path(__file__).resolve().parent
if str(_HERE.parent) not in sys.path:  # started as a script, Python knows the folder of this file only
    sys.path.insert(0, str(_HERE.parent))

from serve.network import SERVED_AS, lan_address  # noqa: E402

_ROOT, _PROXY = _HERE.parents[1], _HERE / "Caddyfile"
#: Seconds that a process may take to be ready, and between two looks whether all still run.
_PATIENCE, _LOOK = 120.0, 1.0


class Worker:
    """One process of the dashboard, on a port of its own."""

    def __init__(self, address: str, port: int, environment: dict[str, str]) -> None:
        self.address, self.port, self.environment = address, port, environment
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "streamlit", "run", str(_HERE / "asgi.py")]
        command += [f"--server.address={self.address}", f"--server.port={self.port}"]
        command += [
            "--browser.serverAddress=localhost"
        ]  # else Streamlit asks a server abroad what address this one has
        self.process = subprocess.Popen(command, cwd=_ROOT, env=self.environment, stdout=subprocess.DEVNULL)
        return self.process

    def ready(self) -> bool:
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.port}/_stcore/health", timeout=5):
                return True
            time.sleep(0.1)
        return False

    def watched(self) -> None:
        """Start again what ended by itself."""
        if self.process.poll() is not None:
            print(say("serve-again", port=str(self.port)), file=sys.stderr, flush=True)
            self.start()

    def end(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


def environment(workers: int, *, public: bool, port: int = 0) -> dict[str, str]:
    """Of each process: its share of the cores, one secret for all, and what a public server has switched off.

    Where the network is served on a `port`, also this machine's address there, which pages show as a code.
    """
    cores = max(1, (os.cpu_count() or 1) // workers)
    mine = {"SURGE_CORES": str(cores), "OMP_NUM_THREADS": "1", "STREAMLIT_SERVER_COOKIE_SECRET": secrets.token_hex(32)}
    mine |= {"SURGE_WARM": "all"} | ({"SURGE_PUBLIC": "1"} if public else {})
    if public and port and (here := lan_address()):
        mine[SERVED_AS] = f"http://{here}:{port}"
    return mine | dict(os.environ)


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def proxy(host: str, port: int, ports: Sequence[int], caddy: str) -> subprocess.Popen[bytes]:
    upstreams = " ".join(f"127.0.0.1:{port}" for port in ports)
    command = [caddy, "run", "--config", str(_PROXY), "--adapter", "caddyfile"]
    bound = "127.0.0.1" if host == "localhost" else host
    mine = {**os.environ, "SURGE_SITE": f"http://:{port}", "SURGE_BIND": bound, "SURGE_UPSTREAMS": upstreams}
    return subprocess.Popen(command, env=mine, stderr=subprocess.DEVNULL)


def serve(workers: int, host: str, port: int, *, own_proxy: bool = False) -> int:
    """Serve until a signal comes; the exit status.

    With an `own_proxy` in front, the processes listen on `port` and those after it, and Caddy is not started.
    """
    public = host not in ("localhost", "127.0.0.1", "::1")
    caddy = None if own_proxy or workers == 1 else shutil.which("caddy")
    if workers > 1 and caddy is None and not own_proxy:
        print(say("serve-no-caddy", workers=workers), file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _interrupt)
    mine = environment(workers, public=public, port=0 if own_proxy else port)
    with ExitStack() as stack, suppress(KeyboardInterrupt):
        ports = free_ports(workers) if caddy else list(range(port, port + workers))
        running = [Worker("127.0.0.1" if caddy else host, each, mine) for each in ports]
        for worker in running:
            stack.callback(worker.end)
        if not all(worker.ready() for worker in running):
            print(say("serve-no-start"), file=sys.stderr)
            return 1
        front = None
        if caddy is not None:
            front = proxy(host, port, ports, caddy)
            stack.callback(front.terminate)
        print(say("serve-ready", workers=workers, address=f"http://{host}:{port}"), flush=True)
        while front is None or front.poll() is None:
            time.sleep(_LOOK)
            for worker in running:
                worker.watched()
        print(say("serve-proxy-ended"), file=sys.stderr)
        return 1
    return 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)  # once is enough: what follows is the end
    raise KeyboardInterrupt


def main(given: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=say("serve-about"))
    workers = os.environ.get("WORKERS", "1")
    parser.add_argument("--workers", type=int, default=workers, help=say("serve-help-workers"))
    parser.add_argument("--host", default="localhost", help=say("serve-help-host"))
    parser.add_argument("--port", type=int, default=8501)
    parser.add_argument("--own-proxy", action="store_true", help=say("serve-help-proxy"))
    options = parser.parse_args(given)
    if options.workers < 1:
        parser.error(say("serve-workers-least", got=str(options.workers)))
    return serve(options.workers, options.host, options.port, own_proxy=options.own_proxy)


if __name__ == "__main__":
    sys.exit(main())
