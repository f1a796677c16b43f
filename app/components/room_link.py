"""A link for everybody in the room: the address that their phones reach, as text and as a QR code."""

from __future__ import annotations

import os
from urllib.parse import urlsplit, urlunsplit

import segno

#: The address under which others in the network reach this server, set by ``make run HOST=lan``.
SERVED_AS = "SURGE_ADDRESS"
_THIS_COMPUTER = ("localhost", "127.0.0.1", "::1", "0.0.0.0")


def reachable(address: str) -> str | None:
    """The same address as phones reach it; None where only this computer can."""
    parts = urlsplit(address)
    if parts.hostname not in _THIS_COMPUTER:
        return address
    served = urlsplit(os.environ.get(SERVED_AS, ""))
    return urlunsplit(parts._replace(scheme=served.scheme, netloc=served.netloc)) if served.netloc else None


def qr_code(link: str) -> str:
    """The link for a phone's camera, as an image's address."""
    return segno.make(link, error="m").svg_data_uri(scale=4, border=4, light="#ffffff")
