"""The one HTML page of Streamlit, with what every page of the dashboard needs before Streamlit's code has asked for it.

Streamlit's page first asks the server twice where it is (once too often on every address but `/`), waits, connects,
and fetches the code of each kind of element when the first of that kind arrives. All of that is known here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st
from components import code as components
from shell import frame

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_STATIC = Path(st.__file__).parent / "static"
_HERE = Path(__file__).parent
_EARLY = _HERE.parent / "components" / "early"
#: Of this start of the server: what a browser kept of another is left aside.
_START = token_hex(8)
#: Kinds of elements in the first view of some page, but for those whose code is large. Whatever waits for its code
#: shows a bar of another height instead, and React shows nothing that comes within half a second after that.
KINDS = (_HERE / "kinds.txt").read_text(encoding="utf-8").split()
#: Those of them that come before a page's first chart: components, links, and text with markup.
_SOON = ("BidiComponent", "PageLink", "rehype-raw")


class Begins(NamedTuple):
    """What a page begins with: components, kinds of elements beside `_SOON`, and whether a chart comes before boxes."""

    components: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    chart_first: bool = True


#: By the end of a page's address; what explains terms is on every page.
_FIRST = {
    "learn": Begins(("story",)), "lesson": Begins(("lesson",)), "lab": Begins(("lab",)),
    "explore": Begins(("surge_chart",)), "sweep": Begins(("drawing", "markup")), "evidence": Begins(("markup",)),
    "derivation": Begins((), ("rehype-katex", "Selectbox")), "train": Begins(("loss_surface",), (), False),
}  # fmt: skip
#: Where the query says one of these, what comes first is not as usual.
_UNUSUAL = re.compile(r"(^|&)(open=|sweep=own|measured=)")
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


def code(kinds: Sequence[str] = KINDS) -> list[str]:
    """Files of the code of kinds of elements, which is run before an element of that kind arrives."""
    return [path.name for kind in kinds for path in sorted((_STATIC / "static" / "js").glob(f"{kind}.*.js"))]


def _links(begins: Begins, now: list[str], page: str) -> tuple[list[str], list[str]]:
    """Addresses of modules that the page would ask for later, and links to fonts."""
    modules = re.findall(r'<link rel="modulepreload" crossorigin href="(.*?)">', page)
    modules += [f"./static/js/{name}" for name in _with_imports(list(now)) if f"./static/js/{name}" not in modules]
    modules += [f"./{components.address(name)}" for name in (*begins.components, "terms")]
    fonts = [path.name for path in (_STATIC / "static" / "media").glob(f"{_HEADINGS}*.woff2")]
    return modules, [
        f'<link rel="preload" href="./static/media/{name}" as="font" type="font/woff2" crossorigin>' for name in fonts
    ]


def _script(name: str) -> str:
    return (_EARLY / f"{name}.js").read_text(encoding="utf-8")


def _filled(name: str, **parts: str) -> str:
    text = (_HERE / name).read_text(encoding="utf-8")
    for part, value in parts.items():
        text = text.replace(f"@{part}@", value)
    return text


@cache
def _original() -> bytes:
    """Streamlit's own page, which is the only one that is replaced."""
    return (_STATIC / "index.html").read_bytes()


@cache
def page(name: str = "") -> str:
    """Streamlit's page as it is sent for an address that ends in `name`.

    It asks for the page itself before it asks for code, and has the style of the frame, which has nothing to wait for.
    """
    text, begins = _original().decode(), _FIRST.get(name, Begins(chart_first=False))
    now = code((*_SOON, *begins.kinds) if begins.chart_first else (*KINDS, *begins.kinds))
    modules, links = _links(begins, now, text)
    text = re.sub(r' *<link rel="modulepreload".*?>\n', "", text)
    later = [each for each in code() if each not in now]
    head = _filled(
        "head.html", FIRST=_script("first"), EARLY=_script("index"), START=_START, CONFIG=_config(),
        MODULES=" ".join(modules), ROWS=str(frame.rows(name)), NOW=" ".join(now), LATER=" ".join(later),
        LINKS="\n".join(links),
    )  # fmt: skip
    foot = _filled("foot.html", STYLE=frame.style())
    text = text.replace('<script type="module"', f'{head}<script type="module"', 1)
    return text.replace("</body>", f"{foot}</body>", 1)


class Document:
    """Middleware: that page, wherever Streamlit would send its own, and every other answer as it is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._bodies = {name: page(name).encode() for name in (*_FIRST, "")}
        frame.styled_already()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        answer = _Answer(send, self._bodies[_name(scope)], head=scope["method"] == "HEAD")
        await self.app(_whole(scope), receive, answer.take)


def _name(scope: Scope) -> str:
    """Which of the pages an address is, "" where nothing is known of what comes first."""
    name = scope["path"].rstrip("/").rpartition("/")[2]
    query = scope["query_string"].decode("latin-1")
    usual = not _UNUSUAL.search(query) and (name != "sweep" or "sweep=" in query)
    return name if name in _FIRST and usual else ""


class _Answer:
    """What goes out in place of an answer: it is held back as long as it may still be Streamlit's page."""

    def __init__(self, send: Send, body: bytes, *, head: bool) -> None:
        self._send, self._body, self._head = send, body, head
        self._held: list[Message] = []
        self._decided = False

    async def take(self, message: Message) -> None:
        if self._decided:
            await self._send(message)
            return
        self._held.append(message)
        start, rest = self._held[0], b"".join(part.get("body", b"") for part in self._held[1:])
        whole = len(self._held) > 1 and not message.get("more_body")
        if not self._may_be(start) or not _original().startswith(rest):
            await self._go(self._held)
        elif whole and (self._head or rest == _original()):
            await self._go(self._ours(start))
        elif whole:
            await self._go(self._held)

    def _may_be(self, start: Message) -> bool:
        """Whether the head of an answer is that of Streamlit's page: without a body its length alone tells."""
        said = {name.lower(): value for name, value in start["headers"]}
        long = said.get(b"content-length", b"" if self._head else _length(_original()))
        kind = said.get(b"content-type", b"")
        return bool(start["status"] == 200 and kind.startswith(b"text/html") and long == _length(_original()))

    def _ours(self, start: Message) -> list[Message]:
        said = {name.lower(): value for name, value in start["headers"]}
        said = {name: value for name, value in said.items() if name not in (b"etag", b"last-modified")}
        said |= {b"content-length": _length(self._body), b"cache-control": b"no-cache"}
        body = b"" if self._head else self._body
        return [{**start, "headers": list(said.items())}, {"type": "http.response.body", "body": body}]

    async def _go(self, messages: list[Message]) -> None:
        self._decided = True
        for message in messages:
            await self._send(message)


def _length(body: bytes) -> bytes:
    return str(len(body)).encode()


def _whole(scope: Scope) -> Scope:
    """Where a page is asked for: all of it and as it is, whatever the browser kept of Streamlit's own."""
    headers = dict(scope["headers"])
    if b"text/html" not in headers.get(b"accept", b""):
        return scope
    asked = [(name, value) for name, value in scope["headers"] if name not in _ABOUT_A_COPY]
    return {**scope, "headers": asked}
