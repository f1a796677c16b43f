"""One process of the dashboard, for this computer or all in its network: ``python app/serve/network.py --host lan``."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from pathlib import Path

from surgecore.words import say

_ENTRY = Path(__file__).resolve().with_name("asgi.py")
#: Read by `components.room_link`.
SERVED_AS = "SURGE_ADDRESS"


def lan_address() -> str | None:
    """This computer's address in its network, None without one. Nothing is sent: the route alone is looked up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as route:
        try:
            route.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address = str(route.getsockname()[0])
    return None if address.startswith("127.") else address


def plan(host: str, port: int) -> tuple[list[str], dict[str, str], list[str]]:
    """The command that serves, what it finds in its environment, and what is said before it starts."""
    command = [sys.executable, "-m", "streamlit", "run", str(_ENTRY), "--server.port", str(port)]
    here = say("serve-here", address=f"http://localhost:{port}")
    if host == "localhost":
        return command, {}, [here]
    address = lan_address() if host == "lan" else host
    if address is None:
        return command, {}, [here, say("serve-no-network")]
    # the address is named, so that Streamlit need not ask a server outside which one it has
    command += ["--server.address", "0.0.0.0", "--browser.serverAddress", address]
    served = f"http://{address}:{port}"
    return (
        command,
        {SERVED_AS: served, "SURGE_PUBLIC": "1"},
        [here, say("serve-lan", address=served), say("serve-lan-warning")],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="localhost")
    parser.add_argument("--port", type=int, default=8501)
    given = parser.parse_args()
    command, environment, lines = plan(given.host, given.port)
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
    os.execve(command[0], command, {**os.environ, **environment})


if __name__ == "__main__":
    main()
