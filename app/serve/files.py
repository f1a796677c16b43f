"""Streamlit's files and the code of components, from memory: a first visit asks for more than a hundred of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from components import code

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_STATIC = Path(st.__file__).parent / "static"
#: As Streamlit sends them: the names carry a digest of what is in them.
_KEPT = b"public, immutable, max-age=31536000"
_KINDS = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".woff2": "font/woff2"}


@cache
def names() -> frozenset[str]:
    """Addresses of the files."""
    own = {f"/{name}" for name in code.files()}
    return own | frozenset(
        f"/{path.relative_to(_STATIC).as_posix()}"
        for path in (_STATIC / "static").rglob("*")
        if path.is_file() and path.suffix in _KINDS
    )


@cache
def file(name: str) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Headers and contents of one of `names`."""
    body = code.files().get(name.lstrip("/")) or (_STATIC / name.lstrip("/")).read_bytes()
    kind = _KINDS[Path(name).suffix].encode()
    length = str(len(body)).encode()
    return [(b"content-type", kind), (b"content-length", length), (b"cache-control", _KEPT)], body


class Files:
    """Middleware: the files; everything else goes on to Streamlit."""

    def __init__(self, app: ASGIApp) -> None:
        self.app, self._names = app, names()
        code.served_already()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] not in self._names:
            await self.app(scope, receive, send)
            return
        headers, body = file(scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
