"""What every answer of the server says to the browser, and which addresses of Streamlit's are closed."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from serve import document

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Addresses that are answered only where no proxy stands between, to this machine: a monitor's, not a visitor's.
_LOCAL_ONLY = ("/_stcore/metrics", "/_stcore/agent")
_THIS_MACHINE = ("127.0.0.1", "::1")
_PLAIN = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def policy(frames: str) -> str:
    """The Content-Security-Policy: everything from this server, and nothing from elsewhere.

    The page has scripts in its text, which are named by their hash; components come as `blob:`; styles are
    written by scripts. `frames` is who may show the page in a frame.
    """
    rules = {
        "default-src": "'self'",
        "script-src": f"'self' blob: {' '.join(_scripts())}",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self' data: blob:",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": frames,
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _scripts() -> list[str]:
    """Hashes of the scripts in the page that Streamlit sends."""
    inline = re.findall(r'<script(?: type="module")?>(.*?)</script>', document.page(), flags=re.DOTALL)
    return [f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in inline]


class Headers:
    """Middleware: the headers, and no answer where a door is closed.

    The instrument may be shown in a frame of another page where its address says `embed=true`, and nothing else may.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._alone, self._embedded = policy("'self'"), policy("*")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["path"].startswith(_LOCAL_ONLY) and not _from_here(scope):
            await send({"type": "http.response.start", "status": 404, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        embedded = parse_qs(scope["query_string"].decode("latin-1")).get("embed") == ["true"]
        said = {**_PLAIN, "Content-Security-Policy": self._embedded if embedded else self._alone}

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = [(name, value) for name, value in message["headers"] if name.lower() != b"server"]
                new = [(name.lower().encode(), value.encode()) for name, value in said.items()]
                message = {**message, "headers": [*given, *new]}
            await send(message)

        await self.app(scope, receive, with_headers)


def _from_here(scope: Scope) -> bool:
    client = scope.get("client")
    forwarded = any(name.lower() in (b"x-forwarded-for", b"forwarded") for name, _ in scope["headers"])
    return client is not None and client[0] in _THIS_MACHINE and not forwarded
