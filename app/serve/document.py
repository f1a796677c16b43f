"""The one HTML page of Streamlit, with what every page of the dashboard needs before Streamlit's code has asked for it.

Streamlit's page first asks the server twice where it is (once too often on every address but `/`), waits, connects,
and fetches the code of each kind of element when the first of that kind arrives. All of that is known here.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from shell import frame

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_STATIC = Path(st.__file__).parent / "static"
_HERE = Path(__file__).parent
_EARLY = _HERE.parent / "components" / "early" / "index.js"
#: Kinds of elements in the first view of some page, but for those whose code is large. Whatever waits for its code
#: shows a bar of another height instead, and React shows nothing that comes within half a second after that.
KINDS = (_HERE / "kinds.txt").read_text(encoding="utf-8").split()
_ABOUT_A_COPY = (b"if-none-match", b"if-modified-since", b"accept-encoding", b"range")
_HEADINGS = "SourceSerifVariable-Roman"


def _config() -> str:
    """What the server would answer: with it and its place Streamlit connects at once, and asks afterwards."""
    return json.dumps({"allowedOrigins": list(st.get_option("client.allowedOrigins")), "useExternalAuthToken": False})


def _with_imports(names: list[str]) -> list[str]:
    """Files of Streamlit's code, and those that they import."""
    found = dict.fromkeys(names)
    for name in names:
        text = (_STATIC / "static" / "js" / name).read_text(encoding="utf-8")
        for other in re.findall(r'(?:from|import)\s*[`"\']\./([\w.-]+\.js)[`"\']', text):
            if other not in found:
                found[other] = None
                names.append(other)
    return list(found)


def code() -> list[str]:
    """Files of the code of `KINDS`, which is run before an element of that kind arrives."""
    return [path.name for kind in KINDS for path in sorted((_STATIC / "static" / "js").glob(f"{kind}.*.js"))]


def _links(page: str) -> str:
    """Links to what the page would ask for later."""
    links = [
        f'<link rel="modulepreload" crossorigin href="./static/js/{name}">'
        for name in _with_imports(code())
        if name not in page
    ]
    fonts = [path.name for path in (_STATIC / "static" / "media").glob(f"{_HEADINGS}*.woff2")]
    links += [
        f'<link rel="preload" href="./static/media/{name}" as="font" type="font/woff2" crossorigin>' for name in fonts
    ]
    return "\n".join(links)


def _filled(name: str, **parts: str) -> str:
    text = (_HERE / name).read_text(encoding="utf-8")
    for part, value in parts.items():
        text = text.replace(f"@{part}@", value)
    return text


@cache
def page() -> str:
    """Streamlit's page with the script, the links, and the style of the frame, which then has nothing to wait for."""
    text = (_STATIC / "index.html").read_text(encoding="utf-8")
    head = _filled("head.html", EARLY=_EARLY.read_text(encoding="utf-8"), CONFIG=_config(), LINKS=_links(text))
    foot = _filled("foot.html", STYLE=frame.style(), CODE=json.dumps(code()))
    text = text.replace('<script type="module"', f'{head}<script type="module"', 1)
    return text.replace("</body>", f"{foot}</body>", 1)


class Document:
    """Middleware: that page, wherever Streamlit would send its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app, self._body = app, page().encode()
        frame.styled_already()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # a file that is downloaded may be HTML too: the handout is, and the report
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or scope["path"].startswith("/media/"):
            await self.app(scope, receive, send)
            return
        ours = False

        async def instead(message: Message) -> None:
            nonlocal ours
            if message["type"] == "http.response.start":
                said = {name.lower(): value for name, value in message["headers"]}
                ours = message["status"] == 200 and said.get(b"content-type", b"").startswith(b"text/html")
                if ours:
                    said = {name: value for name, value in said.items() if name not in (b"etag", b"last-modified")}
                    said |= {b"content-length": str(len(self._body)).encode(), b"cache-control": b"no-cache"}
                    message = {**message, "headers": list(said.items())}
            elif ours:
                if message.get("more_body"):
                    return
                body = b"" if scope["method"] == "HEAD" else self._body
                message = {"type": "http.response.body", "body": body}
            await send(message)

        await self.app(_plain(scope), receive, instead)


def _plain(scope: Scope) -> Scope:
    """Where a page is asked for: all of it and as it is, whatever the browser kept of Streamlit's own."""
    headers = dict(scope["headers"])
    if b"text/html" not in headers.get(b"accept", b""):
        return scope
    asked = [(name, value) for name, value in scope["headers"] if name not in _ABOUT_A_COPY]
    return {**scope, "headers": asked}
